import { ApiProblem } from "../../client/browser/api-client.ts";
import type { Collection } from "../../client/sync/collection.ts";
import { queryKeyOf, type Snapshot, type SnapshotRef } from "../../client/sync/snapshot.ts";
import { formatPosition } from "../../shared/protocol/position.ts";
import { compareRanked, type Ranked } from "../../shared/rank.ts";
import { restWithoutTime } from "./fixture.ts";
import { SCHEMA } from "./history.ts";
import type { Page } from "./page.ts";
import type { World } from "./world.ts";

/** The database's content by snapshot, read by the product's own services at one instant. */
export type Truth = {
  readonly at: string;
  /** By snapshot; `null` for one whose scope is gone. */
  readonly pictures: ReadonlyMap<string, string | null>;
};

type Item = Readonly<Record<string, unknown>>;

const nameOf = ({ kind, scopeId }: SnapshotRef): string => `${kind} ${scopeId}`;

const withSortedKeys = (item: Item): Item =>
  Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** Entities as text, in their order: by container and place where they have one, otherwise by id. */
const inOrder = (kind: string, items: readonly Item[]): readonly Item[] => {
  const { key = "id", order } = SCHEMA.entity(kind);
  const compare = (a: Item, b: Item): number => {
    const [left, right] = [String(a[order?.key ?? key]), String(b[order?.key ?? key])];
    if (order === undefined || left !== right) return left < right ? -1 : 1;
    return compareRanked(a as Ranked, b as Ranked);
  };
  return items.toSorted(compare);
};

const draw = (lists: Readonly<Record<string, readonly Item[]>>): string =>
  JSON.stringify(lists, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value) ? withSortedKeys(value as Item) : value,
  );

/** A snapshot's content as REST answers it, in the oracle's own order. */
const pictureOfAnswer = (ref: SnapshotRef, body: Item): string => {
  const { scope, entities, document } = SCHEMA.snapshot(ref.kind);
  const kinds = Object.keys(entities);
  if (document === undefined) {
    const [kind = ""] = kinds;
    return draw({ [kind]: inOrder(kind, body["items"] as Item[]) });
  }
  const root: Record<string, unknown> = { ...body };
  const lists: Record<string, readonly Item[]> = {};
  for (const kind of kinds) {
    const { plural } = SCHEMA.entity(kind);
    if (kind === scope) continue;
    lists[kind] = inOrder(kind, body[plural] as Item[]);
    delete root[plural];
  }
  return draw(Object.fromEntries(kinds.map((kind) => [kind, kind === scope ? [root] : (lists[kind] ?? [])])));
};

/** The entities of a collection as it keeps them in order. */
const shownOrder = (kind: string, collection: Collection): readonly Item[] => {
  const { key = "id", order } = SCHEMA.entity(kind);
  if (order === undefined)
    return [...collection.values()].toSorted((a, b) => (String(a[key]) < String(b[key]) ? -1 : 1));
  return collection
    .containerIds()
    .toSorted()
    .flatMap((id) => collection.group(id));
};

/** Snapshots never change, so each is drawn once. */
const pictures = new WeakMap<Snapshot, string>();

const pictureOf = (snapshot: Snapshot | null): string | null => {
  if (snapshot === null || snapshot.isDeleted) return null;
  const drawn = pictures.get(snapshot);
  if (drawn !== undefined) return drawn;
  const lists = Object.keys(SCHEMA.snapshot(snapshot.kind).entities).map((kind) => {
    const collection = snapshot.collections[kind];
    return [kind, collection === undefined ? [] : shownOrder(kind, collection)];
  });
  const text = draw(Object.fromEntries(lists));
  pictures.set(snapshot, text);
  return text;
};

/** Whether the page's last read found that the snapshot's scope is gone: then the page shows so. */
const isGone = ({ engine }: Page, ref: SnapshotRef): boolean => {
  const error = engine.queryClient.getQueryState(queryKeyOf(ref))?.error;
  return error instanceof ApiProblem && error.status === 404;
};

export const readTruth = (world: World): Truth => {
  const { people } = world.setup.fixture;
  const call = restWithoutTime(world.database, {
    rest: world.setup.oracleRest,
    metrics: world.setup.metrics,
    newId: world.newId,
  });
  const read = (ref: SnapshotRef): string | null => {
    const { path, document } = SCHEMA.snapshot(ref.kind);
    const address = path(ref.scopeId);
    const limited = document === undefined ? `${address}${address.includes("?") ? "&" : "?"}limit=500` : address;
    const { status, text } = call(people[0] ?? "", "GET", limited);
    return status === 200 ? pictureOfAnswer(ref, JSON.parse(text) as Item) : null;
  };
  return {
    at: formatPosition(world.head),
    pictures: new Map(world.refs.map((ref) => [nameOf(ref), read(ref)])),
  };
};

/** The best status that a page can have, behind what stands between it and the servers. */
const bestStatus = (world: World, page: Page): ReturnType<Page["realtime"]["status"]>["status"] => {
  const middlebox = world.middleboxes.get(page.browser);
  if (middlebox?.refusesSockets !== true) return "live";
  return middlebox.streams === "passed" ? "streaming" : "polling";
};

/** The first difference between a page and the truth; `null` when there is none. */
export const differenceOf = (world: World, page: Page, truth: Truth): string | null => {
  const { engine, realtime, browser } = page;
  const differs = (what: string, shown: string | null, held: string | null) =>
    `${page.process.name} (${page.subscription}, ${page.realtime.connection.kind}): ${what}\n    shows ${shown}\n    truth ${held}`;
  const position = page.position === null ? "none" : formatPosition(page.position);
  if (position !== truth.at) return differs("its position", position, truth.at);
  const { pending } = engine.outbox;
  if (pending.length > 0) {
    const left = pending.map(({ key, mutation, status }) => `${key} ${mutation.entity} ${mutation.op} ${status}`);
    return differs("mutations left", left.join(), "none");
  }
  if (browser.pending.length > 0)
    return differs("mutations left in storage", browser.pending.map(({ key }) => key).join(), "none");
  for (const ref of page.refs) {
    const held = truth.pictures.get(nameOf(ref)) ?? null;
    if (held === null && isGone(page, ref)) continue;
    const confirmed = pictureOf(engine.confirmed(ref));
    if (confirmed !== held) return differs(`its ${ref.kind} as confirmed`, confirmed, held);
    const view = pictureOf(engine.view(ref));
    if (view !== held) return differs(`its ${ref.kind}`, view, held);
  }
  const { status } = realtime.status();
  const best = bestStatus(world, page);
  return status === best ? null : differs("the status", status, best);
};
