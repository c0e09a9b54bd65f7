import type { EntityDescriptor } from "../../shared/entities/define-entity.ts";
import type { RegisteredEntity } from "../../shared/entities/registry.ts";
import { type Crud, parentOf } from "./definition.ts";
import type { Operation } from "./rules.ts";

type Named = Pick<EntityDescriptor, "kind" | "plural">;

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const spaced = (name: string): string => name.replaceAll(/[_-]/g, " ");
const joined = (name: string): string => spaced(name).split(" ").map(capitalized).join("");
const withArticle = (noun: string): string => `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;

/** The noun for an entity, e.g. `checklist item`. */
export const nounOf = ({ kind }: Named): string => spaced(kind);

/** The tag of an entity's operations in the OpenAPI document. */
export const tagOf = ({ plural }: Named): string => capitalized(spaced(plural));

export const tagDescriptionOf = (definition: RegisteredEntity): string =>
  `${tagOf(definition)} of ${withArticle(nounOf(parentOf(definition).definition))}`;

/** The path parameter with an entity's id. */
export const idParameterOf = ({ kind }: Named): string => {
  const name = joined(kind);
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}Id`;
};

/** The description of a list's answer. */
export const pageOf = ({ plural }: Named): string => `A page of ${spaced(plural)}`;

export const operationId = (operation: Operation, { kind, plural }: Named): string =>
  `${operation}${joined(operation === "list" ? plural : kind)}`;

/** The summary of an operation: the rules' own, or the usual one. */
export const summaryOf = (operation: Operation, { definition, parent, rules }: Crud): string =>
  rules.summaries?.[operation] ?? usual(operation, definition, parent.definition, rules.filter !== undefined);

const usual = (
  operation: Operation,
  definition: RegisteredEntity,
  parent: RegisteredEntity,
  isFiltered: boolean,
): string => {
  const noun = withArticle(nounOf(definition));
  const { order } = definition;
  const end =
    order === undefined || order.within === parent.kind ? "the end" : `the end of ${withArticle(order.within)}`;
  switch (operation) {
    case "list": {
      const filter = isFiltered ? " that a filter lets through" : "";
      const all = `The ${spaced(definition.plural)} of ${withArticle(nounOf(parent))}`;
      return `${all}${filter}${order === undefined ? "" : ", in order"}`;
    }
    case "create":
      return `Add ${noun}${order === undefined ? "" : ` at ${end}`}`;
    case "get":
      return capitalized(noun);
    case "update":
      return `Change ${noun}`;
    case "move":
      return `Move ${noun}: directly before or after another, or to ${end}`;
    case "delete":
      return `Delete ${noun}`;
  }
};
