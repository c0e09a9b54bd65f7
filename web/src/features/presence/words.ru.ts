import type { Translated } from "../../i18n/translator.ts";
import type { words as english } from "./words.en.ts";

export const words = {
  presence: {
    here: "{count, plural, one {Здесь {names}} few {Здесь {names}} many {Здесь {names}} other {Здесь {names}}}",
    also: "тоже смотрит",
  },
} satisfies Translated<typeof english>;
