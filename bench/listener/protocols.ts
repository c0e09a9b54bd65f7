/** Artel and plain sockets send all join messages at once, socket.io one after the other. */
export type Protocol = "artel" | "plain" | "socket.io";

/** `sends` is the index of the join message to send next. */
export type Reaction = { readonly sends?: number; readonly isJoined?: true; readonly reply?: string };

type ProtocolHandler = {
  readonly path: string;
  /** The number of join messages to send as soon as the socket is open. */
  readonly initial: number;
  /** Handles a short text of the server. */
  onText(text: string): Reaction | null;
};

const PLAIN: ProtocolHandler = {
  path: "/ws",
  initial: Number.POSITIVE_INFINITY,
  onText: (text) => {
    if (text.startsWith('{"type":"subscribed"')) return { isJoined: true };
    if (text.startsWith('{"type":"error"')) throw new Error(`a subscription was rejected: ${text}`);
    return null;
  },
};

export const PROTOCOL_HANDLERS: Record<Protocol, ProtocolHandler> = {
  artel: PLAIN,
  plain: PLAIN,
  "socket.io": {
    path: "/socket.io/?EIO=4&transport=websocket",
    initial: 0,
    onText: (text) => {
      if (text === "2") return { reply: "3" };
      if (text.startsWith("0{")) return { sends: 0 };
      if (text.startsWith("40{")) return { sends: 1 };
      if (text.startsWith('42["subscribed"')) return { isJoined: true };
      return null;
    },
  },
};
