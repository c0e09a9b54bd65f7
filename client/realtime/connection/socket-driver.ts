import { waitOf } from "../../../shared/protocol/close-codes.ts";
import { encodeUp } from "../../../shared/protocol/codec.ts";
import type { Up } from "../../../shared/protocol/up.ts";
import { fullJitter } from "../backoff.ts";
import { type ConnectionProblem, problemAfter } from "../connection-problem.ts";
import { type Grant, grantOf, renewalDelay } from "../grant.ts";
import type { RealtimePorts, Socket } from "../ports.ts";
import { connectionStep } from "./machine.ts";
import { type Connection, type ConnectionEffect, type ConnectionEvent, deadlineOf } from "./state.ts";

const PROBE_MS = 5_000;
const RENEWAL_FLOOR_MS = 1_000;

export type SocketDriverHandlers = {
  readonly onText: (text: string) => void;
  /** A new token arrived. `sent` tells whether it also went out on the socket. */
  readonly onGrant: (grant: Grant, sent: boolean) => void;
  readonly onDrop: () => void;
  /** Called after each event, once its effects have run. */
  readonly onTransition: (before: Connection, after: Connection) => void;
};

/** Runs the connection machine: opens one socket after the other, renews the token and detects silence. */
export class SocketDriver {
  readonly #ports: RealtimePorts;
  readonly #handlers: SocketDriverHandlers;
  #connection: Connection = { kind: "idle" };
  #socket: Socket | null = null;
  /** Callbacks of an older socket or an older token request compare these and do nothing. */
  #socketTurn = 0;
  #tokenTurn = 0;
  /** Tokens sent on this socket that the server has not accepted yet. */
  #pendingAuths = 0;
  #lastMessageAt = 0;
  #renewalFailures = 0;
  #cancelDeadline: (() => void) | null = null;
  #cancelRenewal: (() => void) | null = null;
  #cancelProbe: (() => void) | null = null;
  #problem: ConnectionProblem | null = null;

  constructor(ports: RealtimePorts, handlers: SocketDriverHandlers) {
    this.#ports = ports;
    this.#handlers = handlers;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Why no socket opens; `null` once one did. */
  get problem(): ConnectionProblem | null {
    return this.#problem;
  }

  /** While true, the server's messages may still refer to an earlier token. */
  get isAuthPending(): boolean {
    return this.#pendingAuths > 0;
  }

  start(): void {
    this.#dispatch({ kind: "start" });
  }

  stop(): void {
    this.#tokenTurn += 1;
    this.#dispatch({ kind: "stop" });
  }

  wake(): void {
    this.#dispatch({ kind: "woken", silentMs: this.#ports.clock.now() - this.#lastMessageAt });
  }

  /** Another transport learned that the session or a right has ended; a new token decides. */
  invalidateToken(): void {
    this.#dispatch({ kind: "token-invalidated" });
  }

  /**
   * Fetches a token that is newer than this call, at once or before the next socket. A token already held, or a request
   * already under way, may be older than the cause.
   */
  renewToken(): void {
    if (this.#connection.kind !== "open") this.invalidateToken();
    else if (this.#connection.renewing) this.#run("fetch-token");
    else this.#dispatch({ kind: "renewal-due" });
  }

  /** The server accepted the token. */
  onReady(connectionId: string, userId: string, heartbeatSeconds: number): void {
    this.#pendingAuths = Math.max(0, this.#pendingAuths - 1);
    this.#dispatch({ kind: "ready", connectionId, userId, heartbeatMs: heartbeatSeconds * 1_000 });
    if (this.#connection.kind === "open")
      this.#armRenewal(renewalDelay(this.#connection.grant, this.#ports.clock.now(), this.#ports.random));
  }

  readonly send = (message: Up): void => this.#socket?.send(encodeUp(message));

  #dispatch(event: ConnectionEvent): void {
    const before = this.#connection;
    this.#problem = problemAfter(this.#problem, before, event);
    const step = connectionStep(before, event, { now: this.#ports.clock.now(), random: this.#ports.random });
    this.#connection = step.state;
    if (step.state !== before) this.#armDeadline();
    for (const effect of step.effects) this.#run(effect);
    this.#handlers.onTransition(before, step.state);
  }

  #run(effect: ConnectionEffect): void {
    switch (effect) {
      case "fetch-token":
        void this.#fetchToken();
        return;
      case "open-socket":
        this.#openSocket();
        return;
      case "authenticate":
        if (this.#connection.kind === "authenticating" || this.#connection.kind === "open") {
          this.#pendingAuths += 1;
          this.send({ type: "auth", token: this.#connection.grant.token });
          this.#handlers.onGrant(this.#connection.grant, true);
        }
        return;
      case "drop-socket":
        this.#dropSocket();
        return;
      case "probe":
        this.#probe();
        return;
    }
  }

  async #fetchToken(): Promise<void> {
    this.#tokenTurn += 1;
    const turn = this.#tokenTurn;
    const answer = await this.#ports.fetchToken();
    if (turn !== this.#tokenTurn) return;
    const retryAfterMs = answer.kind === "failed" ? (answer.retryAfterSeconds ?? 0) * 1_000 : 0;
    const renewalWait = Math.max(RENEWAL_FLOOR_MS, retryAfterMs);
    switch (answer.kind) {
      case "token": {
        this.#renewalFailures = 0;
        const grant = grantOf(answer.token, this.#ports.clock.now());
        const isOpen = this.#connection.kind === "open";
        this.#dispatch({ kind: "granted", grant });
        if (!isOpen) this.#handlers.onGrant(grant, false);
        return;
      }
      case "denied":
        this.#dispatch({ kind: "token-denied" });
        return;
      case "failed":
        this.#renewalFailures += 1;
        this.#dispatch({ kind: "token-failed", retryAfterMs, code: answer.code ?? null });
        if (this.#connection.kind === "open")
          this.#armRenewal(renewalWait + fullJitter(this.#renewalFailures, this.#ports.random));
        return;
    }
  }

  #openSocket(): void {
    if (this.#connection.kind !== "connecting") return;
    this.#socketTurn += 1;
    this.#pendingAuths = 0;
    const turn = this.#socketTurn;
    const isCurrent = () => turn === this.#socketTurn;
    const onClose = (code: number, reason?: string) => {
      if (isCurrent()) this.#onClose(code, reason);
    };
    try {
      this.#socket = this.#ports.connect(this.#connection.grant.url, {
        onOpen: () => {
          if (isCurrent()) this.#dispatch({ kind: "opened" });
        },
        onText: (text) => {
          if (!isCurrent()) return;
          this.#markAlive();
          this.#handlers.onText(text);
        },
        onClose,
      });
    } catch {
      // The browser refuses such an address synchronously. Report it as a close, which backs off.
      this.#ports.clock.after(0, () => onClose(1006));
    }
  }

  #onClose(code: number, reason = ""): void {
    this.#socket = null;
    this.#dispatch({ kind: "closed", code, waitMs: waitOf(code, reason) });
  }

  #dropSocket(): void {
    this.#socketTurn += 1;
    this.#cancelRenewal?.();
    this.#cancelProbe?.();
    this.#cancelProbe = null;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
    this.#handlers.onDrop();
  }

  #markAlive(): void {
    this.#lastMessageAt = this.#ports.clock.now();
  }

  #probe(): void {
    const sentAt = this.#ports.clock.now();
    this.send({ type: "ping" });
    this.#cancelProbe?.();
    const turn = this.#socketTurn;
    this.#cancelProbe = this.#ports.clock.after(PROBE_MS, () => {
      if (turn === this.#socketTurn && this.#lastMessageAt < sentAt) this.#dispatch({ kind: "deadline" });
    });
  }

  #armDeadline(): void {
    this.#cancelDeadline?.();
    const state = this.#connection;
    if (state.kind === "open") this.#markAlive();
    const wait = deadlineOf(state, this.#ports.clock.now());
    this.#cancelDeadline = wait === null ? null : this.#ports.clock.after(wait, () => this.#onDeadline());
  }

  /** Messages only note the time. Arming the timer anew for each would cost more than decoding it. */
  #onDeadline(): void {
    const state = this.#connection;
    if (state.kind === "open") {
      const left = this.#lastMessageAt + 2 * state.heartbeatMs - this.#ports.clock.now();
      if (left > 0) {
        this.#cancelDeadline = this.#ports.clock.after(left, () => this.#onDeadline());
        return;
      }
    }
    this.#dispatch({ kind: "deadline" });
  }

  #armRenewal(wait: number): void {
    this.#cancelRenewal?.();
    this.#cancelRenewal = this.#ports.clock.after(wait, () => this.#dispatch({ kind: "renewal-due" }));
  }
}
