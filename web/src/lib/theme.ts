import { localStore } from "../../../client/browser/local-store.ts";
import { createStore, useStore } from "./store.ts";

export const THEMES = ["light", "dark", "system"] as const;
export type Theme = (typeof THEMES)[number];

const remembered = localStore.get("theme");
const themeStore = createStore<Theme>(remembered === "light" || remembered === "dark" ? remembered : "system");

export const setTheme = (theme: Theme): void => {
  localStore.set("theme", theme === "system" ? null : theme);
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  themeStore.set(theme);
};

export const useTheme = (): Theme => useStore(themeStore, (theme) => theme);
