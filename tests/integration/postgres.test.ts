import { chooseDatabases } from "../support/database.ts";
import { startPostgres } from "../support/services.ts";

// Every test of the data runs on Postgres too: the very same files, loaded after the databases were chosen.
const postgres = await startPostgres();
chooseDatabases(() => postgres.createDatabase());

await import("../../platform/events/log.test.ts");
await import("../../platform/events/relay.test.ts");
await import("../../platform/events/relay-epochs.test.ts");
await import("./api/accounts.test.ts");
await import("./api/answers.test.ts");
await import("./api/filters.test.ts");
await import("./api/hostile.test.ts");
await import("./api/idempotency.test.ts");
await import("./api/imports.test.ts");
await import("./api/main-job.test.ts");
await import("./api/ordering.test.ts");
await import("./api/parents.test.ts");
await import("./api/rights.test.ts");
