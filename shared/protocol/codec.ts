import type { z } from "zod";
import { parseJsonObject } from "../json.ts";
import {
  type Down,
  errorSchema,
  heartbeatSchema,
  pongSchema,
  presenceSchema,
  readySchema,
  subscribedSchema,
  unsubscribedSchema,
} from "./down.ts";
import { sequencedMessageSchema, unsequencedMessageSchema } from "./message.ts";
import { authSchema, pingSchema, sayPresenceSchema, subscribeSchema, type Up, unsubscribeSchema } from "./up.ts";

/** Why a frame is no message. `tenantId` is there when the frame names one. */
export type DecodeFailure =
  | { readonly kind: "unreadable" }
  | { readonly kind: "unknown-type"; readonly type: string }
  | { readonly kind: "invalid"; readonly type: string; readonly detail: string; readonly tenantId?: string };

export type Decoded<Message> =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly failure: DecodeFailure };

const UP = new Map<string, z.ZodType<Up>>([
  ["auth", authSchema],
  ["subscribe", subscribeSchema],
  ["unsubscribe", unsubscribeSchema],
  ["presence", sayPresenceSchema],
  ["ping", pingSchema],
]);

const DOWN = new Map<string, z.ZodType<Down>>([
  ["ready", readySchema],
  ["subscribed", subscribedSchema],
  ["unsubscribed", unsubscribedSchema],
  ["heartbeat", heartbeatSchema],
  ["presence", presenceSchema],
  ["pong", pongSchema],
  ["error", errorSchema],
]);

const describe = (error: z.ZodError) =>
  error.issues.map((issue) => `${issue.path.join(".") || "message"}: ${issue.message}`).join("; ");

const decode = <Message>(
  text: string,
  schemaOf: (type: string, value: Record<string, unknown>) => z.ZodType<Message> | undefined,
): Decoded<Message> => {
  const value = parseJsonObject(text);
  const type = value?.["type"];
  if (value === null || typeof type !== "string") return { ok: false, failure: { kind: "unreadable" } };
  const schema = schemaOf(type, value);
  if (schema === undefined) return { ok: false, failure: { kind: "unknown-type", type } };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, message: parsed.data };
  const tenantId = value["tenantId"];
  return {
    ok: false,
    failure: {
      kind: "invalid",
      type,
      detail: describe(parsed.error),
      ...(typeof tenantId === "string" ? { tenantId } : {}),
    },
  };
};

/** Reads a client's frame. Fields that are not known are dropped. */
export const decodeUp = (text: string): Decoded<Up> => decode(text, (type) => UP.get(type));

/** Reads a server's frame. Fields that are not known are dropped. */
export const decodeDown = (text: string): Decoded<Down> =>
  decode<Down>(text, (type, value) =>
    type === "message"
      ? value["seq"] === undefined
        ? unsequencedMessageSchema
        : sequencedMessageSchema
      : DOWN.get(type),
  );

export const encodeUp = (message: Up): string => JSON.stringify(message);
export const encodeDown = (message: Down): string => JSON.stringify(message);
