import { loadConfig } from "../platform/config/config.ts";
import { onTermination, reportStartFailure } from "../platform/process/lifecycle.ts";
import { openPlatform } from "../platform/process/open-platform.ts";

/** The stand-alone worker: relays events that crashed processes left behind, and trims expired events and keys. */
const start = async () => {
  const platform = await openPlatform(loadConfig("jobs"));
  process.stdout.write("jobs is ready\n");
  onTermination(platform.log, () => platform.close());
};

await start().catch(reportStartFailure);
