import { describe, expect, test } from "bun:test";
import type { LogEntry, PubSubProvider } from "../../platform/pubsub/provider.ts";
import { presenceChannel, tenantChannel } from "../../platform/pubsub/provider.ts";
import { EPOCH, entriesOf, entryOf, LATER_EPOCH, newId } from "./pubsub-fixtures.ts";

export type PubSubUnderTest = {
  readonly pubsub: PubSubProvider;
  /** Adds committed events to the log that the provider reads besides its own appends. */
  commit(tenantId: string, epoch: string, entries: readonly LogEntry[], floor: number | undefined): void;
};

export type PubSubTraits = {
  /** Whether it supports patterns; only a Redis cluster does not. */
  readonly patterns?: boolean;
  /** Whether it keeps a copy of the log; for the others the database is the log. */
  readonly copies?: boolean;
};

/** The contract of every `PubSubProvider`. */
export const pubSubContract = (
  name: string,
  use: () => PubSubUnderTest,
  { patterns = true, copies = true }: PubSubTraits = {},
): void => {
  const append = async (tenantId: string, epoch: string, entries: LogEntry[], floor?: number) => {
    const { pubsub, commit } = use();
    commit(tenantId, epoch, entries, floor);
    return pubsub.append(tenantId, epoch, entries, floor);
  };
  const listen = async (channel: string) => {
    const received: string[] = [];
    const waiting: (() => void)[] = [];
    const unsubscribe = await use().pubsub.subscribeExact(channel, (payload) => {
      received.push(payload);
      for (const wake of waiting.splice(0)) wake();
    });
    const until = async (count: number) => {
      while (received.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
      return received;
    };
    return { received, until, unsubscribe };
  };

  describe(`pub/sub by ${name}`, () => {
    test("delivers every message published after the subscription resolved, in order", async () => {
      const channel = `test:${newId()}`;
      const { until } = await listen(channel);
      for (let index = 0; index < 100; index += 1) await use().pubsub.publish(channel, String(index));
      expect(await until(100)).toEqual(Array.from({ length: 100 }, (_, index) => String(index)));
    });

    test("carries any text unchanged", async () => {
      const channel = `test:${newId()}`;
      const texts = ["", "ü€😀", '\u0000\n"', "x".repeat(300_000)];
      const { until } = await listen(channel);
      for (const text of texts) await use().pubsub.publish(channel, text);
      expect(await until(texts.length)).toEqual(texts);
    });

    // A test that does not apply is left out: the gate counts a skipped test as a failure.
    if (patterns) {
      test("delivers messages of all channels that match a pattern, and of no others", async () => {
        const id = newId();
        const received: [string, string][] = [];
        const { promise, resolve } = Promise.withResolvers<void>();
        const unsubscribe = await use().pubsub.subscribe(`test:${id}:*`, (payload, channel) => {
          received.push([channel, payload]);
          if (payload === "last") resolve();
        });
        await use().pubsub.publish(`test:${id}:a`, "1");
        await use().pubsub.publish(`test:${id}x:a`, "2");
        await use().pubsub.publish(`test:${id}:b{c}`, "last");
        await promise;
        expect(received).toEqual([
          [`test:${id}:a`, "1"],
          [`test:${id}:b{c}`, "last"],
        ]);
        await unsubscribe();
      });
    }

    test("M4 keeps the other listeners when one unsubscribes, also when it does so twice", async () => {
      const channel = presenceChannel(newId());
      const first = await listen(channel);
      const second = await listen(channel);
      await first.unsubscribe();
      await first.unsubscribe();
      await use().pubsub.publish(channel, "still");
      expect(await second.until(1)).toEqual(["still"]);
      expect(first.received).toEqual([]);
    });

    test("M4 delivers every message after an unsubscribe and an immediate new subscription", async () => {
      const channel = presenceChannel(newId());
      const first = await listen(channel);
      await first.unsubscribe();
      const second = await listen(channel);
      await use().pubsub.publish(channel, "back");
      expect(await second.until(1)).toEqual(["back"]);
    });

    test("delivers to the other listeners when one throws", async () => {
      const channel = `test:${newId()}`;
      await use().pubsub.subscribeExact(channel, () => {
        throw new Error("thrown on purpose");
      });
      const { until } = await listen(channel);
      await use().pubsub.publish(channel, "heard");
      expect(await until(1)).toEqual(["heard"]);
    });

    test("publishes appended events to the tenant's channel, each once and in order", async () => {
      const tenantId = newId();
      const { until, received } = await listen(tenantChannel(tenantId));
      const entries = entriesOf(tenantId, 1, 5);
      expect(await append(tenantId, EPOCH, entries.slice(0, 3))).toEqual({ kind: "accepted", head: 3 });
      expect(await append(tenantId, EPOCH, entries)).toEqual({ kind: "accepted", head: 5 });
      expect(await append(tenantId, EPOCH, entries.slice(1, 2))).toEqual({ kind: "accepted", head: 5 });
      await until(5);
      expect(received).toEqual(entries.map(({ payload }) => payload));
    });

    if (copies) {
      test("answers a batch that does not follow with its head, and publishes none of it", async () => {
        const tenantId = newId();
        await append(tenantId, EPOCH, entriesOf(tenantId, 1, 2));
        const { until, received } = await listen(tenantChannel(tenantId));
        const entries = entriesOf(tenantId, 3, 5);
        expect(await append(tenantId, EPOCH, entries.slice(1))).toEqual({ kind: "gap", head: 2 });
        expect(await append(tenantId, EPOCH, entries)).toEqual({ kind: "accepted", head: 5 });
        await until(3);
        expect(received).toEqual(entries.map(({ payload }) => payload));
      });
    } else {
      test("publishes a batch that does not follow, because the log has the missing events, and those after it", async () => {
        const tenantId = newId();
        await append(tenantId, EPOCH, entriesOf(tenantId, 1, 2));
        const { until, received } = await listen(tenantChannel(tenantId));
        const entries = entriesOf(tenantId, 3, 6);
        use().commit(tenantId, EPOCH, entries, undefined);
        for (const [from, to] of [
          [1, 3],
          [3, 4],
        ] as const) {
          const head = 2 + to;
          const outcome = await use().pubsub.append(tenantId, EPOCH, entries.slice(from, to));
          expect(outcome).toEqual({ kind: "accepted", head });
        }
        await until(3);
        expect(received).toEqual(entries.slice(1).map(({ payload }) => payload));
      });
    }

    test("accepts events far ahead if the floor says that no earlier event is kept", async () => {
      const tenantId = newId();
      await append(tenantId, EPOCH, entriesOf(tenantId, 1, 2));
      const { until } = await listen(tenantChannel(tenantId));
      expect(await append(tenantId, EPOCH, entriesOf(tenantId, 10, 11), 9)).toEqual({ kind: "accepted", head: 11 });
      await until(2);
      expect(await use().pubsub.head(tenantId)).toEqual({ epoch: EPOCH, seq: 11 });
    });

    test("refuses an older epoch and starts a new log for a newer one", async () => {
      const tenantId = newId();
      await append(tenantId, EPOCH, entriesOf(tenantId, 1, 5));
      const later = [entryOf(tenantId, 6, { epoch: LATER_EPOCH })];
      expect(await append(tenantId, LATER_EPOCH, later)).toEqual({ kind: "accepted", head: 6 });
      expect(await use().pubsub.head(tenantId)).toEqual({ epoch: LATER_EPOCH, seq: 6 });
      expect(await use().pubsub.append(tenantId, EPOCH, entriesOf(tenantId, 6, 6))).toEqual({
        kind: "stale-epoch",
        epoch: LATER_EPOCH,
      });
      expect(await use().pubsub.history(tenantId, { epoch: EPOCH, seq: 5 }, 100)).toMatchObject({
        kind: "unreachable",
        reason: "epoch",
        head: { epoch: LATER_EPOCH, seq: 6 },
      });
    });

    test("publishes events once when several appends carry them at the same time", async () => {
      const tenantId = newId();
      const { until, received } = await listen(tenantChannel(tenantId));
      const entries = entriesOf(tenantId, 1, 40);
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => append(tenantId, EPOCH, entries)));
      expect(outcomes.every(({ kind }) => kind === "accepted")).toBe(true);
      await until(40);
      expect(received).toEqual(entries.map(({ payload }) => payload));
    });

    test("reads all events after a position, and none when there are none", async () => {
      const tenantId = newId();
      const entries = entriesOf(tenantId, 1, 1_200);
      await append(tenantId, EPOCH, entries);
      const head = { epoch: EPOCH, seq: 1_200 };
      expect(await use().pubsub.head(tenantId)).toEqual(head);
      expect(await use().pubsub.history(tenantId, { epoch: EPOCH, seq: 1_190 }, 100)).toEqual({
        kind: "events",
        head,
        events: entries.slice(1_190),
      });
      expect(await use().pubsub.history(tenantId, head, 100)).toEqual({ kind: "events", head, events: [] });
      const all = await use().pubsub.history(tenantId, { epoch: EPOCH, seq: 0 }, 1_200);
      expect(all.kind === "events" && all.events.map(({ seq }) => seq)).toEqual(
        Array.from({ length: 1_200 }, (_, index) => index + 1),
      );
    });

    test("gives the reason why events are unreachable", async () => {
      const tenantId = newId();
      await append(tenantId, EPOCH, entriesOf(tenantId, 1, 20));
      const reasonAfter = async (epoch: string, seq: number, limit: number) => {
        const history = await use().pubsub.history(tenantId, { epoch, seq }, limit);
        return history.kind === "unreachable" ? history.reason : history.kind;
      };
      expect(await reasonAfter(EPOCH, 21, 100)).toBe("ahead");
      expect(await reasonAfter(EPOCH, 10, 9)).toBe("too-many");
      expect(await reasonAfter("nonsense", 10, 100)).toBe("epoch");
    });

    test("knows nothing of a tenant without a log", async () => {
      const tenantId = newId();
      expect(await use().pubsub.head(tenantId)).toBeNull();
      expect(await use().pubsub.history(tenantId, { epoch: EPOCH, seq: 0 }, 10)).toEqual({ kind: "unknown" });
    });

    test("counts the subscribed channels and patterns", async () => {
      const before = use().pubsub.stats();
      const { unsubscribe } = await listen(`test:${newId()}`);
      expect(use().pubsub.stats()).toEqual({ ...before, channels: before.channels + 1 });
      if (patterns) {
        const unsubscribePattern = await use().pubsub.subscribe(`test:${newId()}:*`, () => {});
        expect(use().pubsub.stats()).toEqual({ channels: before.channels + 1, patterns: before.patterns + 1 });
        await unsubscribePattern();
      }
      await unsubscribe();
      expect(use().pubsub.stats()).toEqual(before);
    });

    test("is healthy", async () => {
      expect(await use().pubsub.isHealthy()).toBe(true);
    });
  });
};
