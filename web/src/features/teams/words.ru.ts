import type { Translated } from "../../i18n/translator.ts";
import type { words as english } from "./words.en.ts";

export const words = {
  teams: {
    firstTitle: "Здравствуйте, {name}",
    firstText: "Доски принадлежат команде. Назовите свою; людей можно пригласить потом.",
    name: "Название команды",
    create: "Создать команду",
    new: "Новая команда",
    settings: "Настройки команды",
    settingsOf: "Настройки: {name}",
    rename: "Переименовать",
    leave: "Покинуть команду",
    leaveTitle: "Покинуть команду «{name}»?",
    leaveText: "Её доски станут вам недоступны. Чтобы вернуться, понадобится новое приглашение.",
  },
  deleteTeam: {
    delete: "Удалить команду",
    title: "Удалить команду «{name}»?",
    text: "Все её доски и задачи удалятся у всех. Отменить это будет нельзя.",
    type: "Для подтверждения введите название команды: {name}",
  },
} satisfies Translated<typeof english>;
