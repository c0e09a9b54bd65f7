import { readFileSync } from "node:fs";
import { plugin } from "bun";
import { fromRoot } from "../../scripts/paths.ts";

/** A mistake that somebody might make in the product: so much of a file's text, and what stands there instead. */
export type Mutation = {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** What is lost by it. */
  readonly about: string;
};

export const MUTATIONS = {
  "await-before-join": {
    file: "platform/events/replay.ts",
    from: "if (cursor === feed.position?.seq && feed.resets === resets) {\n      target.live();",
    to: "if (cursor === feed.position?.seq && feed.resets === resets) {\n      await feed.compare();\n      target.live();",
    about: "something is awaited between the last event of the past and joining",
  },
  "gate-without-fold": {
    file: "client/sync/event-buffer.ts",
    from: "const folded = this.fold(read);",
    to: "const folded = read;",
    about: "an older answer is let in without the events that came since",
  },
  "no-gate": {
    file: "client/sync/event-buffer.ts",
    from: "if (read.begun < this.#cutAt) return",
    to: "return { kind: 'taken', state: read };\n    if (read.begun < this.#cutAt) return",
    about: "every answer is taken as it comes",
  },
  "relay-without-sweep": {
    file: "platform/events/sweep.ts",
    from: "clock.every(SWEEP_MS, startOne)",
    to: "() => {}",
    about: "nobody hands on what a process that died has committed",
  },
  "no-compare": {
    file: "platform/events/feed-hub.ts",
    from: "clock.every(TICK_MS, compareDue)",
    to: "() => {}",
    about: "feeds never compare themselves with the log",
  },
  "head-before-subscribe": {
    file: "platform/events/feed.ts",
    from: "this.#unsubscribe = await this.#deps.pubsub.subscribeExact",
    to: 'await this.#sync.catchUp("start");\n    this.#unsubscribe = await this.#deps.pubsub.subscribeExact',
    about: "a feed reads the head before it listens",
  },
  "no-epoch-fence": {
    file: "platform/events/feed-sync.ts",
    from: 'else if (head.epoch > before.epoch) await this.catchUp("epoch");',
    to: "",
    about: "a feed does not look at the epoch of the log's head",
  },
  "no-new-epoch": {
    file: "platform/events/relay.ts",
    from: "if (!ahead) return",
    to: "return",
    about: "a database that was put back keeps its epoch",
  },
  "relay-does-not-look-again": {
    file: "platform/events/reconciler.ts",
    from: "clock.every(RECHECK_EVERY_MS, startRecheck)",
    to: "() => {}",
    about: "nobody notices that Redis went back without a word",
  },
  "epoch-deletes-untaken": {
    file: "platform/events/log.ts",
    from: 'await tx\n      .updateTable("tenant_heads")',
    to: 'await tx.deleteFrom("events").where("tenant_id", "=", tenantId).execute();\n    await tx\n      .updateTable("tenant_heads")',
    about: "a new epoch deletes events that a log consumer has not taken",
  },
  "retention-waits-for-nobody": {
    file: "platform/events/retention.ts",
    from: "slowest === null || slowest >= unneeded",
    to: "true",
    about: "retention deletes events that a log consumer has not taken",
  },
  "cursor-moves-by-itself": {
    file: "platform/events/consumer.ts",
    from: "await moveCursor(tx, name, tenantId, reached);",
    to: "void db.change((other) => moveCursor(other, name, tenantId, reached));",
    about: "a log consumer's cursor moves in another transaction than its effects",
  },
  "no-repair": {
    file: "platform/events/relay.ts",
    from: "queue.repairRequested = true;",
    to: "return;",
    about: "nobody answers a node that knows more than Redis",
  },
  "coalescer-no-flush-on-join": {
    file: "wss/rooms.ts",
    from: "rooms.get(tenantId)?.events.flush();\n      const { first }",
    to: "const { first }",
    about: "who joins gets what waits for the others a second time",
  },
  "old-grant-after-end": {
    file: "platform/events/feed.ts",
    from: 'return this.position?.epoch === issued.epoch ? this.#revocations.statusOf(userId, issued.seq) : "unknown";',
    to: 'return userId === "" ? "unknown" : "member";',
    about: "a token from before the end of a membership still opens the team",
  },
  "resume-after-reset": {
    file: "client/realtime/subscription/machine.ts",
    from: "const continued = recovered && resumeFrom.kind",
    to: "const continued = resumeFrom.kind",
    about: "a page goes on from its position although the history was cut off",
  },
  "outdated-joins-at-once": {
    file: "client/realtime/subscription/machine.ts",
    from: "const historyEnded = (): SubscriptionStep =>",
    to: "const historyEnded = resubscribe;\nexport const polled = (): SubscriptionStep =>",
    about: "a page asks all the time for a channel whose history is over",
  },
} as const satisfies Record<string, Mutation>;

export type MutationName = keyof typeof MUTATIONS;

export const isMutation = (name: string): name is MutationName => Object.hasOwn(MUTATIONS, name);

/** The file's text with the mistake in it. @throws Error when what is to be replaced is not there exactly once */
export const mutated = (name: MutationName, text: string): string => {
  const { file, from, to } = MUTATIONS[name];
  if (text.split(from).length !== 2) throw new Error(`${name}: ${file} does not have this once: ${from}`);
  return text.replace(from, () => to);
};

/** Makes the mistake in the copy that this process loads. To be called before the file is imported. */
export const installMutation = (name: MutationName): void => {
  const path = fromRoot(...MUTATIONS[name].file.split("/"));
  const contents = mutated(name, readFileSync(path, "utf8"));
  plugin({
    name: `mutation ${name}`,
    setup: (build) => {
      build.onLoad({ filter: new RegExp(`${path.replaceAll(/[.\\/]/g, "\\$&")}$`) }, () => ({
        contents,
        loader: "ts",
      }));
    },
  });
};
