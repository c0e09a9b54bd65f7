import type { Snapshot } from "../../client/sync/snapshot.ts";
import { picture } from "../../client/sync/testing/scenario.ts";
import { snapshotOf } from "../../client/sync/testing/things.ts";
import { boardSnapshotSchema } from "../../shared/boards.ts";
import { formatPosition } from "../../shared/protocol/position.ts";
import { boardsRef, membersRef } from "../../web/src/entities/snapshots.ts";
import { restWithoutTime } from "./fixture.ts";
import type { Page } from "./page.ts";
import type { World } from "./world.ts";

/** What the database holds, read by the product's own services at one instant. */
export type Truth = {
  readonly board: string | null;
  readonly members: string;
  readonly boards: string;
  readonly at: string;
};

const inOrder = (items: Iterable<unknown>, id: string): string =>
  JSON.stringify([...items].toSorted((a, b) => (idOf(a, id) < idOf(b, id) ? -1 : 1)));

const idOf = (item: unknown, key: string): string => String((item as Record<string, unknown>)[key]);

export const readTruth = (world: World): Truth => {
  const { teamId, boardId, people } = world.setup.fixture;
  const call = restWithoutTime(world.database, {
    rest: world.setup.judge,
    metrics: world.setup.metrics,
    newId: world.newId,
  });
  const owner = people[0] ?? "";
  const snapshot = call(owner, "GET", `/boards/${boardId}`);
  const itemsOf = (path: string) => {
    const { status, text } = call(owner, "GET", path);
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    return (JSON.parse(text) as { items: unknown[] }).items;
  };
  const at = formatPosition(world.head);
  return {
    at,
    board: snapshot.status === 200 ? pictureOf(boardSnapshotSchema.parse(JSON.parse(snapshot.text))) : null,
    members: inOrder(itemsOf(`/teams/${teamId}/members?limit=500`), "userId"),
    boards: inOrder(itemsOf(`/teams/${teamId}/boards?limit=500`), "id"),
  };
};

const pictureOf = (snapshot: Parameters<typeof snapshotOf>[0]): string => picture(snapshotOf(snapshot));

/** States never change, so each is drawn once. */
const pictures = new WeakMap<Snapshot, string>();

const boardOf = (state: Snapshot | null): string | null => {
  if (state === null || state.isDeleted) return null;
  const drawn = pictures.get(state) ?? picture(state);
  pictures.set(state, drawn);
  return drawn;
};

const shownIn = (view: Snapshot | null, kind: string): Iterable<unknown> => view?.collections[kind]?.values() ?? [];

/** How live a page can be at best, behind what stands between it and the servers. */
const bestStatus = (world: World, page: Page): ReturnType<Page["realtime"]["status"]>["status"] => {
  const middlebox = world.middleboxes.get(page.process);
  if (middlebox?.refusesSockets !== true) return "live";
  return middlebox.streams === "passed" ? "streaming" : "polling";
};

/** How a page's state differs from the truth; `null` when it does not. */
export const differenceOf = (world: World, page: Page, truth: Truth): string | null => {
  const { teamId } = world.setup.fixture;
  const { engine, realtime } = page;
  const told = (what: string, shown: string | null, held: string | null) =>
    `${page.process.name} (${page.subscription}, ${page.realtime.connection.kind}): ${what}\n    shows ${shown}\n    truth ${held}`;
  const position = page.position === null ? "none" : formatPosition(page.position);
  if (position !== truth.at) return told("its position", position, truth.at);
  const confirmed = boardOf(page.confirmed);
  if (confirmed !== truth.board) return told("the board as confirmed", confirmed, truth.board);
  const left = engine.outbox.pending.length;
  if (left > 0)
    return told(
      "changes left",
      engine.outbox.pending.map(({ mutation, status }) => `${mutation.entity} ${mutation.op} ${status}`).join(),
      "none",
    );
  const view = boardOf(page.view);
  if (view !== truth.board) return told("the board", view, truth.board);
  const { status } = realtime.status();
  const best = bestStatus(world, page);
  if (status !== best) return told("the status", status, best);
  if (!page.hasLists) return null;
  const people = inOrder(shownIn(engine.view(membersRef(teamId)), "member"), "userId");
  if (people !== truth.members) return told("the members", people, truth.members);
  const list = inOrder(shownIn(engine.view(boardsRef(teamId)), "board"), "id");
  return list === truth.boards ? null : told("the boards", list, truth.boards);
};
