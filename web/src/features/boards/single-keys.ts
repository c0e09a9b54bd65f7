import { localStore } from "../../../../client/browser/local-store.ts";
import { createStore } from "../../lib/store.ts";

/** Whether single letters and digits are shortcuts. People who dictate or press keys by accident turn them off. */
export const singleKeysStore = createStore<boolean>(localStore.get("single-keys") !== "off");
singleKeysStore.subscribe(() => localStore.set("single-keys", singleKeysStore.get() ? null : "off"));
