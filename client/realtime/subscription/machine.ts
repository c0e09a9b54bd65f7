import { MISSED_HEADS } from "../../../shared/protocol/limits.ts";
import { follows, isAtLeast, isLaterHistory } from "../../../shared/protocol/position.ts";
import {
  type GiveUpReason,
  isLogged,
  type ResumePosition,
  reaches,
  resumePositionOf,
  type Subscription,
  type SubscriptionEffect,
  type SubscriptionEvent,
  type SubscriptionEventKind,
  type SubscriptionEventOf,
  type SubscriptionIn,
  type SubscriptionKind,
  type SubscriptionStep,
  sinceOf,
  withSnapshot,
} from "./state.ts";

type Cell<State, Event> = (state: State, event: Event) => SubscriptionStep;
type Row<State> = { readonly [Kind in SubscriptionEventKind]: Cell<State, SubscriptionEventOf<Kind>> };
/** A missing cell does not compile. */
type Table = { readonly [Kind in SubscriptionKind]: Row<SubscriptionIn<Kind>> };

const DELIVER = { kind: "deliver" } as const;
const IN_STEP = { kind: "in-step" } as const;
const RESET: ResumePosition = { kind: "reset", base: null, head: null };

const to = (state: Subscription, ...effects: SubscriptionEffect[]): SubscriptionStep => ({ state, effects });
const stay = (state: Subscription): SubscriptionStep => ({ state, effects: [] });

const subscribe = (
  resumeFrom: ResumePosition,
  {
    tokenRenewed = "no",
    attempt = 0,
    repairedAt = null,
  }: {
    tokenRenewed?: SubscriptionIn<"joining">["tokenRenewed"];
    attempt?: number;
    repairedAt?: number | null;
  } = {},
): SubscriptionStep =>
  to(
    { kind: "joining", resumeFrom, tokenRenewed, attempt, repairedAt, missedHeads: 0 },
    { kind: "subscribe", since: sinceOf(resumeFrom) },
  );

const resubscribe = (state: Subscription): SubscriptionStep => subscribe(resumePositionOf(state));
const goOffline = (state: Subscription): SubscriptionStep =>
  to({ kind: "unsubscribed", resumeFrom: resumePositionOf(state), waitsForSnapshot: false, online: false });
const giveUp = (reason: GiveUpReason): SubscriptionStep => to({ kind: "denied", reason }, { kind: "gave-up", reason });
const renew = (state: Subscription, cause: "forbidden" | "revoked", attempt = 0): SubscriptionStep =>
  to({ kind: "renewing", resumeFrom: resumePositionOf(state), cause, attempt }, { kind: "renew-token" });
const poll = (resumeFrom: ResumePosition, attempt: number): SubscriptionStep =>
  to({ kind: "polling", resumeFrom, attempt }, { kind: "retry-later", attempt });

const joined = (
  resumeFrom: ResumePosition,
  repairedAt: number | null,
  event: SubscriptionEventOf<"subscribed">,
  attempt = 0,
): SubscriptionStep => {
  const { head, recovered } = event;
  // The server does not know this position's history yet, and would deliver an ended one.
  if (isLogged(head) && resumeFrom.kind === "at" && isLaterHistory(resumeFrom.position, head))
    return poll(resumeFrom, attempt);
  if (!isLogged(head))
    return to({ kind: "unlogged", missedHeads: 0 }, { kind: "joined", head }, { kind: "reset", base: null });
  const continued = recovered && resumeFrom.kind === "at" && resumeFrom.position.epoch === head.epoch;
  if (!continued)
    return to(
      { kind: "awaiting-snapshot", base: head, head, missedHeads: 0 },
      { kind: "joined", head },
      { kind: "reset", base: head },
    );
  const { position } = resumeFrom;
  const effects: SubscriptionEffect[] = [{ kind: "joined", head }];
  if (isAtLeast(position, head)) effects.push(IN_STEP);
  return to({ kind: "live", position, repairedAt, missedHeads: 0 }, ...effects);
};

/** A repair that did not help would repeat forever, so the second one at the same position begins from a snapshot. */
const repair = (state: SubscriptionIn<"live">): SubscriptionStep =>
  state.repairedAt === state.position.seq
    ? subscribe(RESET)
    : subscribe(resumePositionOf(state), { repairedAt: state.position.seq });

/**
 * Only a new token that does not name the tenant proves the loss of the right. A token that names it is also refused
 * when a later history began since, so the tenant is polled then.
 */
const onForbidden = (state: SubscriptionIn<"joining">): SubscriptionStep => {
  switch (state.tokenRenewed) {
    case "no":
      return renew(state, "forbidden", state.attempt);
    case "named":
      return poll(state.resumeFrom, state.attempt);
    case "undecodable":
      return giveUp("forbidden");
  }
};

const missHead = (state: SubscriptionIn<"live" | "awaiting-snapshot" | "unlogged">): SubscriptionStep => {
  const missedHeads = state.missedHeads + 1;
  return missedHeads >= MISSED_HEADS ? resubscribe(state) : stay({ ...state, missedHeads });
};

const onEnded = (state: Subscription, { reason }: SubscriptionEventOf<"ended">): SubscriptionStep => {
  switch (reason) {
    // Answers an `unsubscribe` that was sent before this subscription.
    case "requested":
      return stay(state);
    case "deleted":
      return giveUp("deleted");
    case "revoked":
    case "expired":
      return renew(state, "revoked");
  }
};

const onPolled = (state: SubscriptionIn<"unsubscribed" | "polling">, { at }: SubscriptionEventOf<"polled">) => {
  const { resumeFrom } = state;
  return resumeFrom.kind === "at" && follows(at, resumeFrom.position)
    ? to({ ...state, resumeFrom: { kind: "at", position: at } }, DELIVER)
    : stay(state);
};

/** Polls until the channel has reached the later history. */
const historyEnded = (): SubscriptionStep =>
  to(
    { kind: "polling", resumeFrom: RESET, attempt: 0 },
    { kind: "reset", base: null },
    { kind: "retry-later", attempt: 0 },
  );

const onHistoryGone = (state: SubscriptionIn<"unsubscribed" | "polling">) =>
  to({ ...state, resumeFrom: RESET }, { kind: "reset", base: null });

/** Events that mean nothing without a channel. */
const noChannel = {
  sequenced: stay,
  heartbeat: stay,
  "join-without-snapshot": stay,
  resubscribe: stay,
  "history-ended": stay,
};

export const SUBSCRIPTION_TABLE: Table = {
  unsubscribed: {
    ...noChannel,
    online: (state) => (state.waitsForSnapshot ? stay({ ...state, online: true }) : subscribe(state.resumeFrom)),
    "join-without-snapshot": (state) =>
      state.online ? subscribe(state.resumeFrom) : stay({ ...state, waitsForSnapshot: false }),
    offline: (state) => stay({ ...state, online: false }),
    subscribed: stay,
    forbidden: stay,
    unavailable: stay,
    ended: stay,
    granted: stay,
    snapshot: (state, { position }) => {
      const resumeFrom = withSnapshot(state.resumeFrom, position);
      return state.online ? subscribe(resumeFrom) : stay({ ...state, resumeFrom, waitsForSnapshot: false });
    },
    polled: onPolled,
    "history-gone": onHistoryGone,
    "history-ended": onHistoryGone,
    retry: stay,
  },
  joining: {
    online: resubscribe,
    "join-without-snapshot": stay,
    offline: goOffline,
    subscribed: (state, event) => joined(state.resumeFrom, state.repairedAt, event, state.attempt),
    // Events before `subscribed` belong to the former subscription.
    sequenced: stay,
    heartbeat: (state) => {
      const missedHeads = state.missedHeads + 1;
      return missedHeads >= MISSED_HEADS ? subscribe(state.resumeFrom, state) : stay({ ...state, missedHeads });
    },
    forbidden: onForbidden,
    unavailable: (state) => poll(state.resumeFrom, state.attempt),
    ended: onEnded,
    // RealtimeClient ignores refusals of the earlier token, so this asks again with the new one.
    granted: (state, { online }) => (online ? subscribe(state.resumeFrom, state) : stay(state)),
    snapshot: (state, { position }) => stay({ ...state, resumeFrom: withSnapshot(state.resumeFrom, position) }),
    polled: stay,
    "history-gone": stay,
    retry: stay,
    resubscribe: stay,
    "history-ended": stay,
  },
  renewing: {
    ...noChannel,
    online: stay,
    offline: goOffline,
    subscribed: stay,
    forbidden: stay,
    unavailable: stay,
    ended: (state, { reason }) => (reason === "deleted" ? giveUp("deleted") : stay(state)),
    granted: (state, { named, online }) => {
      const { cause, resumeFrom, attempt } = state;
      if (named === false) return giveUp(cause);
      if (!online) return goOffline(state);
      const tokenRenewed = cause === "revoked" ? "no" : named ? "named" : "undecodable";
      return subscribe(resumeFrom, { tokenRenewed, attempt });
    },
    snapshot: (state, { position }) => stay({ ...state, resumeFrom: withSnapshot(state.resumeFrom, position) }),
    polled: stay,
    "history-gone": stay,
    retry: stay,
  },
  live: {
    online: resubscribe,
    "join-without-snapshot": stay,
    offline: goOffline,
    subscribed: (state, event) =>
      // Answers a repeated `subscribe`. The events that follow again are known and ignored.
      event.recovered ? stay(state) : joined(resumePositionOf(state), state.repairedAt, event),
    sequenced: (state, { at }) => {
      if (follows(at, state.position)) return to({ ...state, position: at }, DELIVER, IN_STEP);
      return isAtLeast(state.position, at) ? stay(state) : repair(state);
    },
    heartbeat: (state, { head }) => {
      if (head === null) return missHead(state);
      return isAtLeast(state.position, head)
        ? to({ ...state, missedHeads: 0, repairedAt: null }, IN_STEP)
        : repair(state);
    },
    forbidden: stay,
    unavailable: (state) => poll(resumePositionOf(state), 0),
    ended: (state, event) => (event.reason === "requested" ? resubscribe(state) : onEnded(state, event)),
    granted: stay,
    snapshot: stay,
    polled: stay,
    "history-gone": stay,
    retry: stay,
    resubscribe,
    "history-ended": historyEnded,
  },
  "awaiting-snapshot": {
    online: resubscribe,
    "join-without-snapshot": stay,
    offline: goOffline,
    subscribed: (state, event) => joined(resumePositionOf(state), null, event),
    sequenced: (state, { at }) => {
      if (follows(at, state.head)) return to({ ...state, head: at }, DELIVER);
      return isAtLeast(state.head, at) ? stay(state) : resubscribe(state);
    },
    heartbeat: (state, { head }) => {
      if (head === null) return missHead(state);
      return isAtLeast(state.head, head) ? stay({ ...state, missedHeads: 0 }) : resubscribe(state);
    },
    forbidden: stay,
    unavailable: (state) => poll(resumePositionOf(state), 0),
    ended: (state, event) => (event.reason === "requested" ? resubscribe(state) : onEnded(state, event)),
    granted: stay,
    snapshot: (state, { position }) =>
      reaches(position, state.base)
        ? to({ kind: "live", position: state.head, missedHeads: state.missedHeads, repairedAt: null }, IN_STEP)
        : stay(state),
    polled: stay,
    "history-gone": stay,
    retry: stay,
    resubscribe,
    "history-ended": historyEnded,
  },
  unlogged: {
    online: resubscribe,
    "join-without-snapshot": stay,
    offline: goOffline,
    subscribed: (state, event) => joined(resumePositionOf(state), null, event),
    // The tenant has a log now.
    sequenced: resubscribe,
    heartbeat: (state, { head }) => {
      if (head === null) return missHead(state);
      return isLogged(head) ? resubscribe(state) : to({ ...state, missedHeads: 0 }, IN_STEP);
    },
    forbidden: stay,
    unavailable: (state) => poll(resumePositionOf(state), 0),
    ended: (state, event) => (event.reason === "requested" ? resubscribe(state) : onEnded(state, event)),
    granted: stay,
    snapshot: stay,
    polled: stay,
    "history-gone": stay,
    retry: stay,
    resubscribe,
    "history-ended": resubscribe,
  },
  polling: {
    ...noChannel,
    online: resubscribe,
    offline: goOffline,
    subscribed: (state, event) => joined(state.resumeFrom, null, event, state.attempt),
    forbidden: (state) => renew(state, "forbidden", state.attempt),
    unavailable: stay,
    ended: onEnded,
    granted: stay,
    snapshot: (state, { position }) => stay({ ...state, resumeFrom: withSnapshot(state.resumeFrom, position) }),
    polled: onPolled,
    "history-gone": onHistoryGone,
    "history-ended": onHistoryGone,
    retry: (state) => subscribe(state.resumeFrom, { attempt: state.attempt + 1 }),
  },
  denied: {
    ...noChannel,
    online: stay,
    offline: stay,
    subscribed: stay,
    forbidden: stay,
    unavailable: stay,
    ended: stay,
    // The user was invited again.
    granted: (state, { named }) =>
      named === true
        ? to({ kind: "unsubscribed", resumeFrom: { kind: "none" }, waitsForSnapshot: false, online: false })
        : stay(state),
    snapshot: stay,
    polled: stay,
    "history-gone": stay,
    retry: stay,
    // A successful read proves that the user is still a member.
    "history-ended": (state) => renew(state, "forbidden"),
  },
};

const applyRow = <State, Kind extends SubscriptionEventKind>(
  row: { readonly [K in Kind]: Cell<State, SubscriptionEventOf<K>> },
  state: State,
  event: SubscriptionEventOf<Kind>,
): SubscriptionStep => row[event.kind](state, event);

/** The next state and the effects of an event. Pure. */
export const subscriptionStep = (state: Subscription, event: SubscriptionEvent): SubscriptionStep => {
  switch (state.kind) {
    case "unsubscribed":
      return applyRow(SUBSCRIPTION_TABLE.unsubscribed, state, event);
    case "joining":
      return applyRow(SUBSCRIPTION_TABLE.joining, state, event);
    case "renewing":
      return applyRow(SUBSCRIPTION_TABLE.renewing, state, event);
    case "live":
      return applyRow(SUBSCRIPTION_TABLE.live, state, event);
    case "awaiting-snapshot":
      return applyRow(SUBSCRIPTION_TABLE["awaiting-snapshot"], state, event);
    case "unlogged":
      return applyRow(SUBSCRIPTION_TABLE.unlogged, state, event);
    case "polling":
      return applyRow(SUBSCRIPTION_TABLE.polling, state, event);
    case "denied":
      return applyRow(SUBSCRIPTION_TABLE.denied, state, event);
  }
};
