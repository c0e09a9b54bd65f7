import { tmpdir } from "node:os";
import { fromRoot } from "../../scripts/paths.ts";
import type { Member } from "../../shared/members.ts";
import { type Child, startChild } from "./child.ts";
import { CORES } from "./cores.ts";
import { temporaryFolder } from "./lifetime.ts";

const READY = /Artel is ready at (\S+)/;
const READY_WITHIN_MS = 30_000;

export type Artel = { readonly url: string; readonly child: Child };

/** Starts the all-in-one server as `bun start` does: SQLite on disk, in-process pub/sub. */
export const startArtel = async (profiles: string | null): Promise<Artel> => {
  const profiling = profiles === null ? [] : ["--cpu-prof", "--cpu-prof-dir", profiles];
  const preload = ["--preload", fromRoot("bench/servers/on-signals.ts")];
  const child = startChild([process.execPath, ...profiling, ...preload, fromRoot("main.ts")], {
    cores: CORES.server,
    env: {
      PORT: "0",
      DATA_DIR: temporaryFolder("data"),
      RATE_LIMIT: "100000000/1s",
      TENANT_RATE_LIMIT: "100000000/1s",
      LOG_LEVEL: "warn",
    },
  });
  const ready = await child.printed(READY, READY_WITHIN_MS);
  return { url: (ready[1] ?? "").replace(/\/$/, ""), child };
};

/** The folder of the database. A disk that does not really sync makes writes look cheap. */
export const DATA_FOLDER = tmpdir();

/** A user with a session cookie, like a browser. */
export class Person {
  readonly #url: string;
  #cookie = "";

  constructor(url: string) {
    this.#url = url;
  }

  /** Sends a request with the headers that a browser sends. */
  request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.#url}${path}`, {
      method,
      headers: { cookie: this.#cookie, origin: this.#url, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async json<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await this.request(method, path, body);
    if (!response.ok)
      throw new Error(`${method} ${path} was answered with ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  async signUp(name: string): Promise<void> {
    const account = { name, email: `${name}@example.org`, password: "correct horse battery" };
    const response = await this.request("POST", "/api/auth/sign-up/email", account);
    if (!response.ok) throw new Error(`sign-up was answered with ${response.status}: ${await response.text()}`);
    this.#cookie = response.headers
      .getSetCookie()
      .map((cookie) => cookie.split(";")[0])
      .join("; ");
  }
}

export type Named = { readonly id: string };
export type Site = {
  readonly ann: Person;
  readonly bob: Person;
  readonly team: Named;
  readonly board: Named;
  readonly column: Named;
};

/** Creates two users in one team with a board. */
export const openSite = async (url: string): Promise<Site> => {
  const ann = new Person(url);
  const bob = new Person(url);
  await ann.signUp("ann");
  await bob.signUp("bob");
  const team = await ann.json<Named>("POST", "/api/teams", { name: "Bench" });
  const invitation = await ann.json<Named>("POST", `/api/teams/${team.id}/invitations`, { role: "member" });
  await bob.json<Member>("POST", `/api/invitations/${invitation.id}/accept`);
  const board = await ann.json<Named>("POST", `/api/teams/${team.id}/boards`, { name: "Board" });
  const column = await ann.json<Named>("POST", `/api/boards/${board.id}/columns`, { name: "To do" });
  return { ann, bob, team, board, column };
};
