/** The table of a path segment, e.g. `checklist_items` of `checklist-items`. */
export const tableName = (plural: string): string => plural.replaceAll("-", "_");

/** The column of a field, e.g. `board_id` of `boardId`. */
export const columnOf = (field: string): string => field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
