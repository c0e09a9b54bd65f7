import type { ServerSentEvent } from "./ports.ts";

export type EventSourceSink = {
  readonly event: (event: ServerSentEvent) => void;
  readonly comment: (text: string) => void;
};

/** Reads server-sent events from text that comes in pieces of any size. Ids are left to who reads the data. */
export const eventReader = (sink: EventSourceSink): ((text: string) => void) => {
  let rest = "";
  let event = "";
  let data: string[] = [];
  const line = (text: string): void => {
    if (text === "") {
      if (data.length > 0) sink.event({ event: event || "message", data: data.join("\n") });
      event = "";
      data = [];
      return;
    }
    if (text.startsWith(":")) {
      sink.comment(text.slice(1));
      return;
    }
    const colon = text.indexOf(":");
    const name = colon === -1 ? text : text.slice(0, colon);
    const value = colon === -1 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (name === "event") event = value;
    if (name === "data") data.push(value);
  };
  return (text) => {
    rest += text;
    // A return at the very end may be half of a line's end.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const each of lines) line(each);
  };
};
