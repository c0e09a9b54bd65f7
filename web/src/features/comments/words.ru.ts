import type { Translated } from "../../i18n/translator.ts";
import type { words as english } from "./words.en.ts";

export const words = {
  comments: {
    title: "Комментарии",
    none: "Комментариев нет.",
    new: "Новый комментарий",
    hint: "Напишите комментарий. Введите @, чтобы упомянуть участника; можно использовать Markdown.",
    send: "Отправить",
    sent: "Комментарий добавлен.",
    people: "Кого упомянуть",
    tooLong: "Комментарий длиннее 16 КБ, его нельзя отправить.",
    by: "Комментарий, автор: {name}",
    formerMember: "Бывший участник",
    edited: "изменён",
    edit: "Изменить комментарий",
    editing: "Комментарий",
    delete: "Удалить комментарий",
    deleteTitle: "Удалить этот комментарий?",
    deleteText: "Он будет удалён у всех. Отменить это нельзя.",
  },
} satisfies Translated<typeof english>;
