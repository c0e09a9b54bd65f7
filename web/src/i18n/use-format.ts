import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { makeFormat } from "./format.ts";

/** Dates and numbers as the chosen language writes them. */
export const useFormat = () => {
  const { i18n } = useTranslation();
  return useMemo(() => makeFormat(i18n.language), [i18n.language]);
};
