/** NOTIFY limits a payload to less than 8,000 bytes; longer messages are split. In characters of base64. */
const PART_LENGTH = 7_000;
/** Above this many incomplete messages the oldest is dropped: its other parts were probably lost. */
const MAX_INCOMPLETE = 100;

export type MessageCodec = {
  /** The notification payloads of a message, to be sent in order. */
  encode(channel: string, payload: string): string[];
  /** Takes one notification payload. Returns the message once it is complete, else `null`. */
  decode(part: string): { readonly channel: string; readonly payload: string } | null;
};

const fromBase64 = (text: string) => Buffer.from(text, "base64").toString("utf8");
const toBase64 = (text: string) => Buffer.from(text, "utf8").toString("base64");

/**
 * Encodes messages as base64, because NOTIFY payloads cannot contain U+0000, and splits them into `id index count
 * part`.
 */
export const createMessageCodec = (): MessageCodec => {
  const incomplete = new Map<string, string[]>();
  return {
    encode: (channel, payload) => {
      const text = `${toBase64(channel)} ${toBase64(payload)}`;
      const count = Math.ceil(text.length / PART_LENGTH);
      const id = crypto.randomUUID();
      return Array.from(
        { length: count },
        (_, index) => `${id} ${index} ${count} ${text.slice(index * PART_LENGTH, (index + 1) * PART_LENGTH)}`,
      );
    },
    decode: (part) => {
      const [, id, index, count, text] = /^(\S+) (\d+) (\d+) ([\s\S]*)$/.exec(part) ?? [];
      if (id === undefined || text === undefined) return null;
      const parts = incomplete.get(id) ?? [];
      parts.push(text);
      if (parts.length !== Number(index) + 1 || parts.length < Number(count)) {
        incomplete.set(id, parts);
        for (const oldest of incomplete.keys()) {
          if (incomplete.size <= MAX_INCOMPLETE) break;
          incomplete.delete(oldest);
        }
        return null;
      }
      incomplete.delete(id);
      const [channel = "", payload = ""] = parts.join("").split(" ");
      return { channel: fromBase64(channel), payload: fromBase64(payload) };
    },
  };
};
