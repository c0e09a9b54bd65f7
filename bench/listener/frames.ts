/** Receives the frames of a WebSocket connection. */
export type FrameHandler = {
  /** A frame of fewer than `longFrom` bytes. */
  onShort(opcode: number, payload: Buffer): void;
  /** A longer frame. `tail` is its last TAIL_LENGTH bytes, `null` unless `readsTails`. */
  onLong(tail: Buffer | null): void;
};

const TAIL_LENGTH = 64;
/** The servers under test send no longer frames and no fragmented messages. */
const MAX_LENGTH = 64 * 1024;
const FINAL = 0x80;
const EMPTY = Buffer.alloc(0);

/**
 * Parses a server's frames cheaply: skips the payload of long ones unless `readsTails`.
 * @throws Error on a fragmented or too long frame.
 */
export class FrameReader {
  readonly #longFrom: number;
  readonly #readsTails: boolean;
  readonly #handler: FrameHandler;
  #rest: Buffer = EMPTY;
  /** Missing bytes of the current long frame. */
  #toSkip = 0;

  constructor(longFrom: number, readsTails: boolean, handler: FrameHandler) {
    this.#longFrom = longFrom;
    this.#readsTails = readsTails;
    this.#handler = handler;
  }

  feed(chunk: Buffer): void {
    let data = chunk;
    if (this.#rest.length > 0) {
      data = Buffer.concat([this.#rest, chunk]);
      this.#rest = EMPTY;
    }
    let at = 0;
    if (this.#toSkip > 0) {
      at = Math.min(this.#toSkip, data.length);
      this.#toSkip -= at;
      if (this.#toSkip > 0) return;
      this.#handler.onLong(null);
    }
    while (at < data.length) {
      const next = this.#frame(data, at);
      if (next < 0) {
        this.#rest = Buffer.from(data.subarray(at));
        return;
      }
      at = next;
    }
  }

  /** Parses the frame at `at`. Returns the offset of the next frame, or -1 when this one is incomplete. */
  #frame(data: Buffer, at: number): number {
    const available = data.length - at;
    if (available < 2) return -1;
    const code = (data[at + 1] ?? 0) & 0x7f;
    const head = code < 126 ? 2 : code === 126 ? 4 : 10;
    if (available < head) return -1;
    const length = code < 126 ? code : code === 126 ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2));
    const end = at + head + length;
    // Fail loudly: one misread length would silently skip the rest of the connection.
    if (length > MAX_LENGTH || ((data[at] ?? 0) & 0xf0) !== FINAL) throw new Error("the frame parser is out of sync");
    if (length >= this.#longFrom && !this.#readsTails) {
      if (end > data.length) {
        this.#toSkip = end - data.length;
        return data.length;
      }
      this.#handler.onLong(null);
      return end;
    }
    if (end > data.length) return -1;
    if (length >= this.#longFrom) this.#handler.onLong(data.subarray(end - TAIL_LENGTH, end));
    else this.#handler.onShort((data[at] ?? 0) & 0x0f, data.subarray(at + head, end));
    return end;
  }
}

export const OPCODE = { TEXT: 1, CLOSE: 8, PING: 9, PONG: 10 } as const;

/** Encodes a client's frame. Clients must mask; an all-zero key leaves the payload unchanged. */
export const clientFrame = (opcode: number, payload: Buffer): Buffer => {
  const { length } = payload;
  const head = Buffer.from(
    length < 126 ? [0x80 | opcode, 0x80 | length] : [0x80 | opcode, 0xfe, length >> 8, length & 0xff],
  );
  return Buffer.concat([head, Buffer.alloc(4), payload]);
};
