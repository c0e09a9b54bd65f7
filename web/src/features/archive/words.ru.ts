import type { Translated } from "../../i18n/translator.ts";
import type { words as english } from "./words.en.ts";

export const words = {
  archive: {
    open: "Архив задач",
    title: "Архив задач",
    search: "Поиск в архиве",
    empty: "Архив пуст. Задачу можно отправить сюда через её меню.",
    nothing: "В архиве нет подходящих задач.",
    count:
      "{count, plural, one {# задача в архиве} few {# задачи в архиве} many {# задач в архиве} other {# задачи в архиве}}",
    about: "{column}, в архиве с {at}",
    restore: "Вернуть",
    restoreOne: "Вернуть «{title}»",
    deleteOne: "Удалить «{title}»",
    more: "{count, plural, one {Показать ещё #} few {Показать ещё #} many {Показать ещё #} other {Показать ещё #}}",
    restored: "Задача «{title}» снова на доске.",
    done: "В архиве: {title}",
    undo: "Отменить",
    isArchived: "В архиве с {at}. На доске не показывается.",
    board: "Убрать доску в архив",
    restoreBoard: "Вернуть доску из архива",
    boardIsArchived: "В архиве",
    boards:
      "{count, plural, one {# доска в архиве} few {# доски в архиве} many {# досок в архиве} other {# доски в архиве}}",
  },
} satisfies Translated<typeof english>;
