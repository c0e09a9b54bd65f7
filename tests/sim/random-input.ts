import { z } from "zod";

export type InputContext = {
  readonly random: () => number;
  /** Ids of the entities of a kind that the page shows. */
  readonly idsOf: (kind: string) => readonly string[];
};

type FieldGenerator = (context: InputContext) => unknown;

/**
 * Generators of the fields whose schema and name do not say enough, by kind and field. A field `columnId` or
 * `addLabelIds` takes ids of that kind by itself; `undefined` leaves a field out.
 */
const FIELDS: Readonly<Record<string, Readonly<Record<string, FieldGenerator>>>> = {
  task: {
    assigneeIds: (context) => someIds("member", context),
    addAssigneeIds: (context) => someIds("member", context),
    removeAssigneeIds: (context) => someIds("member", context),
  },
};

export const pick = <Item>(random: () => number, items: readonly Item[]): Item | undefined =>
  items[Math.floor(random() * items.length)];

const someIds = (kind: string, { random, idsOf }: InputContext): string[] => {
  const id = pick(random, idsOf(kind));
  return id === undefined || random() < 0.2 ? [] : [id];
};

const textOf = (name: string, { random }: InputContext): string => `${name} ${Math.floor(random() * 1e6)}`;

/** The kind that a field of ids names: `column` for `columnId`, `label` for `addLabelIds`. */
const kindOf = (field: string): string | undefined => {
  const [, name] = /^(?:(?:add|remove)(?=[A-Z]))?(\w+?)Ids?$/.exec(field) ?? [];
  return name?.replaceAll(/(?<=.)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
};

const randomValue = (schema: unknown, field: string, context: InputContext): unknown => {
  const { random, idsOf } = context;
  if (schema instanceof z.ZodOptional) return randomValue(schema.unwrap(), field, context);
  if (schema instanceof z.ZodNullable) return random() < 0.3 ? null : randomValue(schema.unwrap(), field, context);
  if (schema instanceof z.ZodPipe) return randomValue(schema.in, field, context);
  if (schema instanceof z.ZodEnum) return pick(random, schema.options);
  if (schema instanceof z.ZodBoolean) return random() < 0.5;
  if (schema instanceof z.ZodNumber) return 1 + Math.floor(random() * 20);
  if (schema instanceof z.ZodISODateTime) return new Date(1.8e12 + Math.floor(random() * 1e9)).toISOString();
  const kind = kindOf(field);
  if (schema instanceof z.ZodArray) return kind === undefined ? [] : someIds(kind, context);
  if (!(schema instanceof z.ZodString)) return undefined;
  return kind === undefined ? textOf(field, context) : pick(random, idsOf(kind));
};

const OPTIONAL_SHARE = 0.3;

/**
 * A random valid body for a request on an entity, made from its schema: the required fields, some of the others and at
 * least one. `null` where the page shows nothing to refer to.
 */
export const randomBody = (
  kind: string,
  schema: z.ZodType<object, object> | undefined,
  context: InputContext,
): Record<string, unknown> | null => {
  if (!(schema instanceof z.ZodObject)) return null;
  const shape: Readonly<Record<string, unknown>> = schema.shape;
  const fields = Object.keys(shape).filter((field) => field !== "id");
  const chosen = pick(context.random, fields);
  const body: Record<string, unknown> = {};
  for (const field of fields) {
    const isRequired = !(shape[field] instanceof z.ZodOptional);
    if (!isRequired && field !== chosen && context.random() >= OPTIONAL_SHARE) continue;
    const generator = FIELDS[kind]?.[field];
    const value = generator === undefined ? randomValue(shape[field], field, context) : generator(context);
    if (value !== undefined) body[field] = value;
  }
  return Object.keys(body).length > 0 && schema.safeParse(body).success ? body : null;
};
