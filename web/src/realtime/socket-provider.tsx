import type { ReactNode } from "react";
import type { PresenceEntry } from "../../../shared/protocol/down.ts";
import type { PresenceData } from "../../../shared/protocol/up.ts";

/** Why the client does not come back by itself. */
export type StopReason = "signed-out" | "forged-token" | "invalid-message" | "too-big";

export type LiveStatus = {
  readonly status: "live" | "reconnecting" | "offline" | "polling";
  /** Epoch milliseconds at which the page last knew that it was in step. */
  readonly inStepAt: number | null;
  readonly reason?: StopReason;
};

export type PresencePeer = PresenceEntry & { /** This very connection. */ readonly self: boolean };

/** Gives everything below it one socket. Stands inside `QueryClientProvider`. */
export const SocketProvider = ({ children }: { readonly children: ReactNode }) => children;

export const useLiveStatus = (): LiveStatus => ({ status: "reconnecting", inStepAt: null });

export const usePresence = (_teamId: string | null): readonly PresencePeer[] => [];

/** Says what this person is looking at in the team while the component is mounted; `null` says nothing. */
export const useSayPresence = (_teamId: string | null, _data: PresenceData): void => {};
