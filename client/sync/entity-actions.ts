import type { z } from "zod";
import type {
  Entity,
  EntityDefinition,
  EntityDescriptor,
  EntitySchema,
  Verb,
} from "../../shared/entities/define-entity.ts";
import { ApiProblem } from "../browser/api-client.ts";
import type { Mutation, Operation } from "./mutation.ts";
import { isShownIn } from "./optimistic.ts";
import type { Caller } from "./outbox/outbox-deps.ts";
import type { SyncEngine } from "./sync-engine.ts";

const invalid = ({ issues }: z.ZodError): ApiProblem =>
  new ApiProblem(
    "INVALID",
    422,
    issues.map(({ message }) => message).join("; "),
    issues.map(({ path, message }) => ({ path: path.join("."), message })),
  );

/** The name of a mutation's entity to people: as it is created, or as some view shows it. */
const titleOf = (engine: SyncEngine, { title = "" }: EntityDescriptor, mutation: Mutation): string => {
  const { entity: kind, id, op, input, known } = mutation;
  const entity =
    op === "create" ? input : (known ?? engine.find(kind, id, (each) => isShownIn(engine.schema, each, mutation)));
  const text = entity?.[title];
  return typeof text === "string" ? text : "";
};

const fieldsOf = (body: object): Mutation["input"] => Object.fromEntries(Object.entries(body));

const bodySchema = (descriptor: EntityDescriptor, op: Operation): z.ZodType<object> | undefined =>
  op === "delete" ? undefined : descriptor[op];

export type Proposal = Omit<Mutation, "entity" | "by" | "at" | "scope"> & { readonly caller?: Caller };

/** Ids of an entity's ancestors by kind. */
export type Scope = Mutation["scope"];

/** Puts a mutation into the outbox. One that its schema refuses needs no server to be refused. */
const propose = (
  engine: SyncEngine,
  descriptor: EntityDescriptor,
  scope: Scope,
  { caller, ...proposal }: Proposal,
): void => {
  const mutation: Mutation = {
    ...proposal,
    entity: descriptor.kind,
    scope,
    by: engine.me()?.user.id ?? null,
    at: new Date(engine.clock.now()).toISOString(),
  };
  const schema = bodySchema(descriptor, proposal.op);
  const parsed = schema?.safeParse(proposal.input);
  const title = titleOf(engine, descriptor, mutation);
  if (parsed?.success === false) {
    const problem = invalid(parsed.error);
    if (caller === undefined) engine.outbox.reject(mutation, title, problem);
    else caller.refused(problem);
    return;
  }
  engine.mutate({ ...mutation, input: fieldsOf(parsed?.data ?? {}) }, title, caller);
};

/** Texts as they were when their editing began, and the version of their entity then. */
export type TextBase = { readonly version: number; readonly texts: Readonly<Record<string, string>> };

export type EntityActions<Created extends object, Updated extends object, Value extends Entity> = {
  /** Returns the id of the new entity. */
  readonly create: (input: Omit<Created, "id">, caller?: Caller) => string;
  /** With `base` the server refuses it when another person has changed one of the texts since. */
  readonly update: (id: string, change: Updated, base?: TextBase) => void;
  readonly move: (id: string, placement: object) => void;
  readonly delete: (id: string) => void;
  /** The same for an entity that no view holds. */
  readonly updateKnown: (entity: Value, change: Updated) => void;
  readonly deleteKnown: (entity: Value) => void;
};

/** The mutations of one kind of entity within a scope. Each shows at once and is sent in the background. */
export const entityActions = <
  Schema extends EntitySchema,
  Create extends z.ZodType<object, object>,
  Update extends z.ZodType<object, object>,
>(
  engine: SyncEngine,
  definition: EntityDefinition<string, readonly Verb[], Schema, string, Create, Update>,
  scope: () => Scope,
): EntityActions<z.input<Create>, z.input<Update>, z.infer<Schema>> => {
  const descriptor = engine.schema.entity(definition.kind);
  const { key = "id" } = descriptor;
  const act = (proposal: Proposal) => propose(engine, descriptor, scope(), proposal);
  return {
    create: (input, caller) => {
      const id = engine.newEntityId();
      act({ op: "create", id, input: fieldsOf(input), ...(caller === undefined ? {} : { caller }) });
      return id;
    },
    update: (id, change, base) =>
      act({
        op: "update",
        id,
        input: fieldsOf(change),
        ...(base === undefined ? {} : { ifVersion: base.version, base: base.texts }),
      }),
    move: (id, placement) => act({ op: "move", id, input: fieldsOf(placement) }),
    delete: (id) => act({ op: "delete", id, input: {} }),
    updateKnown: (entity, change) =>
      act({ op: "update", id: String(entity[key]), input: fieldsOf(change), known: entity }),
    deleteKnown: (entity) => act({ op: "delete", id: String(entity[key]), input: {}, known: entity }),
  };
};
