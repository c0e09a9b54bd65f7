import { measureFanOut } from "./fan-out.ts";
import { measureLatency } from "./latency.ts";
import { runBenches } from "./lib/bench.ts";
import { measureMemory } from "./memory.ts";

await runBenches({
  "fan-out": { measure: measureFanOut, needsProc: true },
  memory: { measure: measureMemory, needsProc: true },
  latency: { measure: measureLatency, needsProc: false },
});
