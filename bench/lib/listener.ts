import { fromRoot } from "../../scripts/paths.ts";
import type { CatchUp, Connect, FromListener, Reconnect, Report, ToListener } from "../listener/messages.ts";
import { startChild } from "./child.ts";
import { CORES } from "./cores.ts";

export type Listener = {
  readonly pid: number;
  /** Opens more sockets; resolves when all have joined. */
  readonly connect: (plan: Omit<Connect, "type">) => Promise<void>;
  /** Resets the counts. Await it: an event sent before may otherwise be counted after. */
  readonly reset: () => Promise<void>;
  /** Waits until `expected` events arrived since the last reset, or none arrived for SILENCE_MS. */
  readonly settle: (expected: number) => Promise<void>;
  readonly report: () => Promise<Report>;
  /** Makes sockets reconnect from now on when they are closed. */
  readonly reconnect: (plan: Omit<Reconnect, "type">) => Promise<void>;
  readonly catchUp: () => Promise<CatchUp>;
  readonly stop: () => Promise<void>;
};

const CONNECT_TIMEOUT_MS = 60_000;
const REPLY_TIMEOUT_MS = 10_000;
const SILENCE_MS = 3_000;
const POLL_MS = 20;

/** Starts the process that holds all sockets. */
export const startListener = async (): Promise<Listener> => {
  let receive: (message: FromListener) => void = () => {};
  const expect = async <Type extends FromListener["type"]>(
    type: Type,
    withinMs: number,
    request?: ToListener,
  ): Promise<Extract<FromListener, { type: Type }>> => {
    const { promise, resolve, reject } = Promise.withResolvers<Extract<FromListener, { type: Type }>>();
    const isExpected = (message: FromListener): message is Extract<FromListener, { type: Type }> =>
      message.type === type;
    const late = setTimeout(() => reject(new Error(`the listener did not send "${type}" in time`)), withinMs);
    receive = (message) => {
      if (isExpected(message)) resolve(message);
      else if (message.type === "failed") reject(new Error(message.message));
    };
    if (request !== undefined) child.send(request);
    return promise.finally(() => clearTimeout(late));
  };
  const child = startChild([process.execPath, fromRoot("bench/listener/main.ts")], {
    cores: CORES.clients,
    onMessage: (message) => receive(message as FromListener),
  });
  await expect("up", REPLY_TIMEOUT_MS);

  return {
    pid: child.pid,
    connect: async (plan) => {
      await expect("joined", CONNECT_TIMEOUT_MS, { type: "connect", ...plan });
    },
    reset: async () => {
      await expect("reset", REPLY_TIMEOUT_MS, { type: "reset" });
    },
    settle: async (expected) => {
      let best = -1;
      let until = 0;
      for (;;) {
        const { total } = await expect("counted", REPLY_TIMEOUT_MS, { type: "count" });
        if (total >= expected) return;
        if (total > best) {
          best = total;
          until = performance.now() + SILENCE_MS;
        } else if (performance.now() > until) return;
        await Bun.sleep(POLL_MS);
      }
    },
    reconnect: async (plan) => {
      await expect("reconnecting", REPLY_TIMEOUT_MS, { type: "reconnect", ...plan });
    },
    catchUp: () => expect("catch-up", REPLY_TIMEOUT_MS, { type: "catch-up" }),
    report: () => expect("report", REPLY_TIMEOUT_MS, { type: "report" }),
    stop: child.stop,
  };
};
