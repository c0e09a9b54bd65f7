import { v4, v7 } from "uuid";
import { browserPorts } from "../../../client/browser/browser-ports.ts";
import { pageApi } from "../../../client/browser/page-api.ts";
import { mayBeSignedIn } from "../../../client/browser/session-hint.ts";
import { createSyncClient, type SyncClient, type SyncClientOptions } from "../../../client/sync-client.ts";
import { ENTITIES } from "../../../shared/entities/registry.ts";
import { meSchema } from "../../../shared/users.ts";
import { SNAPSHOTS } from "../entities/snapshots.ts";
import { followAccess } from "./follow-access.ts";

/** A client of Artel's API with the board's entities; in the browser's tab unless `options` say otherwise. */
export const createPageClient = ({ api = pageApi, ...options }: Partial<SyncClientOptions> = {}): SyncClient =>
  createSyncClient({
    api,
    ports: browserPorts(api),
    storage: null,
    entities: Object.values(ENTITIES),
    snapshots: SNAPSHOTS,
    meSchema,
    mayBeSignedIn,
    onEvents: followAccess,
    newId: () => v4(),
    newEntityId: () => v7(),
    ...options,
  });
