import { type Import, importsOf } from "./imports.ts";
import { type Breach, isCode, isTest, type SourceFile } from "./source-files.ts";

const ROOMS = [
  "shared",
  "platform",
  "api",
  "wss",
  "jobs",
  "client",
  "web",
  "tests",
  "bench",
  "scripts",
  "main.ts",
] as const;
type Room = (typeof ROOMS)[number];

const roomOf = (path: string): Room | undefined => ROOMS.find((room) => path === room || path.startsWith(`${room}/`));

/** The files that each room may import besides its own; `types` are allowed for `import type` only. */
const MAY_IMPORT: Record<Room, { files: RegExp; types?: RegExp }> = {
  shared: { files: /^$/ },
  platform: { files: /^shared\// },
  api: { files: /^(shared|platform)\// },
  wss: { files: /^(shared|platform)\// },
  jobs: { files: /^(shared|platform)\// },
  client: { files: /^shared\// },
  web: { files: /^(shared|client)\//, types: /^api\// },
  scripts: { files: /^$/ },
  tests: { files: /./ },
  bench: { files: /./ },
  "main.ts": { files: /^(shared|platform|api|wss|jobs)\// },
};

/** The files that each room of client may import besides its own. `realtime` knows the protocol and no entity. */
const CLIENT_ROOMS: Record<string, RegExp> = {
  realtime: /^shared\/(protocol\/|(json|paging)\.ts$)/,
  browser: /^(shared|client\/realtime)\//,
  // No entity: an application hands its descriptors over.
  sync: /^shared\/(protocol\/|entities\/define-entity\.ts$|(paging|problem|rank)\.ts$)|^client\/(realtime|browser)\//,
  react: /./,
};

/** The only packages and builtins that these rooms may import. */
const ONLY_DEPENDENCIES: Partial<Record<Room, RegExp>> = {
  shared: /^(zod|fractional-indexing)$/,
  // Scripts run before `bun install`; dev.ts imports Vite and pino-pretty dynamically, after it.
  scripts: /^(node:.*|bun|bun:.*|vite|pino-pretty)$/,
};

/** The folder that each vendor's SDK is confined to. Tests and bench may use all of them. */
const PLACES: { dependency: RegExp; names?: RegExp; files: RegExp; place: string }[] = [
  { dependency: /^ioredis$/, files: /^platform\/(.*\/)?redis[^/]*(\/|$)/, place: "platform's redis files" },
  { dependency: /^bun:sqlite$/, files: /^platform\/db\/|^scripts\//, place: "platform/db" },
  {
    dependency: /^pg$/,
    files: /^platform\/(db\/|pubsub\/postgres)/,
    place: "platform/db and platform/pubsub/postgres",
  },
  {
    dependency: /^kysely$/,
    names: /(Dialect|Driver|QueryCompiler|Adapter|Introspector)$/,
    files: /^platform\/db\//,
    place: "platform/db",
  },
  { dependency: /^kysely$/, files: /^(platform|api)\//, place: "platform and api" },
  { dependency: /^(better-auth|@better-auth\/.*)$/, files: /^api\/auth\//, place: "api/auth" },
  { dependency: /^pino(-pretty)?$/, files: /^platform\/log\/|^scripts\//, place: "platform/log" },
  { dependency: /^prom-client$/, files: /^platform\/metrics\//, place: "platform/metrics" },
  { dependency: /^rate-limiter-flexible$/, files: /^platform\/rate-limit\//, place: "platform/rate-limit" },
  { dependency: /^(hono|@hono\/.*)$/, files: /^(api|web)\/|^main\.ts$/, place: "api" },
  { dependency: /^react(-dom)?$/, files: /^(client\/react|web)\//, place: "client/react and web" },
  {
    dependency: /^@tanstack\//,
    files: /^(client\/(react\/|sync(\/|-client))|web\/)/,
    place: "client/react, client/sync and web",
  },
];

/** Files of api that may import hono. Services, queries and their shared modules may not. */
const HTTP_FILES =
  /(^|\/)(([\w-]+-)?(routes|middleware)(-[\w-]+)?|app|main|http|openapi)\.tsx?$|\/(middleware|routes|realtime)\//;

type Layer = "routes" | "service" | "queries";

/** Imports allowed between the layers of one feature. */
const LAYER_MAY_IMPORT: Record<Layer, Layer[]> = {
  routes: ["service"],
  service: ["queries"],
  queries: [],
};

const isLayer = (name: string): name is Layer => Object.hasOwn(LAYER_MAY_IMPORT, name);

const featureOf = (path: string): { feature: string; layer: Layer | null } | null => {
  const match = /^api\/features\/([^/]+)\/(?:([\w-]+-)?([a-z]+)\.tsx?|.+)$/.exec(path);
  if (!match) return null;
  const layer = match[3] ?? "";
  return { feature: match[1]!, layer: isLayer(layer) ? layer : null };
};

/** The rooms of the page, lowest first, each with the others that it may import. */
const PAGE_ROOMS = {
  lib: [],
  entities: [],
  i18n: ["lib"],
  ui: ["lib", "i18n"],
  session: ["lib", "entities"],
  board: ["lib", "entities", "i18n", "ui", "session"],
  features: ["lib", "entities", "i18n", "ui", "session", "board"],
  app: ["lib", "entities", "i18n", "ui", "session", "board", "features"],
} as const satisfies Record<string, readonly string[]>;
type PageRoom = keyof typeof PAGE_ROOMS;

const isPageRoom = (name: string): name is PageRoom => Object.hasOwn(PAGE_ROOMS, name);

/** Files beside the rooms, `main.tsx` for one, belong to app. `null` for a path outside the page's code. */
const pageRoomOf = (path: string): PageRoom | null => {
  if (!path.startsWith("web/src/") || !isCode(path)) return null;
  const name = path.split("/")[2] ?? "";
  return isPageRoom(name) ? name : "app";
};

const pageFeatureOf = (path: string): string | null => /^web\/src\/features\/([^/]+)\//.exec(path)?.[1] ?? null;

/** wss reaches a database only here; main.ts of wss included. */
const DATABASE = /^platform\/db\//;
/** The only files through which wss, its main.ts included, may reach DATABASE. */
const WSS_DATABASE_DOOR = /^platform\/pubsub\/postgres/;

type Edge = { file: SourceFile; one: Import };
type Rule = (edge: Edge) => { rule: string; detail: string } | null;

const betweenRooms: Rule = ({ file, one }) => {
  const from = roomOf(file.path);
  if (!from || one.target === null) return null;
  const to = roomOf(one.target);
  const rule = "imports between rooms";
  if (one.target.startsWith("..")) return { rule, detail: `${one.specifier} leads out of the repository` };
  if (to === from) return null;
  if (isTest(file.path) && (to === "tests" || to === "scripts")) return null;
  // The client's tests use the page's snapshots and actions.
  if (isTest(file.path) && from === "client" && to === "web") return null;
  // Read for the version that /health reports.
  if (one.target === "package.json" && from !== "shared" && from !== "web") return null;
  if (!to) return { rule, detail: `${from} imports ${one.target}, which is in no room` };
  if ((to === "main.ts" || to === "tests" || to === "bench") && from !== "tests" && from !== "bench") {
    return { rule, detail: `nobody imports ${to}` };
  }
  const may = MAY_IMPORT[from];
  if (may.files.test(one.target) || (one.typeOnly && may.types?.test(one.target))) return null;
  const hint = may.types?.test(one.target) ? " (its types are free: import type)" : "";
  return { rule, detail: `${from} may not import ${one.target}${hint}` };
};

const roomsOfClient: Rule = ({ file, one }) => {
  const room = /^client\/([^/]+)\//.exec(file.path)?.[1];
  if (room === undefined || isTest(file.path)) return null;
  if (room === "realtime" && one.dependency !== null)
    return { rule: "client/realtime runs on its ports alone", detail: `imports ${one.dependency}` };
  if (one.target === null) return null;
  if (one.target.startsWith(`client/${room}/`) || CLIENT_ROOMS[room]?.test(one.target)) return null;
  return { rule: "realtime < browser < sync < react", detail: `client/${room} may not import ${one.target}` };
};

const dependenciesOfRooms: Rule = ({ file, one }) => {
  const only = ONLY_DEPENDENCIES[roomOf(file.path) ?? "tests"];
  if (!only || one.dependency === null || isTest(file.path) || only.test(one.dependency)) return null;
  return {
    rule: "packages that a room may import",
    detail: `${roomOf(file.path)} may not import ${one.dependency}`,
  };
};

const vendorsInTheirPlace: Rule = ({ file, one }) => {
  const { dependency } = one;
  if (dependency === null || isTest(file.path) || file.path.startsWith("bench/")) return null;
  for (const { names, files, place, ...vendor } of PLACES) {
    if (!vendor.dependency.test(dependency) || files.test(file.path)) continue;
    const name = names && one.names.find((candidate) => names.test(candidate));
    if (names && !name) continue;
    return { rule: "a vendor's SDK stays in its place", detail: `${name ?? dependency} belongs in ${place}` };
  }
  return null;
};

const httpStaysInRoutes: Rule = ({ file, one }) => {
  if (!file.path.startsWith("api/") || isTest(file.path) || HTTP_FILES.test(file.path)) return null;
  if (one.dependency !== "hono" && !one.dependency?.startsWith("@hono/")) return null;
  return { rule: "hono only in routes, app and middleware", detail: `imports ${one.specifier}` };
};

/** The event log is published through the bus; the bus itself must not depend on it. */
const pubsubBelowEvents: Rule = ({ file, one }) => {
  if (!file.path.startsWith("platform/pubsub/") || isTest(file.path)) return null;
  if (!one.target?.startsWith("platform/events/")) return null;
  return { rule: "events → pubsub, never back", detail: `imports ${one.target}` };
};

const layersOfAFeature: Rule = ({ file, one }) => {
  const from = featureOf(file.path);
  const to = one.target === null ? null : featureOf(one.target);
  if (!to || isTest(file.path)) return null;
  if (from && from.feature === to.feature) {
    if (!from.layer || !to.layer || from.layer === to.layer || LAYER_MAY_IMPORT[from.layer].includes(to.layer)) {
      return null;
    }
    return { rule: "routes → service → queries, never back", detail: `${from.layer} imports ${one.target}` };
  }
  if (from && to.layer !== "service") {
    return { rule: "a feature calls another feature's service", detail: `imports ${one.target}` };
  }
  return null;
};

const roomsOfThePage: Rule = ({ file, one }) => {
  const from = pageRoomOf(file.path);
  const to = one.target === null ? null : pageRoomOf(one.target);
  if (!from || !to || from === to || isTest(file.path)) return null;
  const may: readonly PageRoom[] = PAGE_ROOMS[from];
  return may.includes(to)
    ? null
    : { rule: "lib < i18n < ui < board < features < app", detail: `${from} may not import ${one.target}` };
};
const RULES: Rule[] = [
  betweenRooms,
  dependenciesOfRooms,
  vendorsInTheirPlace,
  httpStaysInRoutes,
  pubsubBelowEvents,
  layersOfAFeature,
  roomsOfThePage,
  roomsOfClient,
];

/** Imports between features that form a cycle; `nameOf` returns the feature of a file. */
const cyclesOfFeatures = (edges: Edge[], nameOf: (path: string) => string | null): Breach[] => {
  const between = edges.flatMap(({ file, one }) => {
    const from = nameOf(file.path);
    const to = one.target === null ? null : nameOf(one.target);
    if (!from || !to || from === to || isTest(file.path)) return [];
    return [{ from, to, path: file.path, line: one.line }];
  });
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    from === to ||
    between.some((edge) => {
      if (edge.from !== from || seen.has(edge.to)) return false;
      seen.add(edge.to);
      return reaches(edge.to, to, seen);
    });
  return between
    .filter((edge) => reaches(edge.to, edge.from))
    .map(({ from, to, path, line }) => ({
      path,
      line,
      rule: "no cycles between features",
      detail: `${from} imports ${to}, which leads back to ${from}`,
    }));
};

type ImportsByPath = ReadonlyMap<string, readonly Edge[]>;

/** The imports that are there when the program runs, by the file that has them. */
const runTimeImports = (edges: Edge[]): ImportsByPath =>
  Map.groupBy(
    edges.filter(({ one }) => !one.typeOnly && one.target !== null),
    ({ file }) => file.path,
  );

/** A path of imports from a file to one that `isGoal`, around those that `isDoor`. */
const wayTo = (
  imports: ImportsByPath,
  path: string,
  isGoal: (path: string) => boolean,
  isDoor: (path: string) => boolean = () => false,
  seen: Set<string> = new Set(),
): string[] | null => {
  if (isGoal(path)) return [path];
  if (isDoor(path) || seen.has(path)) return null;
  seen.add(path);
  for (const { one } of imports.get(path) ?? []) {
    const way = wayTo(imports, one.target ?? "", isGoal, isDoor, seen);
    if (way) return [path, ...way];
  }
  return null;
};

/** Follows run-time imports from each file of wss and reports a path to DATABASE that avoids WSS_DATABASE_DOOR. */
const databaseInWss = (edges: Edge[]): Breach[] => {
  const imports = runTimeImports(edges);
  return edges.flatMap(({ file, one }) => {
    if (!file.path.startsWith("wss/") || isTest(file.path) || one.typeOnly || one.target === null) return [];
    if (one.target.startsWith("wss/")) return [];
    const way = wayTo(
      imports,
      one.target,
      (path) => DATABASE.test(path),
      (path) => WSS_DATABASE_DOOR.test(path),
    );
    const rule = "wss has no database but through platform/pubsub/postgres";
    return way ? [{ path: file.path, line: one.line, rule, detail: way.join(" → ") }] : [];
  });
};

const ENTITY_REGISTRY = "shared/entities/registry.ts";
const ENTITY_MAKER = "shared/entities/define-entity.ts";
/** The rooms that carry any application's events. A program's composition root may hand them what it knows of entities. */
const KNOWS_NO_ENTITY = /^wss\/(?!main\.ts$)|^shared\/protocol\//;

/** Follows run-time imports from the rooms of KNOWS_NO_ENTITY and reports a path to a file that defines an entity. */
const entitiesInTheProtocol = (edges: Edge[]): Breach[] => {
  const imports = runTimeImports(edges);
  const definesEntity = (path: string) => imports.get(path)?.some(({ one }) => one.target === ENTITY_MAKER) ?? false;
  const registered = (imports.get(ENTITY_REGISTRY) ?? []).flatMap(({ one }) => one.target ?? []).filter(definesEntity);
  const entityFiles = new Set([ENTITY_REGISTRY, ...registered]);
  return edges.flatMap(({ file, one }) => {
    if (!KNOWS_NO_ENTITY.test(file.path) || isTest(file.path) || one.typeOnly || one.target === null) return [];
    // The file that has the import is named, not all that lead to it.
    if (KNOWS_NO_ENTITY.test(one.target)) return [];
    const way = wayTo(imports, one.target, (path) => entityFiles.has(path));
    const rule = "wss and shared/protocol know no entity";
    return way ? [{ path: file.path, line: one.line, rule, detail: way.join(" → ") }] : [];
  });
};

/** All imports that break a rule. */
export const importBreaches = (files: SourceFile[]): Breach[] => {
  const edges = files
    .filter((file) => isCode(file.path))
    .flatMap((file) => importsOf(file).map((one) => ({ file, one })));
  const single = edges.flatMap((edge) =>
    RULES.flatMap((rule) => {
      const broken = rule(edge);
      return broken ? [{ path: edge.file.path, line: edge.one.line, ...broken }] : [];
    }),
  );
  return [
    ...single,
    ...cyclesOfFeatures(
      edges.filter(({ one }) => !one.typeOnly),
      (path) => featureOf(path)?.feature ?? null,
    ),
    ...cyclesOfFeatures(edges, pageFeatureOf),
    ...databaseInWss(edges),
    ...entitiesInTheProtocol(edges),
  ];
};
