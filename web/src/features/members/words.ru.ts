import type { Translated } from "../../i18n/translator.ts";
import type { words as english } from "./words.en.ts";

export const words = {
  rolesAbout: {
    viewer: "Вы видите всё, но ничего не меняете.",
    member: "Вы можете работать на всех досках.",
    admin: "Вы можете работать на всех досках и управлять участниками.",
    owner: "Вы можете в команде всё.",
  },
  members: {
    title: "Участники",
    you: "(вы)",
    roleOf: "Роль: {name}",
    remove: "Исключить",
    removeOne: "Исключить: {name}",
    removeTitle: "Исключить из команды: {name}?",
    removeText: "Доступ пропадёт сразу. Задачи останутся, но без этого исполнителя.",
  },
  invite: {
    title: "Пригласить людей",
    text: "Ссылка одноразовая и действует семь дней. Отправьте её любым способом.",
    role: "Роль",
    email: "Почта (необязательно)",
    anyone: "любой, у кого есть ссылка",
    create: "Создать ссылку",
    link: "Ссылка-приглашение",
    copy: "Копировать",
    copied: "Скопировано",
    withdraw: "Отозвать приглашение",
    about: "{role}, для: {who}, до {until}",
  },
  join: {
    invites: "{name} приглашает вас в команду",
    as: "Ваша роль: {role}",
    until: "Приглашение действует до {until}.",
    join: "Присоединиться",
    signedInAs: "Вы вошли как {name} ({email}).",
    endedTitle: "Это приглашение больше не действует",
    endedText: "Его использовали, отозвали, или его срок истёк. Попросите новую ссылку.",
  },
} satisfies Translated<typeof english>;
