/**
 * A TCP port that was free a moment ago, for programs that cannot pick one themselves.
 * Another process may take it first: the caller retries with another one.
 */
export const freePort = (): number => {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  try {
    return probe.port;
  } finally {
    probe.stop(true);
  }
};
