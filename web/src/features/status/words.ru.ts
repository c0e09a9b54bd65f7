import type { Translated } from "../../i18n/translator.ts";
import type { words as english } from "./words.en.ts";

export const words = {
  live: {
    live: "На связи",
    streaming: "На связи потоком",
    reconnecting: "Восстанавливаем связь",
    offline: "Нет сети",
    polling: "Опрос",
    justNow: "Обновлено только что",
    updated: "Обновлено {ago}",
    refresh: "Обновить сейчас",
    why: "Почему нет постоянной связи?",
    about: {
      live: "Изменения приходят сразу",
      streaming: "Изменения приходят сразу, потоком: сокет здесь невозможен",
      reconnecting: "Связь прервалась, восстанавливаем",
      offline: "Сети нет, но работать можно",
      polling: "Постоянное соединение здесь невозможно, страница сама спрашивает об изменениях каждые несколько секунд",
    },
    reasons: {
      "signed-out": "Вы вышли",
      "forged-token": "Сервер отклоняет соединение этой страницы. Обновите её.",
      "invalid-message": "Страница старше сервера. Обновите её.",
      "too-big": "Сообщение оказалось слишком большим для сервера.",
    },
  },
  waiting: {
    kept: "Показано то, что было актуально {ago}.",
    notKept: "Этот браузер не может их сохранить: они пропадут вместе со страницей.",
    offline: "Нет сети.",
    reconnecting: "Восстанавливаем связь.",
    goOn: "Работайте дальше: изменения уйдут, когда связь вернётся.",
    changes:
      "{count, plural, one {# изменение ждёт и уйдёт, когда связь вернётся.} few {# изменения ждут и уйдут, когда связь вернётся.} many {# изменений ждут и уйдут, когда связь вернётся.} other {# изменения ждут и уйдут, когда связь вернётся.}}",
  },
  refused: {
    more: "{count, plural, one {и ещё #} few {и ещё #} many {и ещё #} other {и ещё #}}",
    dismissAll: "Скрыть все",
    copy: "Скопировать написанное",
    what: {
      "task.create": "Задача «{title}» не добавлена.",
      "task.update": "Изменение задачи «{title}» отменено.",
      "task.move": "Задача «{title}» возвращена на место.",
      "task.delete": "Задача «{title}» не удалена.",
      "column.create": "Колонка «{title}» не добавлена.",
      "column.update": "Изменение колонки «{title}» отменено.",
      "column.move": "Колонка «{title}» возвращена на место.",
      "column.delete": "Колонка «{title}» не удалена.",
      "label.create": "Метка «{title}» не добавлена.",
      "label.update": "Изменение метки «{title}» отменено.",
      "label.delete": "Метка «{title}» не удалена.",
      "board.create": "Доска «{title}» не создана.",
      "board.update": "Изменение доски «{title}» отменено.",
      "board.delete": "Доска «{title}» не удалена.",
    },
  },
} satisfies Translated<typeof english>;
