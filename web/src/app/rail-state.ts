import { localStore } from "../../../client/browser/local-store.ts";
import { createStore, useStore } from "../lib/store.ts";

type RailState = {
  /** Shows icons only. Stored on the device. */
  slim: boolean;
  /** The rail is open over the page, on a phone. */
  drawer: boolean;
};

export const railStore = createStore<RailState>({ slim: localStore.get("rail") === "slim", drawer: false });
railStore.subscribe(() => localStore.set("rail", railStore.get().slim ? "slim" : null));

export const setDrawer = (drawer: boolean): void =>
  railStore.set((state) => (state.drawer === drawer ? state : { ...state, drawer }));

export const useRail = (): RailState => useStore(railStore, (state) => state);
