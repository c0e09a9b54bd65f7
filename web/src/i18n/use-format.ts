import { useMemo } from "react";
import { makeFormat } from "./format.ts";
import { useTranslation } from "./use-translation.ts";

/** Dates and numbers as the chosen language writes them. */
export const useFormat = () => {
  const { language } = useTranslation();
  return useMemo(() => makeFormat(language), [language]);
};
