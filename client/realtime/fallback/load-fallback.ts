import type { RealtimePorts } from "../ports.ts";
import { type PollingHandlers, PollingTransport } from "./polling-transport.ts";
import { SseTransport, type SseTransportHandlers } from "./sse-transport.ts";

/** `null` for a transport without a port. */
export type FallbackTransports = { readonly streams: SseTransport | null; readonly polling: PollingTransport | null };

/** The transports below the socket. This module is loaded on demand, since most pages never leave the socket. */
export const createFallbackTransports = (
  ports: RealtimePorts,
  handlers: { readonly streams: SseTransportHandlers; readonly polling: PollingHandlers },
): FallbackTransports => ({
  streams: ports.stream === undefined ? null : new SseTransport(ports.stream, ports, handlers.streams),
  polling: ports.poll === undefined ? null : new PollingTransport(ports.poll, ports, handlers.polling),
});
