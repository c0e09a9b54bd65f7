import { parseArgs } from "node:util";
import { fromRoot, ROOT } from "../../scripts/paths.ts";

const USAGE = `bun chaos [--minutes 10] [--clients 200] [--teams 4] [--rate 30] [--seed N] [--fault NAME …]

Starts Redis with a replica, Postgres, two api and three wss behind HAProxy. Clients work on them while they fail one
after the other. At the end it compares every page with the database; the exit code is 1 if any differs.`;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    clients: { type: "string", default: "200" },
    teams: { type: "string", default: "4" },
    rate: { type: "string", default: "30" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    fault: { type: "string", multiple: true, default: [] },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

const seconds = Math.round(Number(values.minutes) * 60);
console.log(`seed ${values.seed}`);
// Run as a test: the test's children end with the runner, however it ends.
const child = Bun.spawn([process.execPath, "test", fromRoot("tests/chaos/chaos.test.ts")], {
  cwd: ROOT,
  env: {
    ...process.env,
    CHAOS_SECONDS: String(seconds),
    CHAOS_CLIENTS: values.clients,
    CHAOS_TEAMS: values.teams,
    CHAOS_RATE: values.rate,
    CHAOS_SEED: values.seed,
    ...(values.fault.length === 0 ? {} : { CHAOS_FAULTS: values.fault.join(",") }),
  },
  stdio: ["inherit", "inherit", "inherit"],
});
process.exit(await child.exited);
