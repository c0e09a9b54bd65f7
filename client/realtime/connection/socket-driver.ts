import { waitOf } from "../../../shared/protocol/close-codes.ts";
import { encodeUp } from "../../../shared/protocol/codec.ts";
import type { Up } from "../../../shared/protocol/up.ts";
import { fullJitter } from "../backoff.ts";
import { type ConnectionProblem, problemAfter } from "../connection-problem.ts";
import { type Grant, grantOf, renewIn } from "../grant.ts";
import type { RealtimePorts, Socket } from "../ports.ts";
import { connectionStep } from "./machine.ts";
import { type Connection, type ConnectionEffect, type ConnectionEvent, deadlineOf } from "./state.ts";

const PROBE_MS = 5_000;
const RENEWAL_FLOOR_MS = 1_000;

export type SocketLinkSink = {
  readonly text: (text: string) => void;
  /** A new token is there; it was sent if the socket takes messages. */
  readonly granted: (grant: Grant, sent: boolean) => void;
  readonly dropped: () => void;
  /** After each event, when its effects are done. */
  readonly moved: (before: Connection, after: Connection) => void;
};

/** One socket after the other, each with its token: it comes back, renews the token, and notices silence. */
export class SocketLink {
  readonly #ports: RealtimePorts;
  readonly #sink: SocketLinkSink;
  #connection: Connection = { kind: "idle" };
  #socket: Socket | null = null;
  /** Whatever an older socket or an older request still says is not heard. */
  #socketTurn = 0;
  #tokenTurn = 0;
  /** Tokens that were sent on this socket and that the server has not accepted yet. */
  #unanswered = 0;
  #heardAt = 0;
  #renewalFailures = 0;
  #cancelDeadline: (() => void) | null = null;
  #cancelRenewal: (() => void) | null = null;
  #cancelProbe: (() => void) | null = null;
  #problem: ConnectionProblem | null = null;

  constructor(ports: RealtimePorts, sink: SocketLinkSink) {
    this.#ports = ports;
    this.#sink = sink;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Why no socket comes about; `null` once one did. */
  get problem(): ConnectionProblem | null {
    return this.#problem;
  }

  /** Whether what the server says now may still be by the token before. */
  get awaitsReady(): boolean {
    return this.#unanswered > 0;
  }

  start(): void {
    this.#dispatch({ kind: "start" });
  }

  stop(): void {
    this.#tokenTurn += 1;
    this.#dispatch({ kind: "stop" });
  }

  wake(): void {
    this.#dispatch({ kind: "woken", silentMs: this.#ports.clock.now() - this.#heardAt });
  }

  /** Another transport was told that the session or the right has ended: a new token will tell. */
  doubt(): void {
    this.#dispatch({ kind: "doubted" });
  }

  /**
   * The token that is held, or on its way, may be of before what made a new one necessary: another is asked for, at once
   * or before the next socket.
   */
  renewToken(): void {
    if (this.#connection.kind !== "open") this.doubt();
    else if (this.#connection.renewing) this.#run("fetch-token");
    else this.#dispatch({ kind: "renewal-due" });
  }

  /** The server accepted the token. */
  ready(connectionId: string, userId: string, heartbeatSeconds: number): void {
    this.#unanswered = Math.max(0, this.#unanswered - 1);
    this.#dispatch({ kind: "ready", connectionId, userId, heartbeatMs: heartbeatSeconds * 1_000 });
    if (this.#connection.kind === "open")
      this.#armRenewal(renewIn(this.#connection.grant, this.#ports.clock.now(), this.#ports.random));
  }

  readonly send = (message: Up): void => this.#socket?.send(encodeUp(message));

  #dispatch(event: ConnectionEvent): void {
    const before = this.#connection;
    this.#problem = problemAfter(this.#problem, before, event);
    const step = connectionStep(before, event, { now: this.#ports.clock.now(), random: this.#ports.random });
    this.#connection = step.state;
    if (step.state !== before) this.#armDeadline();
    for (const effect of step.effects) this.#run(effect);
    this.#sink.moved(before, step.state);
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
          this.#unanswered += 1;
          this.send({ type: "auth", token: this.#connection.grant.token });
          this.#sink.granted(this.#connection.grant, true);
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
        if (!isOpen) this.#sink.granted(grant, false);
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
    this.#unanswered = 0;
    const turn = this.#socketTurn;
    const current = (run: () => void) => {
      if (turn === this.#socketTurn) run();
    };
    try {
      this.#socket = this.#ports.connect(this.#connection.grant.url, {
        onOpen: () => current(() => this.#dispatch({ kind: "opened" })),
        onText: (text) =>
          current(() => {
            this.#heardAt = this.#ports.clock.now();
            this.#sink.text(text);
          }),
        onClose: (code, reason) => current(() => this.#closed(code, reason)),
      });
    } catch {
      // An address that the browser refuses fails as a connection does: later, and with backoff.
      this.#ports.clock.after(0, () => current(() => this.#closed(1006)));
    }
  }

  #closed(code: number, reason = ""): void {
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
    this.#sink.dropped();
  }

  #probe(): void {
    const asked = this.#ports.clock.now();
    this.send({ type: "ping" });
    this.#cancelProbe?.();
    const turn = this.#socketTurn;
    this.#cancelProbe = this.#ports.clock.after(PROBE_MS, () => {
      if (turn === this.#socketTurn && this.#heardAt < asked) this.#dispatch({ kind: "deadline" });
    });
  }

  #armDeadline(): void {
    this.#cancelDeadline?.();
    const state = this.#connection;
    const now = this.#ports.clock.now();
    if (state.kind === "open") this.#heardAt = now;
    const wait = deadlineOf(state, now);
    this.#cancelDeadline = wait === null ? null : this.#ports.clock.after(wait, () => this.#onDeadline());
  }

  /** Frames don't arm the timer anew, which would cost more than reading them: it looks when it fires. */
  #onDeadline(): void {
    const state = this.#connection;
    if (state.kind === "open") {
      const left = this.#heardAt + 2 * state.heartbeatMs - this.#ports.clock.now();
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
