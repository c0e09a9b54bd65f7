import { z } from "zod";
import { EVENT_DATA } from "../shared/events.ts";
import { CLOSE } from "../shared/protocol/close-codes.ts";
import {
  errorSchema,
  heartbeatSchema,
  pongSchema,
  presenceSchema,
  readySchema,
  subscribedSchema,
  unsubscribedSchema,
} from "../shared/protocol/down.ts";
import { sequencedMessageSchema, unsequencedMessageSchema } from "../shared/protocol/message.ts";
import {
  sseConnectedSchema,
  sseHeartbeatSchema,
  sseJobCompletedSchema,
  sseUnsubscribedSchema,
} from "../shared/protocol/sse.ts";
import {
  authSchema,
  pingSchema,
  sayPresenceSchema,
  subscribeSchema,
  unsubscribeSchema,
} from "../shared/protocol/up.ts";

type Described = { readonly schema: z.ZodType; readonly summary: string };

const UP: Record<string, Described> = {
  auth: { schema: authSchema, summary: "First on every socket; again at any time to renew." },
  subscribe: { schema: subscribeSchema, summary: "Join a tenant's channel; with `since`, first everything after it." },
  unsubscribe: { schema: unsubscribeSchema, summary: "Leave a tenant's channel." },
  sayPresence: { schema: sayPresenceSchema, summary: "What I am looking at, replacing what I said before." },
  ping: { schema: pingSchema, summary: "Answered by pong." },
};

const DOWN: Record<string, Described> = {
  ready: { schema: readySchema, summary: "The token was accepted." },
  subscribed: { schema: subscribedSchema, summary: "Joined at the head `seq`." },
  event: { schema: sequencedMessageSchema, summary: "An event of the log." },
  foreignEvent: { schema: unsequencedMessageSchema, summary: "An event that another backend published." },
  unsubscribed: { schema: unsubscribedSchema, summary: "Left, and why." },
  heartbeat: { schema: heartbeatSchema, summary: "All up to these heads was sent before." },
  presence: { schema: presenceSchema, summary: "Who looks at what: all on joining, then changes." },
  pong: { schema: pongSchema, summary: "The answer to ping." },
  error: { schema: errorSchema, summary: "A request failed; the socket lives." },
};

const STREAM: Record<string, Described> = {
  streamConnected: { schema: sseConnectedSchema, summary: "`event: connected`, first on every stream." },
  streamEvent: { schema: sequencedMessageSchema, summary: "`event: message`, the object that the socket sends." },
  streamHeartbeat: { schema: sseHeartbeatSchema, summary: "`event: heartbeat`, every 25 s." },
  streamJobCompleted: { schema: sseJobCompletedSchema, summary: "`event: job_completed`, when a job has ended." },
  streamUnsubscribed: { schema: sseUnsubscribedSchema, summary: "`event: unsubscribed`, then the end." },
};

/** JSON Schemas of all messages and of the data of every action, by name. */
const componentSchemas = (): Record<string, object> => {
  const registry = z.registry<{ id: string }>();
  for (const [name, { schema }] of Object.entries({ ...UP, ...DOWN, ...STREAM })) {
    if (!registry.has(schema)) registry.add(schema, { id: name });
  }
  for (const schema of new Set<z.ZodType>(Object.values(EVENT_DATA))) {
    registry.add(schema, { id: `data.${z.globalRegistry.get(schema)?.id ?? "unknown"}` });
  }
  const { schemas } = z.toJSONSchema(registry, {
    target: "draft-7",
    uri: (id) => `#/components/schemas/${id}`,
  });
  return withoutShared(schemas);
};

/** Zod puts what several schemas hold into one of its own; here each gets its place among the others. */
const withoutShared = (schemas: Record<string, object>): Record<string, object> => {
  const prefix = "#/components/schemas/";
  const text = JSON.stringify(schemas).replaceAll(`${prefix}__shared#/definitions/`, prefix);
  const { __shared: shared, ...named } = generatedSchema.parse(JSON.parse(text));
  return Object.fromEntries(
    Object.entries({ ...shared?.definitions, ...named }).map(([name, { $schema: _, $id: __, ...schema }]) => [
      name,
      schema,
    ]),
  );
};

const jsonSchema = z.record(z.string(), z.unknown());
const generatedSchema = z
  .object({ __shared: z.object({ definitions: z.record(z.string(), jsonSchema) }).optional() })
  .catchall(jsonSchema);

const schemaName = (name: string): string => (name === "streamEvent" ? "event" : name);

const messages = (described: Record<string, Described>) =>
  Object.fromEntries(
    Object.entries(described).map(([name, { summary }]) => [
      name,
      { name, summary, contentType: "application/json", payload: { $ref: `#/components/schemas/${schemaName(name)}` } },
    ]),
  );

const references = (path: string, described: Record<string, Described>) =>
  Object.keys(described).map((name) => ({ $ref: `#/channels/${path}/messages/${name}` }));

const channelMessages = (described: Record<string, Described>) =>
  Object.fromEntries(Object.keys(described).map((name) => [name, { $ref: `#/components/messages/${name}` }]));

const ACTIONS = Object.entries(EVENT_DATA)
  .map(([action, schema]) => `\`${action}\` (data: \`data.${z.globalRegistry.get(schema)?.id}\`)`)
  .join(", ");

const CLOSE_CODES = Object.values(CLOSE)
  .map(({ code, reason, behavior }) => `${code} ${reason}: ${behavior}`)
  .join("; ");

let schemas: Record<string, object> | null = null;

/** The AsyncAPI 3 document of the socket and the event stream, from the schemas that check every message. */
export const asyncApiDocument = (about: { readonly version: string; readonly socketUrl: string }) => {
  schemas ??= componentSchemas();
  const socket = new URL(about.socketUrl);
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Artel realtime",
      version: about.version,
      license: { name: "MIT" },
      description: `Facts come down by event, in the order of their commit. Actions: ${ACTIONS}. Close codes and what a client does: ${CLOSE_CODES}.`,
    },
    defaultContentType: "application/json",
    servers: {
      socket: {
        host: socket.host,
        pathname: socket.pathname,
        protocol: socket.protocol.slice(0, -1),
        description: "Open with a token of POST /api/realtime/token.",
      },
    },
    channels: {
      socket: {
        address: "/",
        title: "The socket",
        servers: [{ $ref: "#/servers/socket" }],
        messages: channelMessages({ ...UP, ...DOWN }),
      },
      stream: {
        address: "/api/events/stream",
        title: "The event stream (SSE) of one team",
        messages: channelMessages(STREAM),
      },
    },
    operations: {
      listen: {
        action: "receive",
        summary: "What the server hears",
        channel: { $ref: "#/channels/socket" },
        messages: references("socket", UP),
      },
      tell: {
        action: "send",
        summary: "What the server says",
        channel: { $ref: "#/channels/socket" },
        messages: references("socket", DOWN),
      },
      stream: {
        action: "send",
        summary: "What the event stream says",
        channel: { $ref: "#/channels/stream" },
        messages: references("stream", STREAM),
      },
    },
    components: { messages: messages({ ...UP, ...DOWN, ...STREAM }), schemas },
  };
};
