/**
 * Replaces this process with a new run of the same script (execve), so that signals to its pid still reach it.
 * Needed after an install: Bun has cached that node_modules does not exist.
 */
export const restart = (): void => {
  process.execve?.(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)]);
};
