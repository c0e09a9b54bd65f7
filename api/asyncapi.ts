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
  auth: {
    schema: authSchema,
    summary: "Authenticate the socket. The first message on it; sent again, it renews the token.",
  },
  subscribe: {
    schema: subscribeSchema,
    summary: "Join a tenant's channel. With `since`, the events after that position are sent first.",
  },
  unsubscribe: { schema: unsubscribeSchema, summary: "Leave a tenant's channel." },
  sayPresence: { schema: sayPresenceSchema, summary: "Set the presence that others see, in place of the earlier one." },
  ping: { schema: pingSchema, summary: "Ask for a pong." },
};

const DOWN: Record<string, Described> = {
  ready: { schema: readySchema, summary: "The server accepted the token." },
  subscribed: { schema: subscribedSchema, summary: "The channel is joined; `seq` is the head of its log." },
  event: { schema: sequencedMessageSchema, summary: "An event of the tenant's log." },
  foreignEvent: {
    schema: unsequencedMessageSchema,
    summary: "An event from another backend, without a position in a log.",
  },
  unsubscribed: { schema: unsubscribedSchema, summary: "The channel was left, with the reason." },
  heartbeat: { schema: heartbeatSchema, summary: "The server has sent all events up to these heads." },
  presence: { schema: presenceSchema, summary: "Everyone's presence: complete on joining, then changes." },
  pong: { schema: pongSchema, summary: "The answer to a ping." },
  error: { schema: errorSchema, summary: "A request failed; the socket stays open." },
};

const STREAM: Record<string, Described> = {
  streamConnected: { schema: sseConnectedSchema, summary: "`event: connected`, the first event on every stream." },
  streamEvent: {
    schema: sequencedMessageSchema,
    summary: "`event: message`, an event of the team's log, as on the socket.",
  },
  streamHeartbeat: {
    schema: sseHeartbeatSchema,
    summary: "`event: heartbeat`, every 25 s, with the head up to which the server has sent all events.",
  },
  streamJobCompleted: {
    schema: sseJobCompletedSchema,
    summary: "`event: job_completed`, when a job of the team has ended.",
  },
  streamUnsubscribed: {
    schema: sseUnsubscribedSchema,
    summary: "`event: unsubscribed`, with the reason; the stream ends after it.",
  },
};

/** The JSON Schemas of all messages and of the data of every action, by name. */
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

/** Moves the schemas that Zod collects under `__shared` beside the others. */
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

/** The AsyncAPI 3 document of the socket and the event stream, from the schemas that validate every message. */
export const asyncApiDocument = (about: { readonly version: string; readonly socketUrl: string }) => {
  schemas ??= componentSchemas();
  const socket = new URL(about.socketUrl);
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Artel realtime",
      version: about.version,
      license: { name: "MIT" },
      description: `Events come in the order of their commits. Actions: ${ACTIONS}. Close codes with a client's reaction: ${CLOSE_CODES}.`,
    },
    defaultContentType: "application/json",
    servers: {
      socket: {
        host: socket.host,
        pathname: socket.pathname,
        protocol: socket.protocol.slice(0, -1),
        description: "Open it, and authenticate with a token of POST /api/realtime/token.",
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
        summary: "Messages from the client to the server",
        channel: { $ref: "#/channels/socket" },
        messages: references("socket", UP),
      },
      tell: {
        action: "send",
        summary: "Messages from the server to the client",
        channel: { $ref: "#/channels/socket" },
        messages: references("socket", DOWN),
      },
      stream: {
        action: "send",
        summary: "Events of the event stream",
        channel: { $ref: "#/channels/stream" },
        messages: references("stream", STREAM),
      },
    },
    components: { messages: messages({ ...UP, ...DOWN, ...STREAM }), schemas },
  };
};
