import { columns } from "../../../shared/columns.ts";
import { crudService } from "../../crud/service.ts";
import { entityTable } from "../../crud/table.ts";

export const columnTable = entityTable(columns);

export const columnService = crudService(
  columns,
  { summaries: { delete: "Delete a column with its tasks" } },
  columnTable,
);
