import { seeded } from "../../client/realtime/testing/sim-clock.ts";
import type { Metrics } from "../../platform/metrics/metrics.ts";
import { formatPosition } from "../../shared/protocol/position.ts";
import { type Rows, SimDatabase } from "./database.ts";
import type { Middlebox, StreamedAnswer } from "./event-streams.ts";
import { type Ground, idSource } from "./ground.ts";
import { type Acknowledged, fetchOver, type HttpFaults } from "./http.ts";
import { Page, runQueryTimersOn } from "./page.ts";
import type { SimProcess } from "./process.ts";
import { traceTo, watchfulLog } from "./recorder.ts";
import { type BusFaults, connectIn, type Redis, type RedisLink, type RedisWorld } from "./redis-connection.ts";
import { RedisServer, type RedisState } from "./redis-server.ts";
import type { Rest } from "./rest.ts";
import { Scheduler } from "./scheduler.ts";
import { type ApiServer, current, type ServerDeps, startApiServer, startWssServer, type WssServer } from "./servers.ts";
import { type Connection, connectPage } from "./sockets.ts";
import { Trace } from "./trace.ts";
import { positionIn, Wire } from "./wire.ts";

/** What is put together once for all runs of a process. */
export type Workshop = {
  readonly ground: Ground;
  readonly metrics: Metrics;
  /** One for each process of the REST interface that there may be at once. */
  readonly rests: readonly Rest[];
  /** For who judges. */
  readonly judge: Rest;
};

export const MAX_APIS = 2;
/** The share of worlds with a log consumer: it takes time that other worlds have for more seeds. */
const CONSUMER_SHARE = 0.35;
/** How often its handler fails while things go wrong: it is then behind for a while. */
const HANDLER_FAILS = 0.3;
const MAX_WSS = 2;
/** More requests of one page within a second are a storm of its own making. */
const MAX_REQUESTS_A_SECOND = 40;

type Place<Server> = { readonly name: string; readonly link: RedisLink; server: Server | null };

/** All that there is in one run, and what may befall it. */
export class World {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly workshop: Workshop;
  readonly database: SimDatabase;
  readonly redis: RedisServer;
  readonly redisConnections = new Set<Redis>();
  readonly network = { name: "network", alive: true };
  /** What is to become of faults that are under way; over with the last of them. */
  readonly fate = { name: "fate", alive: true };
  readonly redisWorld: RedisWorld;
  readonly hasConsumer: boolean;
  /** Every process with the database that was ever started. */
  readonly databaseUsers = new Set<ApiServer>();
  readonly busFaults: BusFaults = { lost: 0, doubled: 0, delay: 0 };
  readonly httpFaults: HttpFaults = { lostRequests: 0, lostAnswers: 0, delay: 0 };
  readonly apis: Place<ApiServer>[] = [];
  readonly nodes: Place<WssServer>[] = [];
  readonly connections = new Set<Connection>();
  readonly streams = new Set<StreamedAnswer>();
  /** What stands between single pages and the servers. */
  readonly middleboxes = new Map<SimProcess, Middlebox>();
  readonly sessions = new Map<string, string>();
  readonly offline = new Set<SimProcess>();
  readonly newId: () => string;
  readonly wrongs: string[] = [];
  pages: Page[] = [];
  /** Changes that were acknowledged and that no restore has undone. */
  acknowledged: Acknowledged[] = [];
  /** Who was removed at some time. */
  readonly mayBeOut = new Set<string>();
  /** Whether events may have been deleted before the log consumer took them. */
  mayMissEvents = false;
  restores = 0;
  redisCopy: RedisState | null = null;
  /** The epoch of a database that was put back and that must still be noticed by Redis knowing more. */
  unnoticed: string | null = null;
  databaseCopy: { readonly rows: Rows; readonly seq: number; readonly epoch: string } | null = null;
  #pageCount = 0;
  readonly #deps: ServerDeps;

  constructor(workshop: Workshop, seed: number, options: { readonly isTold: boolean }) {
    this.workshop = workshop;
    this.scheduler = new Scheduler(seed, (error) =>
      this.wrong(`nobody caught: ${error instanceof Error ? error.stack : String(error)}`),
    );
    const { scheduler } = this;
    this.trace = new Trace(() => scheduler.elapsed, options);
    this.newId = idSource(seeded(seed ^ 0x5f3759df), 1_000);
    this.database = new SimDatabase(workshop.ground.rows);
    this.redis = new RedisServer((channel, payload) => {
      for (const connection of this.redisConnections) {
        if (connection.hears(channel)) connection.deliver(channel, payload);
      }
    });
    // Code that takes no clock or dice of its own takes these.
    Math.random = scheduler.random;
    Date.now = () => scheduler.now;
    traceTo(this.trace);
    runQueryTimersOn(scheduler);
    this.redisWorld = {
      scheduler,
      trace: this.trace,
      server: this.redis,
      owner: this.network,
      faults: this.busFaults,
      connections: this.redisConnections,
      isUp: true,
      process: (name) => {
        const known = current.get(name);
        if (known === undefined) throw new Error(`no process is called ${name}`);
        return known;
      },
    };
    connectIn(this.redisWorld);
    this.#deps = {
      scheduler,
      metrics: workshop.metrics,
      log: watchfulLog((message) => this.wrong(`a server failed: ${message}`)),
      newId: this.newId,
      userOf: (sid) => this.sessions.get(sid) ?? null,
    };
    this.hasConsumer = scheduler.chance(CONSUMER_SHARE);
    const apis = scheduler.between(1, MAX_APIS + 1);
    const nodes = scheduler.between(1, MAX_WSS + 1);
    for (let index = 0; index < apis; index += 1) this.apis.push(place(`api${index}`));
    for (let index = 0; index < nodes; index += 1) this.nodes.push(place(`wss${index}`));
    for (const api of this.apis) this.startApi(api);
    for (const node of this.nodes) this.startNode(node);
  }

  wrong(what: string): void {
    if (this.wrongs.length > 20) return;
    this.wrongs.push(`at ${this.scheduler.elapsed} ms: ${what}`);
    this.trace.note(`WRONG ${what}`);
  }

  startApi(api: Place<ApiServer>): void {
    if (api.server?.process.alive) return;
    const rest = this.workshop.rests[this.apis.indexOf(api)];
    if (rest === undefined) throw new Error("there are too many processes");
    this.trace.note(`${api.name} starts`);
    const { database, hasConsumer, scheduler, fate } = this;
    const handlerFails = () => fate.alive && scheduler.chance(HANDLER_FAILS);
    api.server = startApiServer(this.#deps, {
      name: api.name,
      link: api.link,
      rest,
      database,
      hasConsumer,
      handlerFails,
    });
    this.databaseUsers.add(api.server);
  }

  /** The processes that take requests. */
  listening(): ApiServer[] {
    return serversOf<ApiServer>(this.apis).filter(({ isReady }) => isReady);
  }

  startNode(node: Place<WssServer>): void {
    if (node.server?.process.alive) return;
    this.trace.note(`${node.name} starts`);
    node.server = startWssServer(this.#deps, node);
  }

  /** Opens a page for a person, signed in anew. */
  openPage(userId: string): Page {
    const { scheduler, trace } = this;
    const { teamId, boardId } = this.workshop.ground;
    this.#pageCount += 1;
    const name = `page${this.#pageCount}`;
    const sid = `s${this.#pageCount}`;
    this.#signIn(sid, userId);
    const page: Page = new Page({
      name,
      userId,
      teamId,
      boardId,
      scheduler,
      hasLists: scheduler.chance(0.3),
      newId: this.newId,
      fetch: (process) => {
        const asked = { second: 0, count: 0 };
        const send = fetchOver(
          {
            scheduler,
            trace,
            faults: this.httpFaults,
            apis: () => this.listening(),
            isOffline: (each) => this.offline.has(each),
            middleboxOf: (each) => this.middleboxes.get(each) ?? null,
            onStream: (stream) => this.streams.add(stream),
            restores: () => this.restores,
            onAcknowledged: (change) => this.acknowledged.push(change),
          },
          process,
          { sid, userId },
        );
        return (url, init) => {
          const second = Math.floor(scheduler.elapsed / 1_000);
          asked.count = second === asked.second ? asked.count + 1 : 1;
          asked.second = second;
          if (asked.count === MAX_REQUESTS_A_SECOND) this.wrong(`${name} asks all the time, now for ${url}`);
          return send(url, init);
        };
      },
      connect: (process, handlers) => {
        const wire = new Wire();
        const onFrame = (text: string) => {
          const wrong = wire.hear(text);
          if (wrong !== null) this.wrong(`a socket of ${name} was sent ${wrong}`);
          this.#onFrame(name, userId, text);
        };
        return connectPage(
          {
            scheduler,
            trace,
            nodes: () => serversOf(this.nodes).map(({ bun }) => bun),
            connections: this.connections,
            isRefused: () => this.offline.has(process) || this.middleboxes.get(process)?.refusesSockets === true,
          },
          process,
          { userId, handlers, onFrame },
        );
      },
      hearStream: () => {
        const wire = new Wire();
        return (event) => {
          const wrong = wire.hearStream(event);
          if (wrong !== null) this.wrong(`a stream of ${name} was sent ${wrong}`);
          if (event.event === "connected") trace.count("streams connected");
          this.#onFrame(name, userId, event.event === "message" ? event.data : event.event);
        };
      },
      onDisorder: (what) => this.wrong(`${name} was given ${what}`),
      onNotice: (notice) => {
        if (notice.kind === "reset") trace.count("states read anew");
        if (notice.kind === "gave-up") trace.count("pages that lost the team");
      },
    });
    trace.note(`${name} opens for ${userId.slice(0, 13)}`);
    this.pages.push(page);
    return page;
  }

  sidOf(page: Page): string {
    return page.process.name.replace("page", "s");
  }

  closePage(page: Page): void {
    this.trace.note(`${page.process.name} ends`);
    page.end();
    this.offline.delete(page.process);
    this.middleboxes.delete(page.process);
    this.pages = this.pages.filter((each) => each !== page);
  }

  connectionsOf(page: Page): Connection[] {
    return [...this.connections].filter((connection) => connection.page === page.process && connection.isOpen);
  }

  streamsOf(page: Page): StreamedAnswer[] {
    return [...this.streams].filter((stream) => stream.page === page.process && stream.isOpen);
  }

  /** What a stream was sent goes on, unless something in between keeps it back. */
  letFlow(stream: StreamedAnswer): void {
    if (this.middleboxes.get(stream.page)?.streams !== "buffered") stream.line.resume();
  }

  /** Sessions are nothing that goes back with the teams. */
  keepSessions(): void {
    for (const [sid, userId] of this.sessions) this.#signIn(sid, userId);
  }

  signOut(sid: string): void {
    this.sessions.delete(sid);
    this.database.run("delete from sessions where id = ?", sid);
  }

  #signIn(sid: string, userId: string): void {
    this.sessions.set(sid, userId);
    const at = new Date(this.scheduler.now).toISOString();
    this.database.run(
      'insert or replace into sessions (id, token, "userId", "expiresAt", "createdAt", "updatedAt") values (?, ?, ?, ?, ?, ?)',
      sid,
      sid,
      userId,
      at,
      at,
      at,
    );
  }

  isMember(userId: string): boolean {
    const { teamId } = this.workshop.ground;
    return this.database.rows("select 1 from members where team_id = ? and user_id = ?", teamId, userId).length > 0;
  }

  get head(): { epoch: string; seq: number } {
    const [head] = this.database.rows<{ epoch: string; seq: number }>(
      "select epoch, seq from tenant_heads where tenant_id = ?",
      this.workshop.ground.teamId,
    );
    if (head === undefined) throw new Error("the team has no log");
    return head;
  }

  redisHead(): { epoch: string; seq: number } | null {
    const [epoch, seq] = this.redis.headOf(`artel:{${this.workshop.ground.teamId}}:head`);
    return epoch === null ? null : { epoch, seq: Number(seq) };
  }

  /** Whether only Redis knows that the database was put back, so that it must lose nothing until that is noticed. */
  mustKeepRedis(): boolean {
    if (this.unnoticed !== null && this.head.epoch !== this.unnoticed) this.unnoticed = null;
    return this.unnoticed !== null;
  }

  /** What the log consumer did wrong with the team's events; `null` when it took each of them once, in order. */
  consumerFault(): string | null {
    if (!this.hasConsumer) return null;
    const { teamId } = this.workshop.ground;
    const taken = this.database
      .rows<{ seq: number }>("select seq from effects where tenant_id = ? order by rowid", teamId)
      .map(({ seq }) => seq);
    const { seq: head } = this.head;
    const missing = head - new Set(taken).size;
    if (missing > 0 && !this.mayMissEvents) return `it took ${taken.length} of ${head} events`;
    const wrong = taken.find((seq, index) => seq <= (taken[index - 1] ?? 0));
    return wrong === undefined ? null : `it took event ${wrong} twice or out of order`;
  }

  /** The database was put back: nobody is owed what it does not have any more. */
  forgetUndone(): void {
    this.restores += 1;
    const undone = new Set(this.missingChanges().map(({ change }) => change));
    this.acknowledged = this.acknowledged.filter((change) => !undone.has(change));
  }

  /** Changes of which their pages were told and that the database does not have, or has elsewhere. */
  missingChanges(): { readonly change: Acknowledged; readonly found: string | null }[] {
    return this.acknowledged.flatMap((change) => {
      const [row] = this.database.rows<{ position: string }>(
        "select position from idempotency_keys where user_id = ? and key = ?",
        change.userId,
        change.key,
      );
      return row?.position === formatPosition(change) ? [] : [{ change, found: row?.position ?? null }];
    });
  }

  /** Whoever is no member any more must not hear of what came after the end. */
  #onFrame(name: string, userId: string, text: string): void {
    const at = text.startsWith('{"type":"message"') ? positionIn(text) : null;
    this.trace.note(`${name} < ${at === null ? text.slice(0, 160) : `event ${at.seq}`}`);
    if (at === null || !this.mayBeOut.has(userId) || this.isMember(userId)) return;
    // What was sent of a history that has ended since, or is undone, came before all that is in this one.
    if (at.epoch !== this.head.epoch || at.seq > this.head.seq) return;
    const { teamId } = this.workshop.ground;
    const [end] = this.database.rows<{ seq: number | null }>(
      "select max(seq) as seq from events where tenant_id = ? and payload like ? and payload like ?",
      teamId,
      '%"MEMBER_DELETED"%',
      `%"userId":"${userId}"%`,
    );
    if (end !== undefined && end.seq !== null && at.seq > end.seq) {
      this.wrong(`${name} heard event ${at.seq}, its membership ended at ${end.seq}`);
    }
  }

  close(): void {
    for (const page of this.pages) page.end();
    for (const { server } of [...this.apis, ...this.nodes]) server?.process.kill();
    this.network.alive = false;
  }
}

const place = <Server>(name: string): Place<Server> => ({ name, link: { isHole: false, isDeaf: false }, server: null });

export const serversOf = <Server extends { readonly process: SimProcess }>(
  places: readonly { readonly server: Server | null }[],
): Server[] => places.flatMap(({ server }) => (server?.process.alive ? [server] : []));
