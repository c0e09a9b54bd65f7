import { measureFanOut } from "./fan-out.ts";
import { measureLatency } from "./latency.ts";
import { runBenches } from "./lib/bench.ts";
import { measureMemory } from "./memory.ts";
import { measureNodes } from "./nodes.ts";
import { measureReconnect } from "./reconnect.ts";
import { measureStalled } from "./stalled.ts";

await runBenches({
  "fan-out": { measure: measureFanOut, needsProc: true },
  memory: { measure: measureMemory, needsProc: true },
  reconnect: { measure: measureReconnect, needsProc: true },
  stalled: { measure: measureStalled, needsProc: true },
  nodes: { measure: measureNodes, needsProc: true },
  latency: { measure: measureLatency, needsProc: false },
});
