/** `texts` are said when it is their turn: for Artel all at once, for socket.io one after another. */
export type Protocol = "artel" | "plain" | "socket.io";

export type Reaction = { readonly says?: number; readonly isJoined?: true; readonly answers?: string };

type Dialogue = {
  readonly path: string;
  /** How many of the texts are said as soon as the socket is open. */
  readonly first: number;
  /** What a short text of the server leads to. */
  hear(text: string): Reaction | null;
};

const PLAIN: Dialogue = {
  path: "/ws",
  first: Number.POSITIVE_INFINITY,
  hear: (text) => {
    if (text.startsWith('{"type":"subscribed"')) return { isJoined: true };
    if (text.startsWith('{"type":"error"')) throw new Error(`a subscription was refused: ${text}`);
    return null;
  },
};

export const DIALOGUES: Record<Protocol, Dialogue> = {
  artel: PLAIN,
  plain: PLAIN,
  "socket.io": {
    path: "/socket.io/?EIO=4&transport=websocket",
    first: 0,
    hear: (text) => {
      if (text === "2") return { answers: "3" };
      if (text.startsWith("0{")) return { says: 0 };
      if (text.startsWith("40{")) return { says: 1 };
      if (text.startsWith('42["subscribed"')) return { isJoined: true };
      return null;
    },
  },
};
