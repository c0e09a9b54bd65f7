import { CLOSE, closeBehavior } from "../../../shared/protocol/close-codes.ts";
import { fullJitter, LATER_MS } from "../backoff.ts";
import { type Grant, isWorthUsing } from "../grant.ts";
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
/** A cell that is missing does not compile. */
type Table = { readonly [Kind in ConnectionKind]: Row<ConnectionIn<Kind>> };

/** A connection that held this long begins counting its failures anew; one that flaps does not. */
const HELD_MS = 10_000;

const to = (state: Connection, ...effects: ConnectionEffect[]): ConnectionStep => ({ state, effects });
const stay = (state: Connection): ConnectionStep => ({ state, effects: [] });
const rest = (): ConnectionStep => to({ kind: "idle" }, "drop-socket");
const stopped = (reason: StopReason) => to({ kind: "stopped", reason }, "drop-socket");
const begin = (): ConnectionStep => to({ kind: "fetching-token", attempt: 0 }, "fetch-token");

const attemptNow = (attempt: number, grant: Grant | null, { now }: ConnectionEnv): ConnectionStep =>
  grant !== null && isWorthUsing(grant, now)
    ? to({ kind: "connecting", attempt, grant }, "open-socket")
    : to({ kind: "fetching-token", attempt }, "fetch-token");

const backOff = (
  attempt: number,
  grant: Grant | null,
  env: ConnectionEnv,
  { laterMs = 0 }: { laterMs?: number } = {},
): ConnectionStep => {
  const notBefore = env.now + laterMs;
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

/** The server has given everybody a time of their own, so nothing is added to it. */
const comeWhenTold = (attempt: number, grant: Grant, { now }: ConnectionEnv, waitMs: number): ConnectionStep => {
  const until = now + waitMs;
  return to({ kind: "backing-off", attempt, grant, notBefore: until, until }, "drop-socket");
};

const comeBack = (
  attempt: number,
  grant: Grant,
  { code, waitMs }: ConnectionEventOf<"closed">,
  env: ConnectionEnv,
): ConnectionStep => {
  switch (closeBehavior(code)) {
    case "reconnect":
      return waitMs === null ? backOff(attempt, grant, env) : comeWhenTold(attempt, grant, env, waitMs);
    case "reconnect-later":
      return backOff(attempt, grant, env, { laterMs: LATER_MS });
    case "renew-token":
      return backOff(attempt, null, env);
    case "stop":
      return stopped(stopReason(code));
  }
};

const failures = (state: ConnectionIn<"open">, { now }: ConnectionEnv): number =>
  now - state.openedAt >= HELD_MS ? 0 : state.attempt;

const resting = {
  start: begin,
  granted: stay,
  "token-denied": stay,
  "token-failed": stay,
  opened: stay,
  closed: stay,
  ready: stay,
  deadline: stay,
  woken: stay,
  "renewal-due": stay,
  doubted: stay,
};

const askAnew = ({ attempt }: ConnectionIn<"fetching-token" | "connecting" | "authenticating">): ConnectionStep =>
  to({ kind: "fetching-token", attempt }, "drop-socket", "fetch-token");

const renewed = (state: ConnectionIn<"open">): ConnectionStep =>
  state.renewing ? stay(state) : to({ ...state, renewing: true }, "fetch-token");

/** The socket is being made: opening or proving who we are. */
const onTheWay = {
  start: stay,
  stop: rest,
  granted: stay,
  "token-denied": stay,
  "token-failed": stay,
  closed: (
    state: ConnectionIn<"connecting" | "authenticating">,
    event: ConnectionEventOf<"closed">,
    env: ConnectionEnv,
  ) => comeBack(state.attempt, state.grant, event, env),
  deadline: (state: ConnectionIn<"connecting" | "authenticating">, _: object, env: ConnectionEnv) =>
    backOff(state.attempt, state.grant, env),
  woken: stay,
  "renewal-due": stay,
  doubted: askAnew,
};

export const CONNECTION_TABLE: Table = {
  idle: { ...resting, stop: stay },
  stopped: { ...resting, stop: () => to({ kind: "idle" }) },
  "fetching-token": {
    start: stay,
    stop: rest,
    granted: (state, { grant }) => to({ kind: "connecting", attempt: state.attempt, grant }, "open-socket"),
    "token-denied": () => stopped("signed-out"),
    "token-failed": (state, { retryAfterMs }, env) => backOff(state.attempt, null, env, { laterMs: retryAfterMs }),
    opened: stay,
    closed: stay,
    ready: stay,
    deadline: (state, _, env) => backOff(state.attempt, null, env),
    woken: stay,
    "renewal-due": stay,
    doubted: askAnew,
  },
  connecting: {
    ...onTheWay,
    opened: ({ attempt, grant }) => to({ kind: "authenticating", attempt, grant }, "authenticate"),
    ready: stay,
  },
  authenticating: {
    ...onTheWay,
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
    stop: rest,
    granted: (state, { grant }) => to({ ...state, grant, renewing: false }, "authenticate"),
    "token-denied": () => stopped("signed-out"),
    // The socket works until its token ends; the renewal is tried again before.
    "token-failed": (state) => to({ ...state, renewing: false }),
    opened: stay,
    closed: (state, event, env) => comeBack(failures(state, env), state.grant, event, env),
    ready: (state, { connectionId, userId, heartbeatMs }) => to({ ...state, connectionId, userId, heartbeatMs }),
    deadline: (state, _, env) => backOff(failures(state, env), state.grant, env),
    // A page that slept has a socket that may be dead without a sign.
    woken: (state, { silentMs }, env) => {
      if (silentMs < 2 * state.heartbeatMs) return to(state, "probe");
      const next = attemptNow(0, state.grant, env);
      return { state: next.state, effects: ["drop-socket", ...next.effects] };
    },
    "renewal-due": renewed,
    doubted: renewed,
  },
  "backing-off": {
    start: stay,
    stop: rest,
    granted: stay,
    "token-denied": stay,
    "token-failed": stay,
    opened: stay,
    closed: stay,
    ready: stay,
    deadline: (state, _, env) => attemptNow(state.attempt, state.grant, env),
    woken: (state, _, env) =>
      env.now >= state.notBefore
        ? attemptNow(state.attempt, state.grant, env)
        : stay({ ...state, until: state.notBefore }),
    "renewal-due": stay,
    doubted: (state, _, env) =>
      env.now >= state.notBefore ? attemptNow(state.attempt, null, env) : stay({ ...state, grant: null }),
  },
};

const applyRow = <State, Kind extends ConnectionEventKind>(
  row: { readonly [K in Kind]: Cell<State, ConnectionEventOf<K>> },
  state: State,
  event: ConnectionEventOf<Kind>,
  env: ConnectionEnv,
): ConnectionStep => row[event.kind](state, event, env);

/** What the connection does with an event. Pure. */
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
