/** A browser's local storage, empty; returns the undo. */
export const useLocalStorage = (): (() => void) => {
  const kept = new Map<string, string>();
  const value = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
    removeItem: (key: string) => void kept.delete(key),
  };
  Object.defineProperty(globalThis, "localStorage", { value, configurable: true });
  return () => void Reflect.deleteProperty(globalThis, "localStorage");
};
