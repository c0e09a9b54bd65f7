import { seeded } from "../../client/realtime/testing/sim-clock.ts";
import type { SnapshotRef } from "../../client/sync/snapshot.ts";
import type { Metrics } from "../../platform/metrics/metrics.ts";
import { CONTROL_CHANNEL } from "../../platform/pubsub/provider.ts";
import { formatPosition } from "../../shared/protocol/position.ts";
import { act } from "./act.ts";
import { SimBrowser } from "./browser.ts";
import { type Rows, SimDatabase } from "./database.ts";
import type { Middlebox, StreamedAnswer } from "./event-streams.ts";
import { type Fixture, idSource } from "./fixture.ts";
import { History } from "./history.ts";
import type { Acknowledged, HttpFaults, HttpWorld } from "./http.ts";
import { type LoggedEvent, MutationLedger } from "./ledger.ts";
import { Page } from "./page.ts";
import { clientOptions } from "./page-network.ts";
import { SimProcess } from "./process.ts";
import { runQueryTimersOn } from "./query-timers.ts";
import { traceTo, watchfulLog } from "./recorder.ts";
import { type BusFaults, connectIn, type Redis, type RedisLink, type RedisWorld } from "./redis-connection.ts";
import { RedisServer, type RedisState } from "./redis-server.ts";
import type { Rest } from "./rest.ts";
import { Scheduler } from "./scheduler.ts";
import { type ApiServer, current, type ServerDeps, startApiServer, startWssServer, type WssServer } from "./servers.ts";
import type { Connection, SimBun } from "./sockets.ts";
import { Trace } from "./trace.ts";
import { positionIn } from "./wire.ts";

/** The part that all runs of a process share. */
export type Setup = {
  readonly fixture: Fixture;
  readonly metrics: Metrics;
  /** One for each process of the REST interface that there may be at once. */
  readonly rests: readonly Rest[];
  readonly oracleRest: Rest;
};

export const MAX_APIS = 2;
/** The share of worlds with a log consumer: it takes time that other worlds have for more seeds. */
const CONSUMER_SHARE = 0.35;
/** How often its handler fails while things go wrong: it is then behind for a while. */
const HANDLER_FAILS = 0.3;
const MAX_WSS = 2;
const MAX_TABS = 2;
/** The share of people whose browser stores nothing. */
const PRIVATE_SHARE = 0.1;
/** The longest time that news of another tab take, in milliseconds. */
const TAB_DELAY_MS = 20;
/** The longest time that a transaction of storage usually takes, in milliseconds. */
export const USUAL_WRITE_DELAY_MS = 12;

type Host<Server> = { readonly name: string; readonly link: RedisLink; server: Server | null };

export type WorldOptions = {
  /** Keeps every step, to be read. */
  readonly isTraced: boolean;
  /** How many processes of each kind there are; as the seed says where it is left out. */
  readonly hosts?: number;
};

/** One run's servers, network and browsers, and the faults that they suffer. */
export class World {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly setup: Setup;
  readonly database: SimDatabase;
  readonly history: History;
  readonly ledger: MutationLedger;
  readonly redis: RedisServer;
  readonly redisConnections = new Set<Redis>();
  readonly network = { name: "network", alive: true };
  /** Owns the ends of faults that are under way; they all end with the last of them. */
  readonly pendingFaults = { name: "pending faults", alive: true };
  readonly redisWorld: RedisWorld;
  readonly hasConsumer: boolean;
  /** Every process with the database that was ever started. */
  readonly databaseUsers = new Set<ApiServer>();
  readonly busFaults: BusFaults = { lost: 0, doubled: 0, delay: 0 };
  readonly httpFaults: HttpFaults = { lostRequests: 0, lostAnswers: 0, delay: 0 };
  readonly httpWorld: HttpWorld;
  readonly apis: Host<ApiServer>[] = [];
  readonly nodes: Host<WssServer>[] = [];
  readonly connections = new Set<Connection>();
  readonly streams = new Set<StreamedAnswer>();
  /** By person. */
  readonly browsers = new Map<string, SimBrowser>();
  readonly middleboxes = new Map<SimBrowser, Middlebox>();
  readonly offline = new Set<SimBrowser>();
  /** Their person has signed out and is about to close them. */
  readonly closing = new Set<SimBrowser>();
  /** Users by session. */
  readonly sessions = new Map<string, string>();
  readonly newId: () => string;
  readonly violations: string[] = [];
  pages: Page[] = [];
  /** Changes that were acknowledged and that no restore has undone. */
  acknowledged: Acknowledged[] = [];
  /** People who were removed from the team at some time. */
  readonly mayBeOut = new Set<string>();
  /** Whether events may have been deleted before the log consumer took them. */
  mayMissEvents = false;
  restores = 0;
  redisCopy: RedisState | null = null;
  /** The epoch of a restored database, while Redis alone can show that it was restored. */
  unnoticed: string | null = null;
  databaseCopy: { readonly rows: Rows; readonly seq: number; readonly epoch: string } | null = null;
  #recorded: { readonly epoch: string; readonly seq: number } | null = null;
  #pageCount = 0;
  #sessionCount = 0;
  readonly #deps: ServerDeps;

  constructor(setup: Setup, seed: number, options: WorldOptions) {
    this.setup = setup;
    this.scheduler = new Scheduler(seed, (error) =>
      this.report(`nobody caught: ${error instanceof Error ? error.stack : String(error)}`),
    );
    const { scheduler } = this;
    this.trace = new Trace(() => scheduler.elapsed, options);
    this.newId = idSource(seeded(seed ^ 0x5f3759df), 1_000);
    const { rows, teamId, refs } = setup.fixture;
    this.database = new SimDatabase(rows);
    this.history = new History(this.database, teamId, refs);
    this.ledger = new MutationLedger((violation) => this.report(violation));
    this.database.onCommit = () => this.recordCommit();
    this.recordCommit();
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
    this.httpWorld = {
      scheduler,
      trace: this.trace,
      faults: this.httpFaults,
      apis: () => this.listening(),
      isOffline: (browser) => this.offline.has(browser),
      middleboxOf: (browser) => this.middleboxes.get(browser) ?? null,
      onStream: (stream) => this.streams.add(stream),
      restores: () => this.restores,
      onAnswered: (key, status, code) => this.ledger.answered(key, status, code),
      onAcknowledged: (change) => this.acknowledged.push(change),
    };
    this.#deps = {
      scheduler,
      metrics: setup.metrics,
      log: watchfulLog((message) => this.report(`a server failed: ${message}`)),
      newId: this.newId,
      userOf: (sid) => this.sessions.get(sid) ?? null,
    };
    this.hasConsumer = scheduler.chance(CONSUMER_SHARE);
    const { hosts } = options;
    const apis = hosts ?? scheduler.between(1, MAX_APIS + 1);
    const nodes = hosts ?? scheduler.between(1, MAX_WSS + 1);
    for (let index = 0; index < apis; index += 1) this.apis.push(host(`api${index}`));
    for (let index = 0; index < nodes; index += 1) this.nodes.push(host(`wss${index}`));
    for (const api of this.apis) this.startApi(api);
    for (const node of this.nodes) this.startNode(node);
  }

  report(violation: string): void {
    if (this.violations.length > 20) return;
    this.violations.push(`at ${this.scheduler.elapsed} ms: ${violation}`);
    this.trace.note(`VIOLATION ${violation}`);
  }

  /** The snapshots that pages may show. */
  get refs(): readonly SnapshotRef[] {
    return this.setup.fixture.refs;
  }

  /** Enters what the database has committed since the last call into the ledger and the history. */
  recordCommit(): void {
    const { head } = this;
    const before = this.#recorded;
    if (before?.epoch === head.epoch && before.seq === head.seq) return;
    this.#recorded = head;
    const known = before === null ? null : this.history.at(before);
    this.history.record(head);
    if (before === null || before.epoch !== head.epoch || head.seq < before.seq) return;
    const rows = this.database.rows<{ payload: string }>(
      "select payload from events where tenant_id = ? and seq > ? order by seq",
      this.setup.fixture.teamId,
      before.seq,
    );
    const events = rows.map(({ payload }) => JSON.parse(payload) as LoggedEvent);
    const now = this.history.at(head);
    this.ledger.committed(events, (_, id) => known?.includes(id) === true && now?.includes(id) === false);
  }

  startApi(api: Host<ApiServer>): void {
    if (api.server?.process.alive) return;
    const rest = this.setup.rests[this.apis.indexOf(api)];
    if (rest === undefined) throw new Error("there are too many processes");
    this.trace.note(`${api.name} starts`);
    const { database, hasConsumer, scheduler, pendingFaults } = this;
    const handlerFails = () => pendingFaults.alive && scheduler.chance(HANDLER_FAILS);
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

  startNode(node: Host<WssServer>): void {
    if (node.server?.process.alive) return;
    this.trace.note(`${node.name} starts`);
    node.server = startWssServer(this.#deps, node);
  }

  /** The person's browser, which outlives its pages. */
  browserOf(userId: string): SimBrowser {
    const known = this.browsers.get(userId);
    if (known !== undefined) return known;
    const { scheduler } = this;
    const owner = { name: `browser of ${userId}`, alive: true };
    const clock = { now: () => scheduler.now, after: (ms: number, run: () => void) => scheduler.after(ms, owner, run) };
    const browser = new SimBrowser(clock, scheduler.random);
    browser.note = (step) => this.trace.note(step);
    browser.tabDelay = TAB_DELAY_MS;
    browser.writeDelay = USUAL_WRITE_DELAY_MS;
    browser.lostWrites = 0.5;
    browser.isPrivate = scheduler.chance(PRIVATE_SHARE);
    this.browsers.set(userId, browser);
    return browser;
  }

  pagesOf(browser: SimBrowser): Page[] {
    return this.pages.filter((page) => page.browser === browser);
  }

  /** Opens a tab in the person's browser, signed in; `null` when there are tabs enough, or the browser is closing. */
  openPage(userId: string): Page | null {
    const browser = this.browserOf(userId);
    if (this.pagesOf(browser).length >= MAX_TABS || this.closing.has(browser)) return null;
    if (browser.sid === null) this.signIn(userId);
    const { scheduler, trace } = this;
    const { teamId, boardId, refs } = this.setup.fixture;
    this.#pageCount += 1;
    const process = new SimProcess(`page${this.#pageCount}`, scheduler);
    const { name } = process;
    const tab = browser.openTab({ name, isInForeground: scheduler.chance(0.8) });
    if (this.pagesOf(browser).length > 0) trace.count("second tabs");
    if (browser.states.length > 0) trace.count("pages opened from storage");
    if (browser.pending.length > 0) trace.count("pages opened with unsent mutations");
    trace.note(`${name} opens for ${userId.slice(0, 13)}`);
    const page = new Page({
      process,
      browser,
      tab,
      userId,
      teamId,
      boardId,
      refs: scheduler.chance(0.3) ? refs : refs.filter(({ kind }) => kind === "board"),
      client: clientOptions({ world: this, process, browser, tab, userId }),
      onDisorder: (what) => this.report(`${name} was given ${what}`),
      onNotice: (notice) => {
        if (notice.kind === "reset") trace.count("states read anew");
        if (notice.kind === "gave-up") trace.count("pages that lost the team");
      },
    });
    this.pages.push(page);
    return page;
  }

  /** Ends a page at once, or after the browser has said so. */
  closePage(page: Page): void {
    this.trace.note(`${page.process.name} ends`);
    if (this.scheduler.chance(0.5)) page.tab.hide();
    page.kill();
    this.pages = this.pages.filter((each) => each !== page);
  }

  /** What a person does on a page, entered into the ledger. */
  act(page: Page): void {
    act(this.scheduler.random, page, this.setup.fixture);
    for (const { entity, op } of this.ledger.register(page, this.scheduler.now))
      this.trace.count(`mutations: ${entity} ${op}`);
  }

  liveNodes(): readonly SimBun[] {
    return serversOf(this.nodes).map(({ bun }) => bun);
  }

  connectionsOf(browser: SimBrowser): Connection[] {
    const owners = new Set<unknown>(this.pagesOf(browser).map(({ process }) => process));
    return [...this.connections].filter((connection) => owners.has(connection.page) && connection.isOpen);
  }

  streamsOf(browser: SimBrowser): StreamedAnswer[] {
    const owners = new Set(this.pagesOf(browser).map(({ process }) => process));
    return [...this.streams].filter((stream) => owners.has(stream.page) && stream.isOpen);
  }

  goOffline(browser: SimBrowser): void {
    if (this.offline.has(browser)) return;
    this.trace.fault("browsers offline");
    this.offline.add(browser);
    for (const connection of this.connectionsOf(browser)) connection.stall("both");
    for (const { line } of this.streamsOf(browser)) line.isStalled = true;
    if (this.scheduler.chance(0.5)) for (const page of this.pagesOf(browser)) page.setNetwork(false);
  }

  /** The network is there again: what was on its way arrives, or the socket turns out to be dead. */
  goOnline(browser: SimBrowser): void {
    const { scheduler } = this;
    if (!this.offline.delete(browser)) return;
    for (const connection of this.connectionsOf(browser)) {
      if (scheduler.chance(0.5)) connection.cut();
      else connection.resume();
    }
    for (const stream of this.streamsOf(browser)) {
      if (scheduler.chance(0.5)) stream.cut();
      else this.letFlow(stream);
    }
    for (const page of this.pagesOf(browser)) page.setNetwork(true);
  }

  /** A stream goes on, unless a middlebox keeps it back. */
  letFlow(stream: StreamedAnswer): void {
    const browser = this.pages.find(({ process }) => process === stream.page)?.browser;
    if (browser === undefined || this.middleboxes.get(browser)?.streams !== "buffered") stream.line.resume();
  }

  /** Sessions are not part of the teams' data: a restore leaves them alone. */
  keepSessions(): void {
    for (const [sid, userId] of this.sessions) this.#storeSession(sid, userId);
  }

  signIn(userId: string): void {
    this.#sessionCount += 1;
    const sid = `s${this.#sessionCount}`;
    const browser = this.browserOf(userId);
    browser.sid = sid;
    this.#storeSession(sid, userId);
    for (const page of this.pagesOf(browser)) page.signedIn();
  }

  /** Ends a browser's session at the server, which tells all processes. */
  endSession(browser: SimBrowser): void {
    const { sid } = browser;
    if (sid === null) return;
    browser.sid = null;
    this.sessions.delete(sid);
    this.database.run("delete from sessions where id = ?", sid);
    const [api] = serversOf<ApiServer>(this.apis);
    api?.pubsub.publish(CONTROL_CHANNEL, JSON.stringify({ type: "session-ended", sid })).catch(() => {});
  }

  #storeSession(sid: string, userId: string): void {
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
    const { teamId } = this.setup.fixture;
    return this.database.rows("select 1 from members where team_id = ? and user_id = ?", teamId, userId).length > 0;
  }

  get head(): { epoch: string; seq: number } {
    const [head] = this.database.rows<{ epoch: string; seq: number }>(
      "select epoch, seq from tenant_heads where tenant_id = ?",
      this.setup.fixture.teamId,
    );
    if (head === undefined) throw new Error("the team has no log");
    return head;
  }

  redisHead(): { epoch: string; seq: number } | null {
    const [epoch, seq] = this.redis.headOf(`artel:{${this.setup.fixture.teamId}}:head`);
    return epoch === null ? null : { epoch, seq: Number(seq) };
  }

  /** Whether Redis alone can show that the database was restored, so that it must lose nothing until then. */
  mustKeepRedis(): boolean {
    if (this.unnoticed !== null && this.head.epoch !== this.unnoticed) this.unnoticed = null;
    return this.unnoticed !== null;
  }

  /** Whether the log consumer has a cursor in the team's log: retention waits for no other. */
  hasCursor(): boolean {
    const { teamId } = this.setup.fixture;
    return (
      this.database.rows("select seq from consumer_cursors where tenant_id = ? and consumer = 'effects'", teamId)
        .length > 0
    );
  }

  /** What the log consumer did wrong with the team's events; `null` when it took each of them once, in order. */
  consumerFault(): string | null {
    if (!this.hasConsumer) return null;
    const { teamId } = this.setup.fixture;
    const taken = this.database
      .rows<{ seq: number }>("select seq from effects where tenant_id = ? order by rowid", teamId)
      .map(({ seq }) => seq);
    const { seq: head } = this.head;
    const missing = head - new Set(taken).size;
    if (missing > 0 && !this.mayMissEvents) return `it took ${taken.length} of ${head} events`;
    const wrong = taken.find((seq, index) => seq <= (taken[index - 1] ?? 0));
    return wrong === undefined ? null : `it took event ${wrong} twice or out of order`;
  }

  /** An older copy took the database's place: nobody is owed what it lacks. */
  forgetUndone(): void {
    this.restores += 1;
    this.ledger.restored(this.head.seq);
    const undone = new Set(this.missingChanges().map(({ change }) => change));
    this.acknowledged = this.acknowledged.filter((change) => !undone.has(change));
  }

  /** Changes whose pages received the answer and that the database does not have, or has elsewhere. */
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

  /** A person whose membership has ended must not receive what came after the end. */
  onFrame(name: string, userId: string, text: string): void {
    const at = text.startsWith('{"type":"message"') ? positionIn(text) : null;
    this.trace.note(`${name} < ${at === null ? text.slice(0, 160) : `event ${at.seq}`}`);
    if (at === null || !this.mayBeOut.has(userId) || this.isMember(userId)) return;
    // Events of a history that has ended since, or is undone, came before all events of this one.
    if (at.epoch !== this.head.epoch || at.seq > this.head.seq) return;
    const { teamId } = this.setup.fixture;
    const [end] = this.database.rows<{ seq: number | null }>(
      "select max(seq) as seq from events where tenant_id = ? and payload like ? and payload like ?",
      teamId,
      '%"MEMBER_DELETED"%',
      `%"userId":"${userId}"%`,
    );
    if (end !== undefined && end.seq !== null && at.seq > end.seq) {
      this.report(`${name} heard event ${at.seq}, its membership ended at ${end.seq}`);
    }
  }

  close(): void {
    for (const page of this.pages) page.kill();
    for (const { server } of [...this.apis, ...this.nodes]) server?.process.kill();
    this.network.alive = false;
  }
}

const host = <Server>(name: string): Host<Server> => ({ name, link: { isHole: false, isDeaf: false }, server: null });

export const serversOf = <Server extends { readonly process: SimProcess }>(
  hosts: readonly { readonly server: Server | null }[],
): Server[] => hosts.flatMap(({ server }) => (server?.process.alive ? [server] : []));
