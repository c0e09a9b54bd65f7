// Collects garbage when it is told to, so that memory is compared and not the moment of the last collection.
process.on("SIGUSR2", () => {
  if (typeof Bun === "undefined") globalThis.gc?.();
  else Bun.gc(true);
});
// Ends by itself, for a profile is written at the exit; nobody is left to be drained.
process.on("SIGTERM", () => process.exit(0));
