import { loadConfig } from "../platform/config/config.ts";
import { onTermination, reportStartFailure } from "../platform/process/lifecycle.ts";
import { openPlatform } from "../platform/process/open-platform.ts";

/** The worker alone: it hands on what processes that died have left, and trims what is older than it is kept. */
const start = async () => {
  const platform = await openPlatform(loadConfig("jobs"));
  process.stdout.write("jobs is ready\n");
  onTermination(platform.log, () => platform.close());
};

await start().catch(reportStartFailure);
