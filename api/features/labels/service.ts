import { labels } from "../../../shared/labels.ts";
import { crudService } from "../../crud/service.ts";
import { entityTable } from "../../crud/table.ts";
import { unlabelEverywhere } from "../tasks/service.ts";

export const labelTable = entityTable(labels);

export const labelService = crudService(
  labels,
  {
    beforeDelete: (context, label) => unlabelEverywhere(context, label.boardId, label.id),
    summaries: { delete: "Delete a label and take it off its tasks" },
  },
  labelTable,
);
