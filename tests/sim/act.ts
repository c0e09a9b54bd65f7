import { entityActions, type Scope } from "../../client/sync/entity-actions.ts";
import type { Snapshot } from "../../client/sync/snapshot.ts";
import { columnsOf, labelsOf, tasksIn } from "../../client/sync/testing/things.ts";
import { COLORS } from "../../shared/color.ts";
import type { EntityDescriptor } from "../../shared/entities/define-entity.ts";
import { ENTITIES } from "../../shared/entities/registry.ts";
import { columnIdSchema, labelIdSchema, taskIdSchema } from "../../shared/ids.ts";
import type { Page } from "./page.ts";
import { type InputContext, pick, randomBody } from "./random-input.ts";

/** A share of what people do is done to any entity of the registry. */
const ANY_ENTITY_SHARE = 0.2;

export type ActContext = { readonly teamId: string; readonly boardId: string };

/** A person does something on what the page shows. */
export const act = (random: () => number, page: Page, context: ActContext): void => {
  const { view } = page;
  if (view === null || view.isDeleted) return;
  if (random() < ANY_ENTITY_SHARE) actOnEntity(random, page, context);
  else actOnBoard(random, page, view);
};

const DESCRIPTORS: readonly EntityDescriptor[] = Object.values(ENTITIES);

/** Creates, updates, moves or deletes an entity of any kind that has such requests. */
const actOnEntity = (random: () => number, page: Page, { teamId, boardId }: ActContext): void => {
  const { engine } = page;
  const descriptor = pick(
    random,
    DESCRIPTORS.filter(
      ({ create, update, move }) => create !== undefined || update !== undefined || move !== undefined,
    ),
  );
  if (descriptor === undefined) return;
  const { kind, key = "id", order } = descriptor;
  const views = page.refs.flatMap((ref) => engine.view(ref) ?? []).filter(({ isDeleted }) => !isDeleted);
  const idsOf = (each: string): readonly string[] =>
    each === "team" ? [teamId] : views.flatMap(({ collections }) => idsIn(collections[each]));
  const input: InputContext = { random, idsOf };
  const entity = pick(
    random,
    views.flatMap(({ collections }) => [...(collections[kind]?.values() ?? [])]),
  );
  const scope: Record<string, string> = {};
  for (const [ancestor, field] of Object.entries(descriptor.scope)) {
    const id = entity === undefined ? pick(random, idsOf(ancestor)) : String(entity[field]);
    if (id !== undefined) scope[ancestor] = id;
  }
  const actions = actionsOf(page, descriptor, scope);
  const id = entity === undefined ? undefined : String(entity[key]);
  const dice = random();
  if (id === undefined || dice < 0.25) {
    const body = randomBody(kind, descriptor.create, input);
    if (body !== null) actions.create(body);
  } else if (dice < 0.7) {
    const body = randomBody(kind, descriptor.update, input);
    if (body !== null) actions.update(id, body);
  } else if (dice < 0.9 && descriptor.move !== undefined && order !== undefined) {
    const container = order.within in descriptor.scope ? {} : { [order.key]: pick(random, idsOf(order.within)) };
    actions.move(id, { ...container, beforeId: pick(random, idsOf(kind)) ?? null });
  } else if (id !== boardId) actions.delete(id);
};

const idsIn = (collection: Snapshot["collections"][string] | undefined): string[] =>
  collection === undefined ? [] : [...collection.values()].map((each) => collection.idOf(each));

/** The registry's descriptors have lost the types of their bodies; `randomBody` makes them by their schemas. */
const actionsOf = ({ engine }: Page, descriptor: EntityDescriptor, scope: Scope) =>
  entityActions(engine, descriptor, () => scope);

const actOnBoard = (random: () => number, { actions }: Page, view: Snapshot): void => {
  const columns = columnsOf(view);
  const column = pick(random, columns);
  if (column === undefined) return;
  const tasks = columns.flatMap(({ id }) => tasksIn(view, id));
  const task = pick(random, tasks);
  const label = pick(random, labelsOf(view));
  const title = () => `Mine ${Math.floor(random() * 1e6)}`;
  const dice = random();
  if (task === undefined || dice < 0.25) {
    const id = actions.createTask({ columnId: columnIdSchema.parse(column.id), title: title() });
    if (random() < 0.5) actions.updateTask(id, { color: "green" });
    if (random() < 0.3) actions.moveTask(id, { columnId: columnIdSchema.parse(column.id), beforeId: task?.id ?? null });
  } else if (dice < 0.35) actions.updateTask(task.id, { title: title() });
  else if (dice < 0.4) {
    // Written in an editor: another person's edit of the same text is not overwritten.
    actions.updateTask(task.id, { title: title() }, { version: task.version, texts: { title: task.title } });
  } else if (dice < 0.5) actions.updateTask(task.id, { color: pick(random, COLORS) ?? null });
  else if (dice < 0.55 && label) actions.updateTask(task.id, { addLabelIds: [labelIdSchema.parse(label.id)] });
  else if (dice < 0.6) actions.updateTask(task.id, { archived: true });
  else if (dice < 0.8) {
    const before = pick(random, tasksIn(view, column.id));
    actions.moveTask(task.id, {
      columnId: columnIdSchema.parse(column.id),
      beforeId: before ? taskIdSchema.parse(before.id) : null,
    });
  } else if (dice < 0.88) actions.deleteTask(task.id);
  else if (dice < 0.92) actions.createColumn({ name: "Mine" });
  else if (dice < 0.94) actions.moveColumn(column.id, {});
  else if (dice < 0.955 && columns.length > 1) {
    const other = pick(random, columns);
    if (other !== undefined && other.id !== column.id)
      for (const { id } of tasksIn(view, column.id)) actions.moveTask(id, { columnId: columnIdSchema.parse(other.id) });
    actions.deleteColumn(column.id);
  } else if (dice < 0.97) actions.createLabel({ name: "Mine" });
  else if (dice < 0.98 && label) actions.deleteLabel(label.id);
  else actions.updateBoard({ name: `Board ${Math.floor(random() * 1e6)}` });
};
