import type { RealtimePorts } from "../ports.ts";
import { Poller, type PollSink } from "./polling-transport.ts";
import { Streams, type StreamsSink } from "./sse-transport.ts";

export type Lower = { readonly streams: Streams | null; readonly poller: Poller | null };

/** What serves below the socket. Loaded when it is needed: most pages never do. */
export const createLower = (
  ports: RealtimePorts,
  sink: { readonly streams: StreamsSink; readonly polls: PollSink },
): Lower => ({
  streams: ports.stream === undefined ? null : new Streams(ports.stream, ports, sink.streams),
  poller: ports.poll === undefined ? null : new Poller(ports.poll, ports, sink.polls),
});
