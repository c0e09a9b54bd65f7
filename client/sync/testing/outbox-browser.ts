import type { ProblemCode } from "../../../shared/problem.ts";
import { meSchema } from "../../../shared/users.ts";
import { SimBrowser } from "../../../tests/sim/browser.ts";
import { type ApiAnswer, ApiProblem } from "../../browser/api-client.ts";
import { SimClock, settle } from "../../realtime/testing/sim-clock.ts";
import type { Mutation } from "../mutation.ts";
import { Outbox } from "../outbox/outbox.ts";
import { SCHEMA, USER_ID } from "./things.ts";

export const problem = (status: number, code: ProblemCode) => new ApiProblem(code, status, "no");

export type Sent = {
  readonly tab: string;
  readonly key: string;
  readonly mutation: Mutation;
  readonly end: (what: number | Error) => Promise<void>;
};

/** One browser with the tabs of one person. */
export const browser = () => {
  const clock = new SimClock();
  const device = new SimBrowser(clock, () => 0.5);
  const sent: Sent[] = [];
  let count = 0;
  const here = { cursor: Number.POSITIVE_INFINITY };
  /** `version`: at which one this tab has the task of a text. */
  const open = async (tab: string, { isAllowed = true, version = 1 } = {}) => {
    const { port, close: end, focus: look } = device.openTab();
    const box = new Outbox({
      schema: SCHEMA,
      send: (mutation, key) => {
        const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer<unknown>>();
        const finish = async (what: number | Error) => {
          if (what instanceof Error) reject(what);
          else resolve({ status: 200, data: what, position: { epoch: "e1", seq: what }, etag: null });
          await settle();
          await clock.pass(20);
        };
        sent.push({ tab, key, mutation, end: finish });
        return promise;
      },
      prepare: (mutation) => (mutation.op === "update" ? { ...mutation, ifVersion: version } : mutation),
      rebase: async (mutation) => (mutation.op === "update" ? { ...mutation, ifVersion: version + 10 } : "conflict"),
      isConfirmed: ({ committedAt }) => committedAt === null || committedAt.seq <= here.cursor,
      changed: () => {},
      answered: () => {},
      signedOut: () => {},
      unverified: () => {},
      wiped: () => box.clear(),
      clock,
      random: () => 0,
      newId: () => {
        count += 1;
        return `key${count}`;
      },
    });
    box.allow(isAllowed);
    box.open((await port.open({ clock, schema: SCHEMA, meSchema })).outbox(USER_ID));
    await clock.pass(20);
    const close = () => {
      end();
      box.clear();
    };
    return { box, end, look, close };
  };
  const at = (index: number): Sent => {
    const each = sent.at(index);
    if (each === undefined) throw new Error(`nothing was sent as number ${index}`);
    return each;
  };
  return { clock, device, sent, here, at, open };
};
