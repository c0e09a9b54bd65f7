import { v7 } from "uuid";
import { z } from "zod";
import type { EntityDescriptor } from "../../../shared/entities/define-entity.ts";
import { ENTITIES, type EntityKind } from "../../../shared/entities/registry.ts";
import type { Role } from "../../../shared/role.ts";
import { type Actor, addMember, type Fixture, makeTask, type TestApi } from "../../support/api.ts";

/** An operation of the OpenAPI document with a request that succeeds for a user with the right. */
export type Case = {
  /** Method and path, as in the OpenAPI document. */
  readonly operation: string;
  /** The least role; `null`: any signed-in user. */
  readonly least: Role | null;
  readonly make: (fixture: Fixture, actor: Actor, api: TestApi) => Promise<{ path: string; body?: unknown }>;
};

/** Valid bodies for an entity's requests; a change must differ each time. */
type Sample = {
  readonly create: (fixture: Fixture) => object;
  readonly update: () => object;
  readonly move?: (fixture: Fixture) => object;
  /** Whether a member changes only those of their own. */
  readonly isOwn?: true;
};

/** Every entity that requests create has a sample here; the cases follow from its definition. */
const SAMPLES: Partial<Record<EntityKind, Sample>> = {
  board: { create: () => ({ name: "B" }), update: () => ({ name: v7() }) },
  column: { create: () => ({ name: "C" }), update: () => ({ name: v7() }), move: () => ({}) },
  label: { create: () => ({ name: "L", color: "red" }), update: () => ({ name: v7() }) },
  task: {
    create: ({ todo }) => ({ columnId: todo.id, title: "T" }),
    update: () => ({ title: v7() }),
    move: ({ doing }) => ({ columnId: doing.id }),
  },
  comment: { create: () => ({ body: "C" }), update: () => ({ body: v7() }), isOwn: true },
};

const idSchema = z.object({ id: z.string() });
const emptyExport = { name: "X", lists: [], cards: [] };

/** The path of a parent's entities of one kind, in a fixture. */
const collectionIn = async (fixture: Fixture, definition: EntityDescriptor): Promise<string> => {
  const parents: Record<string, () => Promise<string> | string> = {
    team: () => fixture.team.id,
    board: () => fixture.board.id,
    task: async () => (await makeTask(fixture)).id,
  };
  const { parent } = parentOf(definition);
  const id = await parents[parent.kind]?.();
  return `/api/${parent.plural}/${id}/${definition.plural}`;
};

const parentOf = ({ scope }: EntityDescriptor): { parent: EntityDescriptor; key: string } => {
  const [kind, key] = Object.entries(scope).at(-1) ?? [];
  const parent = Object.values<EntityDescriptor>(ENTITIES).find((definition) => definition.kind === kind);
  if (parent === undefined || key === undefined) throw new Error("every entity that is created has a parent");
  return { parent, key };
};

const casesOf = (definition: EntityDescriptor, sample: Sample, documented: ReadonlySet<string>): Case[] => {
  const { plural, kind, read, write } = definition;
  const { parent, key } = parentOf(definition);
  const collection = `/api/${parent.plural}/{${key}}/${plural}`;
  const parameter = kind.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  const single = `/api/${plural}/{${parameter}Id}`;
  const fresh = async (fixture: Fixture, actor: Actor): Promise<string> => {
    const path = await collectionIn(fixture, definition);
    const body = sample.create(fixture);
    const own = sample.isOwn ? await actor.call("POST", path, { body }) : null;
    const { id } =
      own?.status === 201
        ? idSchema.parse(own.body)
        : await fixture.owner.expect(201, idSchema, "POST", path, { body });
    return `/api/${plural}/${id}`;
  };
  const { move } = sample;
  return [
    {
      operation: `GET ${collection}`,
      least: read,
      make: async (fixture) => ({ path: await collectionIn(fixture, definition) }),
    },
    {
      operation: `POST ${collection}`,
      least: write,
      make: async (fixture) => ({ path: await collectionIn(fixture, definition), body: sample.create(fixture) }),
    },
    ...(documented.has(`GET ${single}`)
      ? [
          {
            operation: `GET ${single}`,
            least: read,
            make: async (fixture: Fixture, actor: Actor) => ({ path: await fresh(fixture, actor) }),
          },
        ]
      : []),
    {
      operation: `PATCH ${single}`,
      least: write,
      make: async (fixture, actor) => ({ path: await fresh(fixture, actor), body: sample.update() }),
    },
    ...(move === undefined
      ? []
      : [
          {
            operation: `POST ${single}/move`,
            least: write,
            make: async (fixture: Fixture, actor: Actor) => ({
              path: `${await fresh(fixture, actor)}/move`,
              body: move(fixture),
            }),
          },
        ]),
    {
      operation: `DELETE ${single}`,
      least: write,
      make: async (fixture, actor) => ({ path: await fresh(fixture, actor) }),
    },
  ];
};

const invitation = async ({ owner, team }: Fixture): Promise<string> => {
  const path = `/api/teams/${team.id}/invitations`;
  return (await owner.expect(201, idSchema, "POST", path, { body: { role: "viewer" } })).id;
};

const SPECIAL: readonly Case[] = [
  { operation: "GET /api/teams/{teamId}", least: "viewer", make: async (g) => ({ path: `/api/teams/${g.team.id}` }) },
  {
    operation: "PATCH /api/teams/{teamId}",
    least: "admin",
    make: async (g) => ({ path: `/api/teams/${g.team.id}`, body: { name: v7() } }),
  },
  { operation: "DELETE /api/teams/{teamId}", least: "owner", make: async (g) => ({ path: `/api/teams/${g.team.id}` }) },
  {
    operation: "GET /api/teams/{teamId}/members",
    least: "viewer",
    make: async (g) => ({ path: `/api/teams/${g.team.id}/members` }),
  },
  {
    operation: "PATCH /api/teams/{teamId}/members/{userId}",
    least: "admin",
    make: async (g, _, api) => ({
      path: `/api/teams/${g.team.id}/members/${(await addMember(api, g, "viewer")).id}`,
      body: { role: "member" },
    }),
  },
  {
    operation: "DELETE /api/teams/{teamId}/members/{userId}",
    least: "admin",
    make: async (g, _, api) => ({ path: `/api/teams/${g.team.id}/members/${(await addMember(api, g, "viewer")).id}` }),
  },
  {
    operation: "GET /api/teams/{teamId}/invitations",
    least: "admin",
    make: async (g) => ({ path: `/api/teams/${g.team.id}/invitations` }),
  },
  {
    operation: "POST /api/teams/{teamId}/invitations",
    least: "admin",
    make: async (g) => ({ path: `/api/teams/${g.team.id}/invitations`, body: { role: "viewer" } }),
  },
  {
    operation: "DELETE /api/invitations/{invitationId}",
    least: "admin",
    make: async (g) => ({ path: `/api/invitations/${await invitation(g)}` }),
  },
  {
    operation: "POST /api/teams/{teamId}/imports",
    least: "member",
    make: async (g) => ({ path: `/api/teams/${g.team.id}/imports`, body: { format: "trello", data: emptyExport } }),
  },
  {
    operation: "GET /api/imports/{importId}",
    least: "viewer",
    make: async (g) => {
      const { id } = await g.owner.expect(202, idSchema, "POST", `/api/teams/${g.team.id}/imports`, {
        body: { format: "trello", data: emptyExport },
      });
      return { path: `/api/imports/${id}` };
    },
  },
  {
    operation: "GET /api/teams/{teamId}/events",
    least: "viewer",
    make: async (g) => {
      const { position } = await g.owner.call("GET", `/api/teams/${g.team.id}`);
      return { path: `/api/teams/${g.team.id}/events?since=${position?.epoch}:0` };
    },
  },
  {
    operation: "GET /api/events/stream",
    least: "viewer",
    make: async (g) => ({ path: `/api/events/stream?tenantId=${g.team.id}` }),
  },
];

/** Operations that do not depend on a role, or concern no team. */
export const ELSEWHERE = [
  "GET /api/health",
  "GET /api/health/pubsub",
  "POST /api/auth/sign-up/email",
  "POST /api/auth/sign-in/email",
  "POST /api/auth/sign-out",
  "POST /api/auth/change-password",
  "POST /api/auth/api-key/create",
  "GET /api/auth/api-key/list",
  "POST /api/auth/api-key/delete",
  "GET /api/me",
  "PATCH /api/me",
  "GET /api/teams",
  "POST /api/teams",
  "GET /api/invitations/{invitationId}",
  "POST /api/invitations/{invitationId}/accept",
  "POST /api/realtime/token",
];

/** Every operation of the document, as `GET /api/…`. */
export const documentedOperations = (api: TestApi): string[] =>
  Object.entries(api.document().paths ?? {}).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );

/** The operations that depend on a role: those of all registered entities, and special ones. */
export const operationsOf = (api: TestApi): Case[] => {
  const documented = new Set(documentedOperations(api));
  const ofEntities = Object.values<EntityDescriptor>(ENTITIES)
    .filter(({ create }) => create !== undefined)
    .flatMap((definition) => {
      const [, sample] = Object.entries(SAMPLES).find(([kind]) => kind === definition.kind) ?? [];
      if (sample === undefined)
        throw new Error(`tests/integration/api/operations.ts has no sample of a ${definition.kind}`);
      return casesOf(definition, sample, documented);
    });
  return [...SPECIAL, ...ofEntities];
};
