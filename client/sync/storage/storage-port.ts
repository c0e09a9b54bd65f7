import type { QueryKey } from "@tanstack/react-query";
import type { Me } from "../../../shared/users.ts";
import type { Clock } from "../../realtime/ports.ts";
import type { OutboxPort } from "../outbox/outbox-port.ts";
import type { TenantState } from "../snapshots.ts";

/** A confirmed state as it was kept; `at`: epoch milliseconds when it was last known to be in step. */
export type KeptState = { readonly state: TenantState; readonly at: number };

/** What this browser keeps of the people who sign in on it. No call rejects but `wipe`; what can't be kept is not kept. */
export type Device = {
  /** Who was signed in here last. */
  readonly person: () => Promise<Me | null>;
  /** Somebody is signed in, or nobody any more: then the states go, and unsent changes stay. */
  readonly setPerson: (me: Me | null) => Promise<void>;
  readonly outbox: (userId: string) => OutboxPort;
  /** `begun` is the count of cuts that the state is to be taken for. */
  readonly restore: (userId: string, queryKey: QueryKey, begun: number) => Promise<KeptState | null>;
  /** Takes the latest state a little later; a board that was deleted is forgotten. */
  readonly keep: (userId: string, queryKey: QueryKey, state: TenantState) => void;
  /** Writes at once what is to be kept. */
  readonly flush: () => Promise<void>;
  /** Deletes the person's states and unsent changes. */
  readonly wipe: (userId: string) => Promise<void>;
};

export type DevicePort = {
  /** Whether something is kept here: then it is opened at once. */
  readonly holds: () => boolean;
  /** How many unsent changes who was here last has left, while nobody is signed in. */
  readonly unsent: () => number;
  /** Rejects where the browser keeps nothing. */
  readonly open: (clock: Clock) => Promise<Device>;
  /** Calls back whenever the page may be about to end. */
  readonly onLeave: (leave: () => void) => void;
  /** Calls back with the id of who has signed in in another tab, or `null` when nobody is any more. */
  readonly onPerson: (changed: (userId: string | null) => void) => void;
};

/** Remembers whose states a device keeps, so that this is known without opening it, and told to other tabs. */
export const DEVICE_HINT = "device";
