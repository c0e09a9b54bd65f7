import { fromRoot } from "../../scripts/paths.ts";
import type { Connect, FromListener, Levels, Report, Return, ToListener } from "../listener/messages.ts";
import { startChild } from "./child.ts";
import { CORES } from "./cores.ts";

export type Listener = {
  readonly pid: number;
  /** Opens more sockets; resolves when all have joined. */
  readonly connect: (plan: Omit<Connect, "type">) => Promise<void>;
  /** Begins to count anew; resolves when that is done, for an event may overtake the wish. */
  readonly reset: () => Promise<void>;
  /** Waits until `expected` events were heard since the last reset, or nothing was heard for a while. */
  readonly settle: (expected: number) => Promise<void>;
  readonly report: () => Promise<Report>;
  /** Has closed sockets come back by themselves; resolves when that holds. */
  readonly comeBack: (plan: Omit<Return, "type">) => Promise<void>;
  readonly levels: () => Promise<Levels>;
  readonly stop: () => Promise<void>;
};

const CONNECT_WITHIN_MS = 60_000;
const ANSWER_WITHIN_MS = 10_000;
const SILENCE_MS = 3_000;
const LOOK_MS = 20;

/** The process that holds all the sockets. */
export const startListener = async (): Promise<Listener> => {
  let take: (message: FromListener) => void = () => {};
  const expect = async <Type extends FromListener["type"]>(
    type: Type,
    withinMs: number,
    ask?: ToListener,
  ): Promise<Extract<FromListener, { type: Type }>> => {
    const { promise, resolve, reject } = Promise.withResolvers<Extract<FromListener, { type: Type }>>();
    const isAsked = (message: FromListener): message is Extract<FromListener, { type: Type }> => message.type === type;
    const late = setTimeout(() => reject(new Error(`the listener did not say "${type}" in time`)), withinMs);
    take = (message) => {
      if (isAsked(message)) resolve(message);
      else if (message.type === "failed") reject(new Error(message.message));
    };
    if (ask !== undefined) child.send(ask);
    return promise.finally(() => clearTimeout(late));
  };
  const child = startChild([process.execPath, fromRoot("bench/listener/main.ts")], {
    cores: CORES.clients,
    onMessage: (message) => take(message as FromListener),
  });
  await expect("up", ANSWER_WITHIN_MS);

  return {
    pid: child.pid,
    connect: async (plan) => {
      await expect("joined", CONNECT_WITHIN_MS, { type: "connect", ...plan });
    },
    reset: async () => {
      await expect("reset", ANSWER_WITHIN_MS, { type: "reset" });
    },
    settle: async (expected) => {
      let best = -1;
      let until = 0;
      for (;;) {
        const { total } = await expect("counted", ANSWER_WITHIN_MS, { type: "count" });
        if (total >= expected) return;
        if (total > best) {
          best = total;
          until = performance.now() + SILENCE_MS;
        } else if (performance.now() > until) return;
        await Bun.sleep(LOOK_MS);
      }
    },
    comeBack: async (plan) => {
      await expect("returning", ANSWER_WITHIN_MS, { type: "return", ...plan });
    },
    levels: () => expect("levels", ANSWER_WITHIN_MS, { type: "levels" }),
    report: () => expect("report", ANSWER_WITHIN_MS, { type: "report" }),
    stop: child.stop,
  };
};
