import type { Executor } from "../../../platform/db/db.ts";
import { given } from "../../../shared/entities/define-entity.ts";
import type { BoardId, LabelId } from "../../../shared/ids.ts";
import { type CreateLabel, type Label, labels, type UpdateLabel } from "../../../shared/labels.ts";
import type { Page, PageQuery } from "../../../shared/paging.ts";
import { teamOf } from "../../access.ts";
import { notFound } from "../../app-error.ts";
import { runCommand } from "../../command.ts";
import { claimId, createdBefore } from "../../created-ids.ts";
import type { ServiceDeps } from "../../deps.ts";
import { decodeCursor, toPage } from "../../paging.ts";
import { runRead } from "../../read.ts";
import type { Reply } from "../../reply.ts";
import type { Scope } from "../../scope.ts";
import { differs, requireVersion } from "../../versions.ts";
import { unlabelEverywhere } from "../tasks/service.ts";
import { deleteLabelRow, findLabel, insertLabels, listLabels as queryLabels, updateLabelRow } from "./queries.ts";

export const labelsOf = (tx: Executor, boardId: BoardId): Promise<Label[]> => queryLabels(tx, boardId);

/** Adds the labels of a new board. */
export const addLabels = insertLabels;

const labelOr404 = async (tx: Executor, labelId: LabelId): Promise<Label> => {
  const label = await findLabel(tx, labelId);
  if (label === null) throw notFound();
  return label;
};

export const listLabels = (
  deps: ServiceDeps,
  scope: Scope,
  boardId: BoardId,
  query: PageQuery,
): Promise<Reply<Page<Label>>> =>
  runRead(deps, scope, {
    right: "labels.read",
    tenantOf: (tx) => teamOf(tx, "boards", boardId),
    run: async ({ tx }) => {
      const after = decodeCursor(query.cursor, 1);
      const labels = await queryLabels(tx, boardId, { after, limit: query.limit });
      return toPage(labels, query.limit, (label) => [label.id]);
    },
  });

export const createLabel = (
  deps: ServiceDeps,
  scope: Scope,
  boardId: BoardId,
  input: CreateLabel,
): Promise<Reply<Label>> =>
  runCommand(deps, scope, {
    right: "labels.write",
    tenantOf: (tx) => teamOf(tx, "boards", boardId),
    run: async (context) => {
      const id = input.id ?? (deps.newId() as LabelId);
      if ((await claimId(context, scope, { id, kind: "label", parentId: boardId })) === "again") {
        return createdBefore(await findLabel(context.tx, id));
      }
      const label: Label = {
        id,
        boardId,
        teamId: context.tenantId,
        name: input.name,
        color: input.color ?? null,
        version: context.nextVersion(),
      };
      await insertLabels(context.tx, [label]);
      context.emit(labels, "CREATED", label);
      return { status: 201, body: label };
    },
  });

export const updateLabel = (
  deps: ServiceDeps,
  scope: Scope,
  labelId: LabelId,
  input: UpdateLabel,
): Promise<Reply<Label>> =>
  runCommand(deps, scope, {
    right: "labels.write",
    tenantOf: (tx) => teamOf(tx, "labels", labelId),
    run: async (context) => {
      const before = await labelOr404(context.tx, labelId);
      requireVersion(scope, before.version);
      const after: Label = { ...before, ...given(input), version: context.nextVersion() };
      if (!differs(before, after)) return { body: before };
      await updateLabelRow(context.tx, after);
      context.emit(labels, "UPDATED", after);
      return { body: after };
    },
  });

/** Deletes a label and takes it off its tasks, each with its own event, in one transaction. */
export const deleteLabel = (deps: ServiceDeps, scope: Scope, labelId: LabelId): Promise<Reply<Label>> =>
  runCommand(deps, scope, {
    right: "labels.write",
    tenantOf: (tx) => teamOf(tx, "labels", labelId),
    run: async (context) => {
      const label = await labelOr404(context.tx, labelId);
      requireVersion(scope, label.version);
      await unlabelEverywhere(context, label.boardId, labelId);
      await deleteLabelRow(context.tx, labelId);
      context.emit(labels, "DELETED", label);
      return { body: label };
    },
  });
