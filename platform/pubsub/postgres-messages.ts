/** A notice holds less than 8,000 bytes; what is longer travels in parts. */
const PART_LENGTH = 7_000;
/** Parts whose others never come are forgotten. */
const MAX_OPEN = 100;

export type PostgresMessages = {
  /** The notices that carry a message, in order. */
  write(channel: string, payload: string): string[];
  /** Reads a notice; answers the message when it is whole. */
  read(notice: string): { readonly channel: string; readonly payload: string } | null;
};

const decode = (text: string) => Buffer.from(text, "base64").toString("utf8");
const encode = (text: string) => Buffer.from(text, "utf8").toString("base64");

/** Messages as notices: in base64, for a notice is text without U+0000, and cut into `id index count part`. */
export const createPostgresMessages = (): PostgresMessages => {
  const open = new Map<string, string[]>();
  return {
    write: (channel, payload) => {
      const text = `${encode(channel)} ${encode(payload)}`;
      const count = Math.ceil(text.length / PART_LENGTH);
      const id = crypto.randomUUID();
      return Array.from(
        { length: count },
        (_, index) => `${id} ${index} ${count} ${text.slice(index * PART_LENGTH, (index + 1) * PART_LENGTH)}`,
      );
    },
    read: (notice) => {
      const [, id, index, count, part] = /^(\S+) (\d+) (\d+) ([\s\S]*)$/.exec(notice) ?? [];
      if (id === undefined || part === undefined) return null;
      const parts = open.get(id) ?? [];
      parts.push(part);
      if (parts.length !== Number(index) + 1 || parts.length < Number(count)) {
        open.set(id, parts);
        for (const oldest of open.keys()) {
          if (open.size <= MAX_OPEN) break;
          open.delete(oldest);
        }
        return null;
      }
      open.delete(id);
      const [channel = "", payload = ""] = parts.join("").split(" ");
      return { channel: decode(channel), payload: decode(payload) };
    },
  };
};
