import type { Translated } from "../../i18n/translator.ts";
import type { words as english } from "./words.en.ts";

export const words = {
  imports: {
    button: "Импорт из Trello",
    title: "Импорт доски из Trello",
    text: "В Trello: меню доски, «Печать, экспорт и публикация», «Экспорт в JSON». Затем выберите файл здесь.",
    file: "Файл экспорта Trello",
    choose: "Выберите файл или перетащите его сюда",
    tooBig: "Файл больше 32 МБ.",
    start: "Импортировать",
    sending: "Отправляем…",
    running: "Импортируем:",
    done: "Готово:",
    failed: "Импорт не удался.",
    counts: "{columns}, {tasks}, {labels}.",
    columns: "{count, plural, one {# колонка} few {# колонки} many {# колонок} other {# колонки}}",
    tasks: "{count, plural, one {# задача} few {# задачи} many {# задач} other {# задачи}}",
    labels: "{count, plural, one {# метка} few {# метки} many {# меток} other {# метки}}",
    open: "Открыть доску",
  },
} satisfies Translated<typeof english>;
