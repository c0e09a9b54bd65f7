import type { ServerSentEvent } from "../../client/realtime/ports.ts";
import { parseJson } from "../../shared/json.ts";
import type { Position } from "../../shared/protocol/position.ts";

/** What one socket or stream was sent, held to what the protocol promises of a subscription, whatever its reader makes of it. */
export class Wire {
  /** The last event sent, or the head that was joined at; `null` while that cannot be told from here. */
  #last: Position | null = null;

  /** Answers what is wrong with a frame; `null` when nothing is. */
  hear(text: string): string | null {
    if (text.startsWith('{"type":"message"')) return this.#event(positionIn(text));
    if (text.startsWith('{"type":"subscribed"')) {
      const { epoch, seq, recovered } = parseJson(text) as Position & { readonly recovered: boolean };
      this.#last = recovered ? null : { epoch, seq };
    } else if (text.startsWith('{"type":"unsubscribed"')) this.#last = null;
    else if (text.startsWith('{"type":"heartbeat"')) return this.#heartbeat(text);
    return null;
  }

  /** The same for an event of a stream, which names the point that it goes on from. */
  hearStream({ event, data }: ServerSentEvent): string | null {
    if (event === "message") return this.#event(positionIn(data));
    const at = parseJson(data) as Position;
    if (event === "connected") this.#last = at;
    const last = this.#last;
    if (event !== "heartbeat" || last?.epoch !== at.epoch || at.seq <= last.seq) return null;
    return `a heartbeat at ${at.epoch}:${at.seq} after event ${last.seq}`;
  }

  #event(at: Position | null): string | null {
    const last = this.#last;
    if (at === null) return null;
    this.#last = at;
    const isNext = last === null || (last.epoch === at.epoch && at.seq === last.seq + 1);
    return isNext ? null : `event ${at.epoch}:${at.seq} after ${last.epoch}:${last.seq}`;
  }

  /** All up to a head that is named was sent before. */
  #heartbeat(text: string): string | null {
    const last = this.#last;
    const { heads } = parseJson(text) as { readonly heads: Readonly<Record<string, Position>> };
    for (const { epoch, seq } of Object.values(heads)) {
      if (last?.epoch === epoch && seq > last.seq) return `a heartbeat at ${epoch}:${seq} after event ${last.seq}`;
    }
    return null;
  }
}

/** Where in the history an event of ours stands, without parsing all of it. */
export const positionIn = (text: string): Position | null => {
  const [, seq, epoch] = /"seq":(\d+),"epoch":"([^"]+)"/.exec(text) ?? [];
  return seq === undefined || epoch === undefined ? null : { epoch, seq: Number(seq) };
};
