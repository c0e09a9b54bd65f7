import { CLOSE, closeBehavior } from "../../../shared/protocol/close-codes.ts";
import { fullJitter, RECONNECT_LATER_MS } from "../backoff.ts";
import { type Grant, isUsable } from "../grant.ts";
import type {
  Connection,
  ConnectionEffect,
  ConnectionEnv,
  ConnectionEvent,
  ConnectionEventKind,
  ConnectionEventOf,
  ConnectionIn,
  ConnectionKind,
  ConnectionStep,
  StopReason,
} from "./state.ts";

type Cell<State, Event> = (state: State, event: Event, env: ConnectionEnv) => ConnectionStep;
type Row<State> = { readonly [Kind in ConnectionEventKind]: Cell<State, ConnectionEventOf<Kind>> };
/** A missing cell does not compile. */
type Table = { readonly [Kind in ConnectionKind]: Row<ConnectionIn<Kind>> };

/** A connection this old resets the count of failures; a flapping one does not. */
const STABLE_MS = 10_000;

const to = (state: Connection, ...effects: ConnectionEffect[]): ConnectionStep => ({ state, effects });
const stay = (state: Connection): ConnectionStep => ({ state, effects: [] });
const stop = (): ConnectionStep => to({ kind: "idle" }, "drop-socket");
const stopFor = (reason: StopReason) => to({ kind: "stopped", reason }, "drop-socket");
const start = (): ConnectionStep => to({ kind: "fetching-token", attempt: 0 }, "fetch-token");

const tryNow = (attempt: number, grant: Grant | null, { now }: ConnectionEnv): ConnectionStep =>
  grant !== null && isUsable(grant, now)
    ? to({ kind: "connecting", attempt, grant }, "open-socket")
    : to({ kind: "fetching-token", attempt }, "fetch-token");

const backOff = (
  attempt: number,
  grant: Grant | null,
  env: ConnectionEnv,
  { minWaitMs = 0 }: { minWaitMs?: number } = {},
): ConnectionStep => {
  const notBefore = env.now + minWaitMs;
  return to(
    {
      kind: "backing-off",
      attempt: attempt + 1,
      grant,
      notBefore,
      until: notBefore + fullJitter(attempt, env.random),
    },
    "drop-socket",
  );
};

const stopReason = (code: number): StopReason => {
  if (code === CLOSE.INVALID_MESSAGE.code) return "invalid-message";
  return code === CLOSE.TOO_BIG.code ? "too-big" : "forged-token";
};

/** The server gives each client a time of its own, so no jitter is added. */
const backOffFor = (attempt: number, grant: Grant, { now }: ConnectionEnv, waitMs: number): ConnectionStep => {
  const until = now + waitMs;
  return to({ kind: "backing-off", attempt, grant, notBefore: until, until }, "drop-socket");
};

const reconnect = (
  attempt: number,
  grant: Grant,
  { code, waitMs }: ConnectionEventOf<"closed">,
  env: ConnectionEnv,
): ConnectionStep => {
  switch (closeBehavior(code)) {
    case "reconnect":
      return waitMs === null ? backOff(attempt, grant, env) : backOffFor(attempt, grant, env, waitMs);
    case "reconnect-later":
      return backOff(attempt, grant, env, { minWaitMs: RECONNECT_LATER_MS });
    case "renew-token":
      return backOff(attempt, null, env);
    case "stop":
      return stopFor(stopReason(code));
  }
};

const failuresOf = (state: ConnectionIn<"open">, { now }: ConnectionEnv): number =>
  now - state.openedAt >= STABLE_MS ? 0 : state.attempt;

const inactive = {
  start,
  granted: stay,
  "token-denied": stay,
  "token-failed": stay,
  opened: stay,
  closed: stay,
  ready: stay,
  deadline: stay,
  woken: stay,
  "renewal-due": stay,
  "token-invalidated": stay,
};

const restart = ({ attempt }: ConnectionIn<"fetching-token" | "connecting" | "authenticating">): ConnectionStep =>
  to({ kind: "fetching-token", attempt }, "drop-socket", "fetch-token");

const renew = (state: ConnectionIn<"open">): ConnectionStep =>
  state.renewing ? stay(state) : to({ ...state, renewing: true }, "fetch-token");

/** Shared by `connecting` and `authenticating`. */
const opening = {
  start: stay,
  stop,
  granted: stay,
  "token-denied": stay,
  "token-failed": stay,
  closed: (
    state: ConnectionIn<"connecting" | "authenticating">,
    event: ConnectionEventOf<"closed">,
    env: ConnectionEnv,
  ) => reconnect(state.attempt, state.grant, event, env),
  deadline: (state: ConnectionIn<"connecting" | "authenticating">, _: object, env: ConnectionEnv) =>
    backOff(state.attempt, state.grant, env),
  woken: stay,
  "renewal-due": stay,
  "token-invalidated": restart,
};

export const CONNECTION_TABLE: Table = {
  idle: { ...inactive, stop: stay },
  stopped: { ...inactive, stop: () => to({ kind: "idle" }) },
  "fetching-token": {
    start: stay,
    stop,
    granted: (state, { grant }) => to({ kind: "connecting", attempt: state.attempt, grant }, "open-socket"),
    "token-denied": () => stopFor("signed-out"),
    "token-failed": (state, { retryAfterMs }, env) => backOff(state.attempt, null, env, { minWaitMs: retryAfterMs }),
    opened: stay,
    closed: stay,
    ready: stay,
    deadline: (state, _, env) => backOff(state.attempt, null, env),
    woken: stay,
    "renewal-due": stay,
    "token-invalidated": restart,
  },
  connecting: {
    ...opening,
    opened: ({ attempt, grant }) => to({ kind: "authenticating", attempt, grant }, "authenticate"),
    ready: stay,
  },
  authenticating: {
    ...opening,
    opened: stay,
    ready: ({ attempt, grant }, { connectionId, userId, heartbeatMs }, { now }) =>
      to({
        kind: "open",
        attempt,
        grant,
        openedAt: now,
        connectionId,
        userId,
        heartbeatMs,
        renewing: false,
      }),
  },
  open: {
    start: stay,
    stop,
    granted: (state, { grant }) => to({ ...state, grant, renewing: false }, "authenticate"),
    "token-denied": () => stopFor("signed-out"),
    // The socket works until its token ends; `SocketDriver` retries the renewal before that.
    "token-failed": (state) => to({ ...state, renewing: false }),
    opened: stay,
    closed: (state, event, env) => reconnect(failuresOf(state, env), state.grant, event, env),
    ready: (state, { connectionId, userId, heartbeatMs }) => to({ ...state, connectionId, userId, heartbeatMs }),
    deadline: (state, _, env) => backOff(failuresOf(state, env), state.grant, env),
    // After a sleep the socket may be dead without having closed.
    woken: (state, { silentMs }, env) => {
      if (silentMs < 2 * state.heartbeatMs) return to(state, "probe");
      const next = tryNow(0, state.grant, env);
      return { state: next.state, effects: ["drop-socket", ...next.effects] };
    },
    "renewal-due": renew,
    "token-invalidated": renew,
  },
  "backing-off": {
    start: stay,
    stop,
    granted: stay,
    "token-denied": stay,
    "token-failed": stay,
    opened: stay,
    closed: stay,
    ready: stay,
    deadline: (state, _, env) => tryNow(state.attempt, state.grant, env),
    woken: (state, _, env) =>
      env.now >= state.notBefore ? tryNow(state.attempt, state.grant, env) : stay({ ...state, until: state.notBefore }),
    "renewal-due": stay,
    "token-invalidated": (state, _, env) =>
      env.now >= state.notBefore ? tryNow(state.attempt, null, env) : stay({ ...state, grant: null }),
  },
};

const applyRow = <State, Kind extends ConnectionEventKind>(
  row: { readonly [K in Kind]: Cell<State, ConnectionEventOf<K>> },
  state: State,
  event: ConnectionEventOf<Kind>,
  env: ConnectionEnv,
): ConnectionStep => row[event.kind](state, event, env);

/** The next state and the effects of an event. Pure. */
export const connectionStep = (state: Connection, event: ConnectionEvent, env: ConnectionEnv): ConnectionStep => {
  switch (state.kind) {
    case "idle":
      return applyRow(CONNECTION_TABLE.idle, state, event, env);
    case "fetching-token":
      return applyRow(CONNECTION_TABLE["fetching-token"], state, event, env);
    case "connecting":
      return applyRow(CONNECTION_TABLE.connecting, state, event, env);
    case "authenticating":
      return applyRow(CONNECTION_TABLE.authenticating, state, event, env);
    case "open":
      return applyRow(CONNECTION_TABLE.open, state, event, env);
    case "backing-off":
      return applyRow(CONNECTION_TABLE["backing-off"], state, event, env);
    case "stopped":
      return applyRow(CONNECTION_TABLE.stopped, state, event, env);
  }
};
