import type { Translated } from "../i18n/translator.ts";
import type { words as english } from "./words.en.ts";

export const words = {
  start: { board: "Первая доска", todo: "Сделать", doing: "В работе", done: "Готово" },
  announce: {
    someone: "Кто-то",
    moved: "«{title}» теперь в колонке «{column}», место {position, number}.",
    columnMoved: "Колонка «{name}» теперь на месте {position, number}.",
    picked:
      "Задача «{title}» взята: колонка «{column}», {position, number} из {count, number}. Стрелки перемещают её, пробел кладёт, Escape отменяет.",
    place: "Колонка «{column}», {position, number} из {count, number}",
    putBack: "Задача «{title}» осталась на месте.",
    painted: "Цвет: {color}",
    archived: "Задача «{title}» в архиве.",
    otherMoved: "{name}: «{title}» теперь в колонке «{column}».",
    otherAdded: "{name}: новая задача «{title}», колонка «{column}».",
    otherChanged: "{name}: задача «{title}» изменена.",
    otherDeleted: "{name}: задача «{title}» удалена.",
    many: "{count, plural, one {# изменение от других.} few {# изменения от других.} many {# изменений от других.} other {# изменения от других.}}",
  },
} satisfies Translated<typeof english>;
