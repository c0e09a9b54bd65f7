import { chooseDatabases } from "../support/database.ts";
import { startPostgres } from "../support/services.ts";

// The data tests run on Postgres too: the same files, loaded after `chooseDatabases`.
const postgres = await startPostgres();
chooseDatabases(() => postgres.createDatabase());

await import("../../platform/db/migrate.test.ts");
await import("../../platform/events/consumer.test.ts");
await import("../../platform/events/consumer-epochs.test.ts");
await import("../../platform/events/log.test.ts");
await import("../../platform/events/relay.test.ts");
await import("../../platform/events/relay-epochs.test.ts");
await import("../../platform/events/retention.test.ts");
await import("../../platform/events/sweep.test.ts");
await import("./api/accounts.test.ts");
await import("./api/answers.test.ts");
await import("./api/comments.test.ts");
await import("./api/consumers.test.ts");
await import("./api/filters.test.ts");
await import("./api/hostile.test.ts");
await import("./api/idempotency.test.ts");
await import("./api/imports.test.ts");
await import("./api/main-job.test.ts");
await import("./api/ordering.test.ts");
await import("./api/parents.test.ts");
await import("./api/rights.test.ts");
