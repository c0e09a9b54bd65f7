import { expect } from "bun:test";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { z } from "zod";
import { type Board, type BoardSnapshot, boardSchema, boardSnapshotSchema } from "../../shared/boards.ts";
import { type Column, columnSchema } from "../../shared/columns.ts";
import { type UserId, userIdSchema } from "../../shared/ids.ts";
import { invitationSchema } from "../../shared/invitations.ts";
import type { Role } from "../../shared/role.ts";
import { type CreateTask, type Task, taskSchema } from "../../shared/tasks.ts";
import { type TeamWithRole, teamWithRoleSchema } from "../../shared/teams.ts";
import { launchBrowser, openPerson, type Person } from "../support/browser.ts";
import { type Program, type ProgramOptions, startArtel } from "../support/processes.ts";

export const PASSWORD = "correct horse battery";

/** All users of these tests sign up from one address. */
const HIGH_LIMITS = { RATE_LIMIT: "100000/10s", AUTH_RATE_LIMIT: "100000/60s", LOG_LEVEL: "warn" };

export type Stage = { readonly artel: Program; readonly browser: Browser };

/** Starts Artel in one process, and one browser for all its visitors. */
export const openStage = async (options: ProgramOptions = {}): Promise<Stage> => {
  const [artel, browser] = await Promise.all([
    startArtel({ ...options, env: { ...HIGH_LIMITS, ...options.env } }),
    launchBrowser(),
  ]);
  return { artel, browser };
};

export type Visitor = Person & {
  /** Console errors that the test provokes. */
  readonly expectedProblems: RegExp[];
};

const TIMEOUT_MS = 15_000;
const visitors = new Set<Visitor>();

/** Opens a browser context of its own, not signed in. */
export const openVisitor = async (stage: Stage, options: BrowserContextOptions = {}): Promise<Visitor> => {
  const person = await openPerson(stage.browser, { baseURL: stage.artel.url, ...options });
  person.page.setDefaultTimeout(TIMEOUT_MS);
  const visitor = { ...person, expectedProblems: [] };
  visitors.add(visitor);
  return visitor;
};

/** The console error that the browser itself writes for an answer with this status. */
export const failedWith = (status: number): RegExp => new RegExp(`Failed to load resource.*status of ${status}\\b`);
export const CONNECTION_LOST =
  /net::ERR_(INTERNET_DISCONNECTED|CONNECTION_(REFUSED|RESET|CLOSED)|NETWORK_IO_SUSPENDED|EMPTY_RESPONSE)|ERR_INCOMPLETE_CHUNKED/;

/** For `afterEach`: closes all contexts, and expects that no page reported an unexpected problem. */
export const closeVisitors = async (): Promise<void> => {
  const all = [...visitors];
  visitors.clear();
  await Promise.all(all.map(({ close }) => close()));
  const unexpected = all.flatMap(({ problems, expectedProblems }) =>
    problems.filter((problem) => !expectedProblems.some((pattern) => pattern.test(problem))),
  );
  expect(unexpected).toEqual([]);
};

export type User = Visitor & {
  readonly id: UserId;
  readonly name: string;
  readonly email: string;
  /** Calls REST as this user, outside the page. */
  readonly rest: <Schema extends z.ZodType>(
    schema: Schema,
    method: string,
    path: string,
    body?: unknown,
  ) => Promise<z.infer<Schema>>;
};

const signedUpSchema = z.object({ token: z.string(), user: z.object({ id: userIdSchema }) });
let people = 0;

/** Creates a user by REST and opens a page that is signed in. */
export const signUp = async (stage: Stage, name: string, options?: BrowserContextOptions): Promise<User> => {
  const visitor = await openVisitor(stage, options);
  people += 1;
  const email = `person-${people}@example.test`;
  // The context's own requests share its cookies, so the page is signed in too.
  const answer = await visitor.context.request.post("/api/auth/sign-up/email", {
    data: { name, email, password: PASSWORD },
  });
  if (!answer.ok()) throw new Error(`sign-up: ${answer.status()} ${await answer.text()}`);
  const { token, user } = signedUpSchema.parse(await answer.json());
  const rest: User["rest"] = async (schema, method, path, body) => {
    const response = await fetch(`${stage.artel.url}/api${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return schema.parse(await response.json());
  };
  visitors.delete(visitor);
  const signedUp: User = { ...visitor, id: user.id, name, email, rest };
  visitors.add(signedUp);
  return signedUp;
};

const returningUsers = new WeakMap<Stage, Map<string, Promise<User>>>();

/** The same signed-in user and page for all tests of a file: far faster than a new user for each. */
export const returningUser = async (stage: Stage, name: string): Promise<User> => {
  const known = returningUsers.get(stage) ?? new Map<string, Promise<User>>();
  returningUsers.set(stage, known);
  const first = known.get(name) ?? signUp(stage, name);
  known.set(name, first);
  const person = await first;
  const { context, page } = person;
  const close = async (): Promise<void> => {
    await context.setOffline(false);
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.goto("about:blank");
    const others = context.pages().filter((other) => other !== page);
    await Promise.all(others.map((other) => other.close()));
  };
  visitors.delete(person);
  person.problems.length = 0;
  const again: User = { ...person, close, expectedProblems: [] };
  visitors.add(again);
  return again;
};

export type Fixture = {
  readonly owner: User;
  readonly team: TeamWithRole;
  readonly board: Board;
  readonly columns: readonly Column[];
};

/** Creates a team with one board by REST. */
export const createFixture = async (owner: User, names = ["To do", "Doing", "Done"]): Promise<Fixture> => {
  const team = await owner.rest(teamWithRoleSchema, "POST", "/teams", { name: "Team" });
  const board = await owner.rest(boardSchema, "POST", `/teams/${team.id}/boards`, { name: "Board" });
  const columns: Column[] = [];
  for (const name of names) {
    columns.push(await owner.rest(columnSchema, "POST", `/boards/${board.id}/columns`, { name }));
  }
  return { owner, team, board, columns };
};

export const invite = async ({ owner, team }: Fixture, role: Role): Promise<{ id: string; url: string }> =>
  owner.rest(invitationSchema, "POST", `/teams/${team.id}/invitations`, { role });

export const addMember = async (fixture: Fixture, person: User, role: Role = "member"): Promise<void> => {
  const { id } = await invite(fixture, role);
  await person.rest(z.unknown(), "POST", `/invitations/${id}/accept`);
};

export const makeTask = async (
  { owner, board, columns }: Fixture,
  title: string,
  { column = 0, ...fields }: Partial<Omit<CreateTask, "columnId" | "title">> & { column?: number } = {},
): Promise<Task> =>
  owner.rest(taskSchema, "POST", `/boards/${board.id}/tasks`, { columnId: columns[column]!.id, title, ...fields });

export const snapshotOf = async ({ owner, board }: Fixture): Promise<BoardSnapshot> =>
  owner.rest(boardSnapshotSchema, "GET", `/boards/${board.id}`);

const LOOK_EVERY_MS = 40;

/** Polls until the value equals `expected`; fails with the difference after `withinMs`. */
export const eventually = async <Seen>(
  look: () => Promise<Seen>,
  expected: NoInfer<Seen>,
  withinMs = 10_000,
): Promise<void> => {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    if (Bun.deepEquals(await look(), expected)) return;
    await Bun.sleep(LOOK_EVERY_MS);
  }
  const last: unknown = await look();
  expect(last).toEqual(expected);
};
