import { MISSED_HEADS } from "../../../shared/protocol/limits.ts";
import type { Position } from "../../../shared/protocol/position.ts";
import {
  follows,
  type GiveUpReason,
  type Holding,
  hold,
  holdingOf,
  isLogged,
  reaches,
  type Subscription,
  type SubscriptionEffect,
  type SubscriptionEvent,
  type SubscriptionEventKind,
  type SubscriptionEventOf,
  type SubscriptionIn,
  type SubscriptionKind,
  type SubscriptionStep,
  sinceOf,
} from "./state.ts";

type Cell<State, Event> = (state: State, event: Event) => SubscriptionStep;
type Row<State> = { readonly [Kind in SubscriptionEventKind]: Cell<State, SubscriptionEventOf<Kind>> };
/** A cell that is missing does not compile. */
type Table = { readonly [Kind in SubscriptionKind]: Row<SubscriptionIn<Kind>> };

const to = (state: Subscription, ...effects: SubscriptionEffect[]): SubscriptionStep => ({ state, effects });
const stay = (state: Subscription): SubscriptionStep => ({ state, effects: [] });

const subscribe = (
  holding: Holding,
  {
    renewed = "no",
    attempt = 0,
    suspect = null,
  }: { renewed?: SubscriptionIn<"joining">["renewed"]; attempt?: number; suspect?: number | null } = {},
): SubscriptionStep =>
  to(
    { kind: "joining", holding, renewed, attempt, suspect, missed: 0 },
    { kind: "subscribe", since: sinceOf(holding) },
  );

const again = (state: Subscription): SubscriptionStep => subscribe(holdingOf(state));
const lost = (state: Subscription): SubscriptionStep =>
  to({ kind: "unsubscribed", holding: holdingOf(state), waiting: false, online: false });
const giveUp = (reason: GiveUpReason): SubscriptionStep => to({ kind: "denied", reason }, { kind: "gave-up", reason });
const renew = (state: Subscription, cause: "forbidden" | "revoked", attempt = 0): SubscriptionStep =>
  to({ kind: "renewing", holding: holdingOf(state), cause, attempt }, { kind: "renew-token" });
const poll = (holding: Holding, attempt: number): SubscriptionStep =>
  to({ kind: "polling", holding, attempt }, { kind: "retry-later", attempt });

const joined = (
  holding: Holding,
  suspect: number | null,
  event: SubscriptionEventOf<"subscribed">,
  attempt = 0,
): SubscriptionStep => {
  const { head, recovered } = event;
  // The socket's server has not heard of the history that began since: what it would tell is over.
  if (isLogged(head) && holding.kind === "at" && holding.position.epoch > head.epoch) return poll(holding, attempt);
  if (!isLogged(head))
    return to({ kind: "unlogged", missed: 0 }, { kind: "joined", head }, { kind: "reset", base: null });
  const continued = recovered && holding.kind === "at" && holding.position.epoch === head.epoch;
  if (!continued)
    return to(
      { kind: "awaiting-read", base: head, head, missed: 0 },
      { kind: "joined", head },
      { kind: "reset", base: head },
    );
  const { position } = holding;
  const effects: SubscriptionEffect[] = [{ kind: "joined", head }];
  if (position.seq >= head.seq) effects.push({ kind: "in-step" });
  return to({ kind: "live", position, suspect, missed: 0 }, ...effects);
};

/** Repeating a repair that did not help would never end: the second time at one place the state is read anew. */
const repair = (state: SubscriptionIn<"live">): SubscriptionStep =>
  state.suspect === state.position.seq
    ? subscribe({ kind: "ended", base: null, head: null })
    : subscribe(holdingOf(state), { suspect: state.position.seq });

/**
 * The right is believed to have ended only when a new token does not name the tenant: one that names it may have been
 * overtaken by a history that began since, and is refused for that.
 */
const onForbidden = (state: SubscriptionIn<"joining">): SubscriptionStep => {
  switch (state.renewed) {
    case "no":
      return renew(state, "forbidden", state.attempt);
    case "named":
      return poll(state.holding, state.attempt);
    case "unread":
      return giveUp("forbidden");
  }
};

const isBehind = (head: Position, position: Position): boolean =>
  head.epoch !== position.epoch || head.seq > position.seq;

const onEnded = (state: Subscription, { reason }: SubscriptionEventOf<"ended">): SubscriptionStep => {
  switch (reason) {
    // An answer to a leaving of before, when this was joined anew.
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
  const { holding } = state;
  return holding.kind === "at" && follows(at, holding.position) === "next"
    ? to({ ...state, holding: { kind: "at", position: at } }, { kind: "deliver" })
    : stay(state);
};

/** Events come by polling until the channel has come as far. */
const outdated = (): SubscriptionStep =>
  to(
    { kind: "polling", holding: { kind: "ended", base: null, head: null }, attempt: 0 },
    { kind: "reset", base: null },
    { kind: "retry-later", attempt: 0 },
  );

const onHistoryGone = (state: SubscriptionIn<"unsubscribed" | "polling">) =>
  to({ ...state, holding: { kind: "ended", base: null, head: null } }, { kind: "reset", base: null });

/** While there is no channel. */
const apart = { sequenced: stay, heartbeat: stay, proceed: stay, resubscribe: stay, outdated: stay };

export const SUBSCRIPTION_TABLE: Table = {
  unsubscribed: {
    ...apart,
    join: (state) => (state.waiting ? stay({ ...state, online: true }) : subscribe(state.holding)),
    proceed: (state) => (state.online ? subscribe(state.holding) : stay({ ...state, waiting: false })),
    lost: (state) => stay({ ...state, online: false }),
    subscribed: stay,
    forbidden: stay,
    unavailable: stay,
    ended: stay,
    granted: stay,
    held: (state, { position }) => {
      const holding = hold(state.holding, position);
      return state.online ? subscribe(holding) : stay({ ...state, holding, waiting: false });
    },
    polled: onPolled,
    "history-gone": onHistoryGone,
    outdated: onHistoryGone,
    retry: stay,
  },
  joining: {
    join: again,
    proceed: stay,
    lost,
    subscribed: (state, event) => joined(state.holding, state.suspect, event, state.attempt),
    // Two subscriptions would mix here: what comes before `subscribed` belongs to the former one.
    sequenced: stay,
    heartbeat: (state) =>
      state.missed + 1 >= MISSED_HEADS ? subscribe(state.holding, state) : stay({ ...state, missed: state.missed + 1 }),
    forbidden: onForbidden,
    unavailable: (state) => poll(state.holding, state.attempt),
    ended: onEnded,
    // A refusal by the token before is not heard.
    granted: (state, { online }) => (online ? subscribe(state.holding, state) : stay(state)),
    held: (state, { position }) => stay({ ...state, holding: hold(state.holding, position) }),
    polled: stay,
    "history-gone": stay,
    retry: stay,
    resubscribe: stay,
    outdated: stay,
  },
  renewing: {
    ...apart,
    join: stay,
    lost,
    subscribed: stay,
    forbidden: stay,
    unavailable: stay,
    ended: (state, { reason }) => (reason === "deleted" ? giveUp("deleted") : stay(state)),
    granted: (state, { named, online }) => {
      const { cause, holding, attempt } = state;
      if (named === false) return giveUp(cause);
      if (!online) return lost(state);
      return subscribe(holding, { renewed: cause === "revoked" ? "no" : named ? "named" : "unread", attempt });
    },
    held: (state, { position }) => stay({ ...state, holding: hold(state.holding, position) }),
    polled: stay,
    "history-gone": stay,
    retry: stay,
  },
  live: {
    join: again,
    proceed: stay,
    lost,
    subscribed: (state, event) =>
      // The answer to a repetition: what follows again is known and ignored.
      event.recovered ? stay(state) : joined(holdingOf(state), state.suspect, event),
    sequenced: (state, { at }) => {
      switch (follows(at, state.position)) {
        case "next":
          return to({ ...state, position: at }, { kind: "deliver" }, { kind: "in-step" });
        case "known":
          return stay(state);
        case "hole":
          return repair(state);
      }
    },
    heartbeat: (state, { head }) => {
      if (head === null)
        return state.missed + 1 >= MISSED_HEADS ? again(state) : stay({ ...state, missed: state.missed + 1 });
      return isBehind(head, state.position)
        ? repair(state)
        : to({ ...state, missed: 0, suspect: null }, { kind: "in-step" });
    },
    forbidden: stay,
    unavailable: (state) => poll(holdingOf(state), 0),
    ended: (state, event) => (event.reason === "requested" ? again(state) : onEnded(state, event)),
    granted: stay,
    held: stay,
    polled: stay,
    "history-gone": stay,
    retry: stay,
    resubscribe: again,
    outdated,
  },
  "awaiting-read": {
    join: again,
    proceed: stay,
    lost,
    subscribed: (state, event) => joined(holdingOf(state), null, event),
    sequenced: (state, { at }) => {
      switch (follows(at, state.head)) {
        case "next":
          return to({ ...state, head: at }, { kind: "deliver" });
        case "known":
          return stay(state);
        case "hole":
          return again(state);
      }
    },
    heartbeat: (state, { head }) => {
      if (head === null)
        return state.missed + 1 >= MISSED_HEADS ? again(state) : stay({ ...state, missed: state.missed + 1 });
      return isBehind(head, state.head) ? again(state) : stay({ ...state, missed: 0 });
    },
    forbidden: stay,
    unavailable: (state) => poll(holdingOf(state), 0),
    ended: (state, event) => (event.reason === "requested" ? again(state) : onEnded(state, event)),
    granted: stay,
    held: (state, { position }) =>
      reaches(position, state.base)
        ? to({ kind: "live", position: state.head, missed: state.missed, suspect: null }, { kind: "in-step" })
        : stay(state),
    polled: stay,
    "history-gone": stay,
    retry: stay,
    resubscribe: again,
    outdated,
  },
  unlogged: {
    join: again,
    proceed: stay,
    lost,
    subscribed: (state, event) => joined(holdingOf(state), null, event),
    // A log has begun.
    sequenced: again,
    heartbeat: (state, { head }) => {
      if (head === null)
        return state.missed + 1 >= MISSED_HEADS ? again(state) : stay({ ...state, missed: state.missed + 1 });
      return isLogged(head) ? again(state) : to({ ...state, missed: 0 }, { kind: "in-step" });
    },
    forbidden: stay,
    unavailable: (state) => poll(holdingOf(state), 0),
    ended: (state, event) => (event.reason === "requested" ? again(state) : onEnded(state, event)),
    granted: stay,
    held: stay,
    polled: stay,
    "history-gone": stay,
    retry: stay,
    resubscribe: again,
    outdated: again,
  },
  polling: {
    ...apart,
    join: again,
    lost,
    subscribed: (state, event) => joined(state.holding, null, event, state.attempt),
    forbidden: (state) => renew(state, "forbidden", state.attempt),
    unavailable: stay,
    ended: onEnded,
    granted: stay,
    held: (state, { position }) => stay({ ...state, holding: hold(state.holding, position) }),
    polled: onPolled,
    "history-gone": onHistoryGone,
    outdated: onHistoryGone,
    retry: (state) => subscribe(state.holding, { attempt: state.attempt + 1 }),
  },
  denied: {
    ...apart,
    join: stay,
    lost: stay,
    subscribed: stay,
    forbidden: stay,
    unavailable: stay,
    ended: stay,
    // Invited again.
    granted: (state, { named }) =>
      named === true
        ? to({ kind: "unsubscribed", holding: { kind: "nothing" }, waiting: false, online: false })
        : stay(state),
    held: stay,
    polled: stay,
    "history-gone": stay,
    retry: stay,
    // Who may read is still a member.
    outdated: (state) => renew(state, "forbidden"),
  },
};

const applyRow = <State, Kind extends SubscriptionEventKind>(
  row: { readonly [K in Kind]: Cell<State, SubscriptionEventOf<K>> },
  state: State,
  event: SubscriptionEventOf<Kind>,
): SubscriptionStep => row[event.kind](state, event);

/** What a tenant's subscription does with an event. Pure. */
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
    case "awaiting-read":
      return applyRow(SUBSCRIPTION_TABLE["awaiting-read"], state, event);
    case "unlogged":
      return applyRow(SUBSCRIPTION_TABLE.unlogged, state, event);
    case "polling":
      return applyRow(SUBSCRIPTION_TABLE.polling, state, event);
    case "denied":
      return applyRow(SUBSCRIPTION_TABLE.denied, state, event);
  }
};
