/**
 * Begins the running script again in this process's place, so that its signals still reach it.
 * Bun has looked for node_modules before they were there, and would not look a second time.
 */
export const startAgain = (): void => {
  process.execve?.(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)]);
};
