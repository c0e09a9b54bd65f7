import type { Translated } from "../../i18n/translator.ts";
import type { words as english } from "./words.en.ts";

export const words = {
  filter: {
    button: "Фильтр",
    search: "Поиск задач",
    color: "Цвет",
    label: "Метка",
    person: "Человек",
    mine: "Мои задачи",
    clear: "Сбросить всё",
    nothing: "Под фильтр не подходит ни одна задача.",
  },
} satisfies Translated<typeof english>;
