import { useMemo } from "react";
import { makeFormat } from "./format.ts";
import { useTranslation } from "./use-translation.ts";

export const useFormat = () => {
  const { language } = useTranslation();
  return useMemo(() => makeFormat(language), [language]);
};
