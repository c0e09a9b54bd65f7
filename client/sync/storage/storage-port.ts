import type { z } from "zod";
import type { Clock } from "../../realtime/ports.ts";
import type { OutboxPort } from "../outbox/outbox-port.ts";
import type { SyncSchema } from "../schema.ts";
import type { SignedIn } from "../signed-in.ts";
import type { Snapshot, SnapshotRef } from "../snapshot.ts";

/** A confirmed snapshot from storage; `storedAt`: epoch milliseconds at which it was last known to be current. */
export type StoredSnapshot = { readonly snapshot: Snapshot; readonly storedAt: number };

/**
 * A browser's storage of the people who sign in on it. No call rejects but `wipe` and those of `outbox`: what cannot be
 * stored is not stored.
 */
export type StorageAdapter = {
  /** The last answer that said who is signed in. */
  readonly me: () => Promise<SignedIn | null>;
  /** `null`: nobody is signed in any more. Then the snapshots go, and unsent mutations stay. */
  readonly setMe: (me: SignedIn | null) => Promise<void>;
  readonly outbox: (userId: string) => OutboxPort;
  /** `generation` is that of the snapshot as restored. */
  readonly restore: (userId: string, ref: SnapshotRef, generation: number) => Promise<StoredSnapshot | null>;
  /** Takes the latest snapshot a little later; a deleted one is dropped from storage. */
  readonly save: (userId: string, snapshot: Snapshot) => void;
  /** Writes at once what waits to be written. */
  readonly flush: () => Promise<void>;
  /** Deletes the user's snapshots and unsent mutations. */
  readonly wipe: (userId: string) => Promise<void>;
};

export type StorageContext = {
  readonly clock: Clock;
  readonly schema: SyncSchema;
  readonly meSchema: z.ZodType<SignedIn>;
};

export type StoragePort = {
  /** Whether something is stored: then storage is opened at once. */
  readonly hasData: () => boolean;
  /** The number of unsent mutations that the last user left, while nobody is signed in. */
  readonly unsentCount: () => number;
  /** Rejects where the browser stores nothing. */
  readonly open: (context: StorageContext) => Promise<StorageAdapter>;
  /** Calls back whenever the page may be about to end. */
  readonly onPageHide: (listener: () => void) => void;
  /** Calls back with the id of the user who signed in in another tab, or `null` when nobody is any more. */
  readonly onUserChange: (listener: (userId: string | null) => void) => void;
};

/** The key of `localStorage` that names the user whose snapshots are stored: readable without opening the database. */
export const STORED_USER_KEY = "device";
