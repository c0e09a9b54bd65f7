import type { Clock } from "../platform/clock/clock.ts";

/**
 * Most sockets with an unverified token. A node verifies as many in a second or two; each holds a buffer until then.
 */
const MAX_UNAUTHENTICATED = 4_000;
/** Sockets that a node admits per second, measured; the retries of rejected clients are spread at this rate. */
const ADMISSIONS_PER_SECOND = 8_000;
/** Above this backlog no retry is scheduled. */
const MAX_BACKLOG = 20_000;
const RETRY_AFTER_MS = { least: 250, minSpread: 1_000 } as const;

/**
 * Admission control of a node. When another node dies, all its clients connect here at once. Those beyond capacity get
 * a retry delay before they cost a token verification.
 */
export class Admission {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #limit: number;
  readonly #unauthenticated = new Set<object>();
  /** Scheduled retries that are not due yet, as of `#updatedAt`. */
  #backlog = 0;
  #updatedAt = 0;

  constructor(
    { clock, random }: { readonly clock: Clock; readonly random: () => number },
    limit = MAX_UNAUTHENTICATED,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.#unauthenticated.size >= this.#limit;
  }

  /** Returns the delay in milliseconds after which a rejected client should retry, `null` above MAX_BACKLOG. */
  scheduleRetry(): number | null {
    const now = this.#clock.now();
    this.#backlog = Math.max(0, this.#backlog - ((now - this.#updatedAt) * ADMISSIONS_PER_SECOND) / 1_000);
    this.#updatedAt = now;
    if (this.#backlog >= MAX_BACKLOG) return null;
    this.#backlog += 1;
    const spread = Math.max(RETRY_AFTER_MS.minSpread, (this.#backlog / ADMISSIONS_PER_SECOND) * 1_000);
    return Math.ceil(RETRY_AFTER_MS.least + this.#random() * spread);
  }

  add(connection: object): void {
    this.#unauthenticated.add(connection);
  }

  /** Call it when the connection is authenticated or closed. */
  remove(connection: object): void {
    this.#unauthenticated.delete(connection);
  }
}
