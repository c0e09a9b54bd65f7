import { QueryClient } from "@tanstack/query-core";
import type { z } from "zod";
import type { EntityDescriptor } from "../shared/entities/define-entity.ts";
import { type ApiClient, isTransient } from "./browser/api-client.ts";
import { GenerationCounter } from "./realtime/generation.ts";
import type { RealtimePorts } from "./realtime/ports.ts";
import { RealtimeClient } from "./realtime/realtime-client.ts";
import { type SnapshotDefinition, SyncSchema } from "./sync/schema.ts";
import { ME_KEY, type SignedIn } from "./sync/signed-in.ts";
import type { StoragePort } from "./sync/storage/storage-port.ts";
import { SyncEngine, type SyncEngineDeps } from "./sync/sync-engine.ts";

const MAX_TRIES = 3;

export type SyncClientOptions = {
  readonly api: ApiClient;
  readonly ports: RealtimePorts;
  /** Where unsent mutations and confirmed snapshots outlive the page; `null`: nowhere. */
  readonly storage: StoragePort | null;
  /** All entities and snapshots of the application. */
  readonly entities: readonly EntityDescriptor[];
  readonly snapshots: readonly SnapshotDefinition[];
  /** The answer to "who is signed in". */
  readonly meSchema: z.ZodType<SignedIn>;
  /** Whether the page may be signed in; stored data is shown only then. `true` where it is left out. */
  readonly mayBeSignedIn?: () => boolean;
  readonly onEvents?: SyncEngineDeps["onEvents"];
  /** For idempotency keys. */
  readonly newId: () => string;
  /** For entities: UUIDv7. */
  readonly newEntityId: () => string;
};

export type SyncClient = {
  readonly queryClient: QueryClient;
  readonly engine: SyncEngine;
  readonly realtime: RealtimeClient;
};

/** TanStack's query client, set up for a server that may be on this very machine. */
const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        // A browser that is "offline" still reaches a server on its own machine.
        networkMode: "always",
        retry: (failures, error) => failures < MAX_TRIES && isTransient(error),
        refetchOnWindowFocus: false,
        staleTime: 30_000,
      },
    },
  });

/**
 * Puts a client together: the realtime client, the query cache with its snapshots, the outbox and storage. The page, the
 * simulator, the chaos run and the examples all begin here; they differ in their ports. Nothing is sent before
 * `connect`.
 */
export const createSyncClient = ({ entities, snapshots, ports, ...options }: SyncClientOptions): SyncClient => {
  const { clock, random } = ports;
  const schema = new SyncSchema(entities, snapshots);
  const generation = new GenerationCounter();
  const queryClient = createQueryClient();
  const engine = new SyncEngine({
    mayBeSignedIn: () => true,
    ...options,
    queryClient,
    schema,
    generation,
    clock,
    random,
  });
  const isKnownAction = (action: string) => typeof schema.action(action)?.verb === "string";
  const realtime = new RealtimeClient(ports, { generation, isKnownAction });
  return { queryClient, engine, realtime };
};

/** At most so often, in milliseconds: a server may refuse tokens to a session that it otherwise takes. */
const RESTART_AFTER_MS = 5_000;

/**
 * A token refused with 401 ends the connection for good. Another tab may have signed in before this one read again who
 * is signed in: then the user is the same, and nothing else connects again.
 */
const restartWhenSignedIn = ({ queryClient, engine, realtime }: SyncClient): (() => void) => {
  let cancel: (() => void) | null = null;
  const restart = () => {
    cancel = null;
    if (engine.me() !== null) realtime.start();
  };
  const unsubscribe = queryClient.getQueryCache().subscribe((event) => {
    if (event.type !== "updated" || event.action.type !== "success" || event.query.queryKey[0] !== ME_KEY[0]) return;
    if (realtime.status().reason === "signed-out") cancel ??= engine.clock.after(RESTART_AFTER_MS, restart);
  });
  return () => {
    unsubscribe();
    cancel?.();
  };
};

/** Connects a client for the user who is signed in; returns the undo. */
export const connect = (client: SyncClient): (() => void) => {
  const { engine, realtime } = client;
  const detach = engine.attach(realtime);
  realtime.start();
  // A client that was stopped before has forgotten the positions.
  engine.applier.confirmAll();
  const stopWatching = restartWhenSignedIn(client);
  return () => {
    stopWatching();
    realtime.stop();
    detach();
  };
};
