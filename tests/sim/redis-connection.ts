import type { SimProcess } from "./process.ts";
import type { RedisServer } from "./redis-server.ts";
import type { Owner, Scheduler } from "./scheduler.ts";
import type { Trace } from "./trace.ts";

/** One process's way to Redis. `hole`: whatever is sent, either way, is gone without a sign. */
export type RedisLink = { isHole: boolean; isDeaf: boolean };

/** How messages fare on their way to subscribers. */
export type BusFaults = { lost: number; doubled: number; delay: number };

export type RedisWorld = {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly server: RedisServer;
  readonly owner: Owner;
  readonly faults: BusFaults;
  readonly connections: Set<Redis>;
  isUp: boolean;
  process(name: string): { readonly process: SimProcess; readonly link: RedisLink };
};

let world: RedisWorld | null = null;

/** From now on connections are made in this world. */
export const connectIn = (next: RedisWorld): void => {
  world = next;
};

const here = (): RedisWorld => {
  if (world === null) throw new Error("there is no world");
  return world;
};

type Handler = (...values: never[]) => void;
type Pending = { reject(error: Error): void };

const DELAY_MS = 4;

/** Stands in for a connection of `ioredis`, with the events and refusals of the real one as far as Artel uses them. */
export class Redis {
  readonly #world = here();
  readonly #process: SimProcess;
  readonly #link: RedisLink;
  readonly #retryStrategy: (times: number) => number;
  readonly #connectTimeout: number;
  readonly #handlers = new Map<string, Handler[]>();
  readonly #pending = new Set<Pending>();
  readonly #channels = new Set<string>();
  #generation = 0;
  #failures = 0;
  #upAt = 0;
  #downAt = 0;
  status: "connecting" | "ready" | "reconnecting" | "end" = "connecting";

  constructor(url: string, options: { retryStrategy(times: number): number; connectTimeout: number }) {
    const { process, link } = this.#world.process(new URL(url).hostname);
    this.#process = process;
    this.#link = link;
    this.#retryStrategy = options.retryStrategy;
    this.#connectTimeout = options.connectTimeout;
    process.onEnd(() => this.#gone());
    this.#connect();
  }

  on(event: string, handler: Handler): this {
    this.#handlers.set(event, [...(this.#handlers.get(event) ?? []), handler]);
    return this;
  }

  disconnect(reconnect = false): void {
    if (this.status === "end") return;
    this.#lose();
    if (reconnect) this.#retry();
    else this.status = "end";
  }

  /** The connection breaks: both ends notice. */
  cut(): void {
    if (this.status !== "ready") return;
    this.#lose();
    this.#retry();
  }

  get isOpen(): boolean {
    return this.status === "ready";
  }

  hears(channel: string): boolean {
    return this.#channels.has(channel) && !this.#link.isDeaf;
  }

  deliver(channel: string, payload: string): void {
    const { scheduler, faults, trace } = this.#world;
    if (this.#link.isHole) return;
    if (scheduler.chance(faults.lost)) {
      trace.count("bus messages lost");
      return;
    }
    const isDoubled = scheduler.chance(faults.doubled);
    if (isDoubled) trace.count("bus messages doubled");
    this.#down(() => this.#emit("message", channel, payload));
    if (isDoubled) this.#down(() => this.#emit("message", channel, payload));
  }

  evalsha(sha: string, keys: number, ...rest: string[]): Promise<unknown> {
    return this.#command((server) => server.evaluate(sha, rest.slice(0, keys), rest.slice(keys)));
  }

  eval(): Promise<unknown> {
    return Promise.reject(new Error("scripts are always known here"));
  }

  hmget(key: string): Promise<(string | null)[]> {
    return this.#command((server) => server.headOf(key));
  }

  publish(channel: string, payload: string): Promise<number> {
    return this.#command((server) => {
      server.publish(channel, payload);
      return 1;
    });
  }

  subscribe(...channels: string[]): Promise<number> {
    return this.#command(() => {
      for (const channel of channels) this.#channels.add(channel);
      return this.#channels.size;
    });
  }

  unsubscribe(channel: string): Promise<number> {
    return this.#command(() => {
      this.#channels.delete(channel);
      return this.#channels.size;
    });
  }

  #connect(): void {
    const { scheduler } = this.#world;
    const generation = this.#generation;
    const current = (run: () => void) => () => {
      if (generation === this.#generation && this.status === "connecting") run();
    };
    const fail = () => {
      this.#emit("error", new Error("connect ECONNREFUSED"));
      this.#lose();
      this.#retry();
    };
    if (this.#link.isHole) {
      scheduler.after(this.#connectTimeout, this.#process, current(fail));
      return;
    }
    scheduler.after(
      scheduler.between(1, DELAY_MS),
      this.#process,
      current(() => {
        if (!this.#world.isUp) return fail();
        this.status = "ready";
        this.#failures = 0;
        this.#world.connections.add(this);
        this.#emit("ready");
      }),
    );
  }

  #retry(): void {
    const { scheduler } = this.#world;
    this.status = "reconnecting";
    this.#failures += 1;
    const generation = this.#generation;
    scheduler.after(this.#retryStrategy(this.#failures), this.#process, () => {
      if (generation !== this.#generation || this.status !== "reconnecting") return;
      this.status = "connecting";
      this.#connect();
    });
  }

  #lose(): void {
    this.#generation += 1;
    this.#channels.clear();
    this.#world.connections.delete(this);
    this.status = "reconnecting";
    const pending = [...this.#pending];
    this.#pending.clear();
    for (const { reject } of pending) reject(new Error("Connection is closed."));
    this.#emit("close");
  }

  /** The process died: what it had sent still arrives. */
  #gone(): void {
    this.#world.connections.delete(this);
    this.#channels.clear();
    this.#pending.clear();
    this.status = "end";
  }

  #command<Answer>(run: (server: RedisServer) => Answer): Promise<Answer> {
    if (this.status !== "ready") {
      return Promise.reject(new Error("Stream isn't writeable and enableOfflineQueue options is false"));
    }
    const { scheduler, server, owner } = this.#world;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const pending: Pending = { reject };
    this.#pending.add(pending);
    const generation = this.#generation;
    if (this.#link.isHole) return promise;
    this.#upAt = Math.max(this.#upAt, scheduler.now + this.#delay());
    scheduler.after(this.#upAt - scheduler.now, owner, () => {
      const isCut = generation !== this.#generation;
      // What was under way when the connection broke may have got through.
      if (!this.#world.isUp || (isCut && scheduler.chance(0.5))) return;
      const answer = attempt(() => run(server));
      if (isCut || this.#link.isHole) return;
      this.#down(() => {
        if (!this.#pending.delete(pending)) return;
        if ("error" in answer) reject(answer.error);
        else resolve(answer.value);
      });
    });
    return promise;
  }

  /** What Redis sends on one connection arrives in order. */
  #down(run: () => void): void {
    const { scheduler } = this.#world;
    const generation = this.#generation;
    this.#downAt = Math.max(this.#downAt, scheduler.now + this.#delay());
    scheduler.after(this.#downAt - scheduler.now, this.#process, () => {
      if (generation === this.#generation && !this.#link.isHole) run();
    });
  }

  #delay(): number {
    const { scheduler, faults } = this.#world;
    return scheduler.between(0, DELAY_MS) + scheduler.between(0, faults.delay);
  }

  #emit(event: string, ...values: unknown[]): void {
    for (const handler of this.#handlers.get(event) ?? []) handler(...(values as never[]));
  }
}

const attempt = <Value>(run: () => Value): { readonly value: Value } | { readonly error: unknown } => {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
};

/** Never made here: a world has one Redis. */
export class Cluster {}
