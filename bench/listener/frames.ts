/** What a WebSocket connection says, cut into frames. */
export type FrameHandler = {
  /** A frame of fewer than `longFrom` bytes. */
  short(opcode: number, payload: Buffer): void;
  /** A longer one; `end` is its last bytes, only where they were asked for. */
  long(end: Buffer | null): void;
};

const END_LENGTH = 64;
/** No server here sends more in one frame, and none sends parts of a message. */
const LONGEST = 64 * 1024;
const FINAL = 0x80;
const NOTHING = Buffer.alloc(0);

/**
 * Reads a server's frames as cheaply as can be: of long ones only the length is looked at, unless `keepsEnds`.
 * @throws when what comes is no whole message.
 */
export class FrameReader {
  readonly #longFrom: number;
  readonly #keepsEnds: boolean;
  readonly #handler: FrameHandler;
  #rest: Buffer = NOTHING;
  /** Bytes of the present long frame that are still to come. */
  #toSkip = 0;

  constructor(longFrom: number, keepsEnds: boolean, handler: FrameHandler) {
    this.#longFrom = longFrom;
    this.#keepsEnds = keepsEnds;
    this.#handler = handler;
  }

  feed(chunk: Buffer): void {
    let data = chunk;
    if (this.#rest.length > 0) {
      data = Buffer.concat([this.#rest, chunk]);
      this.#rest = NOTHING;
    }
    let at = 0;
    if (this.#toSkip > 0) {
      at = Math.min(this.#toSkip, data.length);
      this.#toSkip -= at;
      if (this.#toSkip > 0) return;
      this.#handler.long(null);
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

  /** Reads the frame at `at`; answers where the next one begins, or -1 when more must come first. */
  #frame(data: Buffer, at: number): number {
    const available = data.length - at;
    if (available < 2) return -1;
    const code = (data[at + 1] ?? 0) & 0x7f;
    const head = code < 126 ? 2 : code === 126 ? 4 : 10;
    if (available < head) return -1;
    const length = code < 126 ? code : code === 126 ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2));
    const end = at + head + length;
    // Whoever misreads one length would skip the rest of the connection in silence.
    if (length > LONGEST || ((data[at] ?? 0) & 0xf0) !== FINAL) throw new Error("frames are not read in step any more");
    if (length >= this.#longFrom && !this.#keepsEnds) {
      if (end > data.length) {
        this.#toSkip = end - data.length;
        return data.length;
      }
      this.#handler.long(null);
      return end;
    }
    if (end > data.length) return -1;
    if (length >= this.#longFrom) this.#handler.long(data.subarray(end - END_LENGTH, end));
    else this.#handler.short((data[at] ?? 0) & 0x0f, data.subarray(at + head, end));
    return end;
  }
}

export const OPCODE = { TEXT: 1, CLOSE: 8, PING: 9, PONG: 10 } as const;

/** A client's frame. It must be masked; a key of zeros leaves the bytes as they are. */
export const clientFrame = (opcode: number, payload: Buffer): Buffer => {
  const { length } = payload;
  const head = Buffer.from(
    length < 126 ? [0x80 | opcode, 0x80 | length] : [0x80 | opcode, 0xfe, length >> 8, length & 0xff],
  );
  return Buffer.concat([head, Buffer.alloc(4), payload]);
};
