import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export type Metrics = ReturnType<typeof createMetrics>;

/** All metrics of a process, in its own registry. docs/operations.md describes each. */
export const createMetrics = () => {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  let beforeScrape = async () => {};

  return {
    registry,
    collectDefaults: () => collectDefaultMetrics({ register: registry }),
    pubsubPublished: counter("pubsub_messages_published_total", "Messages handed to pub/sub."),
    pubsubReceived: counter("pubsub_messages_received_total", "Messages that pub/sub delivered."),
    pubsubRejected: counter(
      "pubsub_messages_rejected_total",
      "Messages from pub/sub that did not validate, by what became of them.",
      ["reason"],
    ),
    pubsubSubscriptions: gauge("pubsub_subscriptions_active", "Channels and patterns subscribed to."),
    connections: gauge("wss_connections", "Open sockets that were accepted."),
    tenants: gauge("wss_tenants", "Tenants with at least one joined socket on this node."),
    deliveries: counter("wss_deliveries_total", "Events handed to sockets, one for each socket."),
    deliverySeconds: new Histogram({
      name: "wss_delivery_seconds",
      help: "From an event's commit to its hand-over to the sockets of this node.",
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    replays: counter("wss_replays_total", "Answers to subscribe, by outcome.", ["outcome"]),
    slowConsumers: counter("wss_slow_consumers_total", "Sockets closed because they read too slowly."),
    refusals: counter("wss_refusals_total", "Sockets turned away because too many came at once."),
    closes: counter("wss_closes_total", "Sockets closed by the server, by code.", ["code"]),
    feedRepairs: counter("feed_repairs_total", "Feeds that were behind the log and read it, by reason.", ["reason"]),
    sseConnections: gauge("sse_connections", "Open event streams."),
    httpSeconds: new Histogram({
      name: "http_request_duration_seconds",
      help: "REST requests from first byte to answer.",
      labelNames: ["method", "route", "status"],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    relayed: counter("relay_events_total", "Events that the relay handed to pub/sub, by path.", ["path"]),
    relayFailures: counter("relay_failures_total", "Attempts of the relay that failed and are tried again."),
    consumerLag: new Gauge({
      name: "consumer_lag_events",
      help: "Events that a log consumer has still to take, over all tenants.",
      labelNames: ["consumer"],
      registers,
      collect: () => beforeScrape(),
    }),
    /** Has `measure` called before each reading of the metrics, to set `consumerLag`; it must not reject. */
    measureLag: (measure: () => Promise<void>) => {
      beforeScrape = measure;
    },
    consumerEvents: counter("consumer_events_total", "Events that a log consumer has taken.", ["consumer"]),
    consumerFailures: counter("consumer_failures_total", "Attempts of a log consumer that failed and are repeated.", [
      "consumer",
    ]),
    consumerMissed: counter(
      "consumer_missed_events_total",
      "Events that were deleted before a log consumer took them.",
      ["consumer"],
    ),
    jobs: counter("jobs_total", "Jobs that ended, by queue and outcome.", ["queue", "outcome"]),
  };
};
