import type { Entity, EntityDescriptor } from "../../shared/entities/define-entity.ts";
import { page } from "../../shared/paging.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { type ApiClient, ApiProblem, collectPages } from "../browser/api-client.ts";
import { parentOf, type SnapshotDefinition, type SyncSchema } from "./schema.ts";
import { createSnapshot, type Snapshot, type SnapshotRef } from "./snapshot.ts";

/** A read's context: the generation in which it begins, and the snapshot that is current then. */
export type ReadContext = {
  readonly generation: number;
  readonly previous: Snapshot | undefined;
  readonly signal: AbortSignal;
};

const invalid = (status: number, detail: string): ApiProblem => new ApiProblem("UNKNOWN", status, detail);

const positioned = (position: Position | null): Position => {
  if (position === null) throw invalid(200, "the answer carries no Artel-Position");
  return position;
};

const pageSchemas = new WeakMap<EntityDescriptor, ReturnType<typeof page<EntityDescriptor["schema"]>>>();

const pageSchemaOf = (descriptor: EntityDescriptor) => {
  const known = pageSchemas.get(descriptor) ?? page(descriptor.schema);
  pageSchemas.set(descriptor, known);
  return known;
};

const listOf = (value: unknown): readonly Entity[] => (Array.isArray(value) ? value : []);

/** The entities in a document: the scope's own fields are the root, its lists hold the others. */
const entitiesOf = (
  schema: SyncSchema,
  { scope, entities }: SnapshotDefinition,
  document: Readonly<Record<string, unknown>>,
): Record<string, readonly Entity[]> => {
  const root: Record<string, unknown> = { ...document };
  const found: Record<string, readonly Entity[]> = {};
  for (const kind of Object.keys(entities)) {
    if (kind === scope) continue;
    const { plural } = schema.entity(kind);
    found[kind] = listOf(root[plural]);
    delete root[plural];
  }
  return { ...found, [scope]: [{ ...root, version: Number(root["version"]) }] };
};

/** The snapshot that a document shows. */
export const fromDocument = (
  schema: SyncSchema,
  { kind, scopeId }: SnapshotRef,
  document: Readonly<Record<string, unknown>>,
  read: Pick<Snapshot, "position" | "generation" | "etag">,
  previous?: Snapshot,
): Snapshot => {
  const definition = schema.snapshot(kind);
  const [tenantKey] = Object.values(schema.entity(definition.scope).scope);
  const tenantId = tenantKey === undefined ? scopeId : String(document[tenantKey]);
  const entities = entitiesOf(schema, definition, document);
  return createSnapshot(schema, { kind, scopeId, tenantId, ...read, entities }, previous);
};

const readDocument = async (
  api: ApiClient,
  schema: SyncSchema,
  ref: SnapshotRef,
  document: NonNullable<SnapshotDefinition["document"]>,
  { generation, previous, signal }: ReadContext,
): Promise<Snapshot> => {
  const { kind, scopeId } = ref;
  const definition = schema.snapshot(kind);
  const request = { method: "GET", path: definition.path(scopeId), schema: document, signal } as const;
  // A snapshot that lacks something would be taken for unchanged.
  const etag = previous?.incompleteSince === null && !previous.isDeleted ? previous.etag : null;
  const answer =
    etag === null ? await api.request(request) : await api.requestIfChanged({ ...request, ifNoneMatch: etag });
  const position = positioned(answer.position);
  if (answer.status === 304 && previous !== undefined) return { ...previous, position, generation };
  if (!("data" in answer)) throw invalid(304, "there is nothing to compare with");
  return fromDocument(schema, ref, answer.data, { position, generation, etag: answer.etag }, previous);
};

const readPages = async (
  api: ApiClient,
  schema: SyncSchema,
  { kind, scopeId, tenantId }: SnapshotRef,
  { generation, previous, signal }: ReadContext,
): Promise<Snapshot> => {
  const definition = schema.snapshot(kind);
  const [entityKind = ""] = Object.keys(definition.entities);
  const isOfTenant = parentOf(schema.entity(definition.scope)) === null;
  const tenant = isOfTenant ? scopeId : tenantId;
  if (tenant === undefined) throw new Error(`a snapshot of ${kind} is read with its tenant's id`);
  const { items, position } = await collectPages(api, {
    path: definition.path(scopeId),
    schema: pageSchemaOf(schema.entity(entityKind)),
    signal,
  });
  const content = { kind, scopeId, tenantId: tenant, position: positioned(position), generation, etag: null };
  return createSnapshot(schema, { ...content, entities: { [entityKind]: items } }, previous);
};

/**
 * Reads a snapshot from the server.
 * @throws ApiProblem when the server refuses, NetworkFailure when it did not answer
 */
export const fetchSnapshot = (
  api: ApiClient,
  schema: SyncSchema,
  ref: SnapshotRef,
  context: ReadContext,
): Promise<Snapshot> => {
  const { document } = schema.snapshot(ref.kind);
  return document === undefined
    ? readPages(api, schema, ref, context)
    : readDocument(api, schema, ref, document, context);
};
