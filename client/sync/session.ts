import type { QueryClient } from "@tanstack/query-core";
import type { Outbox } from "./outbox/outbox.ts";
import { ME_KEY, type SignedIn } from "./signed-in.ts";
import type { Persister } from "./storage/persister.ts";

export type SessionDeps = {
  readonly queryClient: QueryClient;
  readonly outbox: Outbox;
  readonly persister: Persister;
  readonly hasStorage: boolean;
  /** Forgets everything of the user who was signed in. */
  readonly forget: () => void;
};

/** Whose data the page holds, and in whose name it may send. */
export class Session {
  readonly #deps: SessionDeps;
  #userId: string | null = null;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
  }

  get userId(): string | null {
    return this.#userId;
  }

  get me(): SignedIn | null {
    return this.#deps.queryClient.getQueryData<SignedIn | null>(ME_KEY) ?? null;
  }

  /** The query cache took another answer; one from storage is not confirmed by the server. */
  changed(isConfirmed: boolean): void {
    const { queryClient, outbox, persister, forget } = this.#deps;
    const me = queryClient.getQueryData<SignedIn | null>(ME_KEY);
    if (me === undefined) return;
    if (me === null) {
      outbox.allow(false);
      persister.signedOut();
      return;
    }
    const userId = me.user.id;
    // Another user's snapshots and unsent mutations are nothing for this one.
    if (this.#userId !== null && this.#userId !== userId) forget();
    if (this.#userId === null) {
      this.#userId = userId;
      void this.#openOutbox(userId);
    }
    outbox.allow(isConfirmed);
    if (isConfirmed) void persister.signedIn(me);
  }

  /** Another tab shares the session: from now on the server would take what is sent for the other user's. */
  changedElsewhere(userId: string | null): boolean {
    if (this.#userId === null || userId === this.#userId) return false;
    this.#deps.outbox.allow(false);
    return true;
  }

  end(): void {
    this.#userId = null;
  }

  async #openOutbox(userId: string): Promise<void> {
    const { outbox, persister, hasStorage } = this.#deps;
    outbox.expect();
    if (!hasStorage) {
      outbox.open(null);
      return;
    }
    const port = await persister.outbox(userId);
    if (this.#userId === userId) outbox.open(port, port === null ? new Error("storage could not be opened") : null);
  }
}
