import { v7 } from "uuid";
import type { z } from "zod";
import { composeApi } from "../../api/compose.ts";
import { loadConfig } from "../../platform/config/config.ts";
import { resolveOrigins } from "../../platform/config/origins.ts";
import { openPlatform } from "../../platform/process/open-platform.ts";
import { type Board, boardSchema } from "../../shared/boards.ts";
import { type Column, columnSchema } from "../../shared/columns.ts";
import { invitationSchema } from "../../shared/invitations.ts";
import { problemSchema } from "../../shared/problem.ts";
import { type Position, parsePosition } from "../../shared/protocol/position.ts";
import type { Role } from "../../shared/role.ts";
import { type Task, taskSchema } from "../../shared/tasks.ts";
import { type TeamWithRole, teamWithRoleSchema } from "../../shared/teams.ts";
import { newDatabaseUrl } from "./database.ts";
import { own, temporaryFolder } from "./lifetime.ts";

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  readonly position: Position | null;
};

export type Call = {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
};

/** A user who calls REST with a bearer token. */
export type Actor = {
  readonly id: string;
  readonly email: string;
  readonly token: string;
  call(method: string, path: string, call?: Call): Promise<Answer>;
  /** Calls REST and parses the answer; throws for another status or shape. */
  expect<Schema extends z.ZodType>(
    status: number,
    schema: Schema,
    method: string,
    path: string,
    call?: Call,
  ): Promise<z.infer<Schema>>;
  /** Calls REST and returns the problem's code; throws for another status. */
  refused(status: number, method: string, path: string, call?: Call): Promise<string>;
};

/** A REST client over `send`; `base` is the prefix of its addresses. */
export const createRest = (base: string, send: (request: Request) => Promise<Response>) => {
  const call = async (method: string, path: string, { body, headers = {} }: Call = {}): Promise<Answer> => {
    const response = await send(
      new Request(`${base}${path}`, {
        method,
        headers: {
          ...(body === undefined || body instanceof FormData ? {} : { "Content-Type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: body instanceof FormData ? body : toText(body) }),
      }),
    );
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: response.headers.get("Content-Type")?.includes("json") ? JSON.parse(text) : text,
      position: parsePosition(response.headers.get("Artel-Position") ?? ""),
    };
  };

  const actor = (id: string, email: string, token: string): Actor => {
    const signed = (method: string, path: string, options: Call = {}) =>
      call(method, path, { ...options, headers: { Authorization: `Bearer ${token}`, ...options.headers } });
    const demand = async (status: number, method: string, path: string, options?: Call) => {
      const answer = await signed(method, path, options);
      if (answer.status === status) return answer.body;
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}, expected ${status}`);
    };
    return {
      id,
      email,
      token,
      call: signed,
      expect: async (status, schema, method, path, options) =>
        schema.parse(await demand(status, method, path, options)),
      refused: async (status, method, path, options) =>
        problemSchema.parse(await demand(status, method, path, options)).code,
    };
  };

  const signUp = async (name: string): Promise<Actor> => {
    const email = `${name.toLowerCase()}-${v7()}@example.test`;
    const answer = await call("POST", "/api/auth/sign-up/email", {
      body: { name, email, password: "correct horse battery" },
    });
    if (answer.status !== 200) throw new Error(`sign-up: ${answer.status} ${JSON.stringify(answer.body)}`);
    const { token, user } = answer.body as { token: string; user: { id: string } };
    return actor(user.id, email, token);
  };

  return { call, actor, signUp };
};

export type Rest = ReturnType<typeof createRest>;

/** A REST client of a running program. */
export const restAt = (url: string): Rest => createRest(url, (request) => fetch(request));

/** Starts all of REST in this process, on a database of its own. */
export const startApi = async (environment: Record<string, string> = {}) => {
  const dataDir = temporaryFolder("api");
  const config = loadConfig("all", {
    DATA_DIR: dataDir,
    DATABASE_URL: await newDatabaseUrl(),
    LOG_LEVEL: "silent",
    RATE_LIMIT: "1000000/10s",
    AUTH_RATE_LIMIT: "1000000/10s",
    ...environment,
  });
  const platform = await openPlatform(config);
  const origins = resolveOrigins(config, 3000);
  const { app, document, endStreams } = composeApi(platform, { config, origins, pageDirectory: dataDir });
  const close = async () => {
    endStreams();
    await platform.close();
  };
  own(close);
  const raw = (request: Request): Promise<Response> =>
    Promise.resolve(app.fetch(request, { address: "127.0.0.1", loopback: true }));
  return { ...createRest("http://localhost:3000", raw), platform, document, raw, close };
};

export type TestApi = Awaited<ReturnType<typeof startApi>>;

const toText = (body: unknown): string => (typeof body === "string" ? body : JSON.stringify(body));

export type Fixture = { owner: Actor; team: TeamWithRole; board: Board; todo: Column; doing: Column };

/** Creates an owner with a team, a board and two columns. */
export const createFixture = async (api: Rest): Promise<Fixture> => {
  const owner = await api.signUp("Olga");
  const team = await owner.expect(201, teamWithRoleSchema, "POST", "/api/teams", { body: { name: "Team" } });
  const board = await owner.expect(201, boardSchema, "POST", `/api/teams/${team.id}/boards`, {
    body: { name: "Board" },
  });
  const column = (name: string) =>
    owner.expect(201, columnSchema, "POST", `/api/boards/${board.id}/columns`, { body: { name } });
  return { owner, team, board, todo: await column("To do"), doing: await column("Doing") };
};

/** Creates a user and adds them to the team by an invitation. */
export const addMember = async (api: Rest, fixture: Fixture, role: Role): Promise<Actor> => {
  const person = await api.signUp(role);
  const invitation = await fixture.owner.expect(
    201,
    invitationSchema,
    "POST",
    `/api/teams/${fixture.team.id}/invitations`,
    { body: { role } },
  );
  const answer = await person.call("POST", `/api/invitations/${invitation.id}/accept`);
  if (answer.status !== 200) throw new Error(`accept: ${answer.status} ${JSON.stringify(answer.body)}`);
  return person;
};

export const makeTask = (fixture: Fixture, fields: Record<string, unknown> = {}): Promise<Task> =>
  fixture.owner.expect(201, taskSchema, "POST", `/api/boards/${fixture.board.id}/tasks`, {
    body: { columnId: fixture.todo.id, title: "Task", ...fields },
  });
