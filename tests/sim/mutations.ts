import { readFileSync } from "node:fs";
import { plugin } from "bun";
import { fromRoot } from "../../scripts/paths.ts";

/** A mistake that somebody might make in the product: a file's text, and the text in its place. */
export type Mutation = {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Its meaning, as the rest of "the runs find that …". */
  readonly about: string;
};

export const MUTATIONS = {
  "await-before-join": {
    file: "platform/events/replay.ts",
    from: "if (cursor === feed.position?.seq && feed.resets === resets) {\n      target.live();",
    to: "if (cursor === feed.position?.seq && feed.resets === resets) {\n      await feed.compare();\n      target.live();",
    about: "something is awaited between the last event of the past and joining",
  },
  "reconcile-without-events": {
    file: "client/sync/event-buffer.ts",
    from: 'return { kind: "accepted", snapshot: this.#broughtUp(read, history) };',
    to: 'return { kind: "accepted", snapshot: read };',
    about: "an older read is accepted without the events that came since",
  },
  "no-reconcile": {
    file: "client/sync/event-buffer.ts",
    from: "if (read.generation < this.#resetAt) return",
    to: 'return { kind: "accepted", snapshot: read };\n    if (read.generation < this.#resetAt) return',
    about: "every read is accepted as it comes",
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
  "new-key-each-try": {
    file: "client/sync/outbox/outbox.ts",
    from: ": this.#deps.send(mutation, key).catch(",
    to: ": this.#deps.send(mutation, this.#deps.newId()).catch(",
    about: "a mutation that is sent again has another key",
  },
  "removed-when-sent": {
    file: "client/sync/outbox/outbox.ts",
    from: "    const result = await (isOutdated(",
    to: "    void this.#tabs.store((storage) => storage.remove([key]));\n    const result = await (isOutdated(",
    about: "a mutation leaves storage before it is answered",
  },
  "order-ignores-reads": {
    file: "client/sync/mutation.ts",
    from: "later.writes.includes(id) || later.reads.includes(id)) ||\n  earlier.reads.some((id) => later.writes.includes(id));",
    to: "later.writes.includes(id));",
    about: "a mutation does not wait for those that it reads",
  },
  "order-ignores-unanswered": {
    file: "client/sync/outbox/scheduler.ts",
    from: "(!other.isAnswered || mutation.base !== undefined) && dependsOn",
    to: "!other.isAnswered && mutation.base !== undefined && dependsOn",
    about: "a mutation does not wait for the answers to earlier ones",
  },
  "send-without-lock": {
    file: "client/sync/outbox/outbox.ts",
    from: "return order === null || this.#tabs.isLeader;",
    to: "return true;",
    about: "every tab sends, also those without the lock",
  },
  "lost-lock-ignored": {
    file: "client/sync/outbox/tab-coordinator.ts",
    from: "const lost = () => void this.#yield();",
    to: "const lost = () => {};",
    about: "a tab whose lock was stolen goes on sending",
  },
  "lead-before-load": {
    file: "client/sync/outbox/tab-coordinator.ts",
    from: "void this.#load().then(() => {\n        if (term === this.#term) lead();\n      });",
    to: "void this.#load();\n      lead();",
    about: "a new leader sends before it has loaded what the one before left",
  },
  "no-first-form": {
    file: "client/sync/outbox/outbox.ts",
    from: "const begun = await this.#tabs.store((storage) => storage.begin(first));",
    to: "const begun = null as typeof first | null;",
    about: "a tab that takes over sends another request under the same key",
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
