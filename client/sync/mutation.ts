import { z } from "zod";
import type { Entity, EntityDescriptor } from "../../shared/entities/define-entity.ts";
import { type ApiAnswer, type ApiClient, NetworkFailure } from "../browser/api-client.ts";
import { parentOf, type SyncSchema } from "./schema.ts";

export type Operation = "create" | "update" | "move" | "delete";

/** A person's change of an entity, as plain data: its request and its optimistic effect follow from it, also after a reload. */
export type Mutation = {
  readonly entity: string;
  readonly op: Operation;
  readonly id: string;
  /** Ids of the entity's ancestors by kind, as far as they were known when it was made. */
  readonly scope: Readonly<Record<string, string>>;
  /** The request's body without the id; `{}` for a deletion. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Id of the user who made it; `null` before the server has told. */
  readonly by: string | null;
  /** ISO 8601 UTC with milliseconds. */
  readonly at: string;
  /** The version that the change was made on, where it must be that version still. */
  readonly ifVersion?: number;
  /** Texts as they were when their editing began: a text that another person has changed since is not overwritten. */
  readonly base?: Readonly<Record<string, string>>;
  /** The entity as it was, where the snapshot that shows the change does not hold it: an archived task, for example. */
  readonly known?: Entity;
};

/** Whether this version of the page can send it: another version may have stored it. */
export const isKnown = (schema: SyncSchema, { entity, op }: Mutation): boolean => {
  if (!schema.hasEntity(entity)) return false;
  const { create, update, move } = schema.entity(entity);
  const known: Record<Operation, boolean> = {
    create: create !== undefined,
    update: update !== undefined,
    move: move !== undefined,
    delete: true,
  };
  return known[op] ?? false;
};

export type MutationRequest = {
  readonly method: "POST" | "PATCH" | "DELETE";
  /** Below `/api`. */
  readonly path: string;
  readonly body?: unknown;
  readonly ifMatch?: number;
};

/** The id of the ancestor under whose address the entity is created. */
const parentIdOf = (descriptor: EntityDescriptor, { scope }: Mutation): string => {
  const parent = parentOf(descriptor);
  return (parent === null ? undefined : scope[parent]) ?? "";
};

const requestOf = (schema: SyncSchema, mutation: Mutation): MutationRequest => {
  const { id, input, ifVersion } = mutation;
  const descriptor = schema.entity(mutation.entity);
  const path = `/${descriptor.plural}/${id}`;
  switch (mutation.op) {
    case "create": {
      const parent = schema.entity(parentOf(descriptor) ?? "").plural;
      const parentPath = `/${parent}/${parentIdOf(descriptor, mutation)}/${descriptor.plural}`;
      return { method: "POST", path: parentPath, body: { id, ...input } };
    }
    case "update":
      return { method: "PATCH", path, body: input, ...(ifVersion === undefined ? {} : { ifMatch: ifVersion }) };
    case "move":
      return { method: "POST", path: `${path}/move`, body: input };
    case "delete":
      return { method: "DELETE", path };
  }
};

/**
 * Sends a mutation under its key. An answer in a shape that this version does not know is an answer all the same: the
 * change has acted, and the answer's position tells which snapshots hold it.
 * @throws ApiProblem when the server refuses, NetworkFailure when it did not answer
 */
export const sendMutation = async (
  api: ApiClient,
  schema: SyncSchema,
  mutation: Mutation,
  key: string,
): Promise<ApiAnswer<unknown>> => {
  const answer = await api.request({
    ...requestOf(schema, mutation),
    schema: schema.entity(mutation.entity).schema.or(z.unknown()),
    idempotencyKey: key,
  });
  // Every mutation is one of a tenant, so the server's answer has a position.
  if (answer.position === null) throw new NetworkFailure("a proxy answered in the server's place");
  return answer;
};

/** Ids and places that a mutation changes, and those that must be as the mutations before have left them. */
export type Dependencies = { readonly writes: readonly string[]; readonly reads: readonly string[] };

const idsIn = (value: unknown): string[] => {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
};

/** Two moves into one container, or two new entities at its end, must reach the server in their order. */
const orderIn = (containerId: string) => `order:${containerId}`;

/** A container is deleted with its contents: those that were moved out of it before must have left. */
const contentsOf = (parentId: string) => `contents:${parentId}`;

export const dependenciesOf = (schema: SyncSchema, mutation: Mutation): Dependencies => {
  const { op, id, input, scope } = mutation;
  const descriptor = schema.entity(mutation.entity);
  const { order, references = [] } = descriptor;
  const parentId = parentIdOf(descriptor, mutation);
  const container = schema.containerOf(descriptor);
  const containerId = container === null ? parentId : String(input[container.key] ?? "");
  const isPlaced = order !== undefined && (op === "create" || op === "move") && containerId !== "";
  const emptiesContainer = op === "delete" && schema.isContainer(mutation.entity);
  return {
    writes: [
      id,
      ...(isPlaced && parentOf(schema.entity(order.within)) !== null ? [orderIn(containerId)] : []),
      ...(emptiesContainer ? [orderIn(id), contentsOf(parentId)] : []),
    ],
    reads: [
      ...Object.values(scope),
      ...(container === null ? [] : [contentsOf(parentId)]),
      ...references.flatMap((field) => idsIn(input[field])),
      ...(op === "move" ? [...idsIn(input["beforeId"]), ...idsIn(input["afterId"])] : []),
    ],
  };
};

/** Whether the later of two mutations must wait for the earlier one. */
export const dependsOn = (later: Dependencies, earlier: Dependencies): boolean =>
  earlier.writes.some((id) => later.writes.includes(id) || later.reads.includes(id)) ||
  earlier.reads.some((id) => later.writes.includes(id));

/** Whether a move's entity may be in a container that is deleted afterwards, if it is not moved. */
export const mayStrand = (schema: SyncSchema, move: Mutation, deletion: Mutation): boolean => {
  if (move.op !== "move" || deletion.op !== "delete") return false;
  const descriptor = schema.entity(move.entity);
  const container = schema.containerOf(descriptor);
  const parent = parentOf(descriptor);
  return (
    container?.kind === deletion.entity &&
    parent !== null &&
    move.scope[parent] === deletion.scope[parent] &&
    deletion.id !== move.input[container.key]
  );
};
