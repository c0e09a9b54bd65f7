import type { Translated } from "../i18n/translator.ts";
import type { words as english } from "./words.en.ts";

export const words = {
  shell: { skip: "Перейти к содержанию", openMenu: "Открыть меню", closeMenu: "Закрыть меню" },
  rail: {
    label: "Команды и доски",
    home: "Artel: мои доски",
    boards: "Мои доски",
    narrow: "Свернуть боковую панель",
    widen: "Развернуть боковую панель",
  },
  notFound: {
    title: "Страница не найдена",
    text: "Возможно, в ссылке опечатка или страница удалена.",
  },
} satisfies Translated<typeof english>;
