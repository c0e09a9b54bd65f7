import { useSyncExternalStore } from "react";

export type Store<State> = {
  readonly get: () => State;
  readonly set: (next: State | ((state: State) => State)) => void;
  readonly subscribe: (listener: () => void) => () => void;
};

/** State outside React. A change renders only the components whose selected part changed. */
export const createStore = <State>(initial: State): Store<State> => {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    set: (next) => {
      const value = next instanceof Function ? next(state) : next;
      if (Object.is(value, state)) return;
      state = value;
      for (const listener of [...listeners]) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

/** Renders when the selected part changes. `select` must return the same value for equal states. */
export const useStore = <State, Part>(store: Store<State>, select: (state: State) => Part): Part =>
  useSyncExternalStore(store.subscribe, () => select(store.get()));
