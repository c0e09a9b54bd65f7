// Collects garbage on request, so that a measurement does not depend on the time of the last collection.
process.on("SIGUSR2", () => {
  if (typeof Bun === "undefined") globalThis.gc?.();
  else Bun.gc(true);
});
// Exits normally, because Bun writes the CPU profile at exit. No socket is left to drain.
process.on("SIGTERM", () => process.exit(0));
