import { afterAll, afterEach, beforeEach, expect, test } from "bun:test";
import { GlobalRegistrator } from "@happy-dom/global-registrator";
import { useState } from "react";

// React looks for `document` once, when its module is evaluated.
GlobalRegistrator.register({ url: "http://localhost/" });
const { cleanup, fireEvent, render } = await import("@testing-library/react");
const { Dialog } = await import("@base-ui/react/dialog");
const { default: axe } = await import("axe-core");
const { MentionTextarea } = await import("./mention-textarea.tsx");

let log: string[] = [];
beforeEach(() => {
  log = [];
});
afterEach(cleanup);
afterAll(() => GlobalRegistrator.unregister());

const PEOPLE = ["Anna Petrova", "Ben", "Bea", "Олег"].map((name, index) => ({
  id: `0199a000-0000-7000-8000-00000000000${index}`,
  name,
}));

const Comment = ({ cancel, people }: { cancel: boolean; people: typeof PEOPLE }) => {
  const [text, setText] = useState("");
  return (
    <MentionTextarea
      label="Comment"
      value={text}
      onChange={setText}
      people={people}
      onSubmit={() => log.push(`submit ${text}`)}
      onCancel={cancel ? () => log.push("cancel") : undefined}
      words={{ people: "People" }}
      autoFocus
    />
  );
};

/** The avatar's initials stand before the name. */
const nameIn = (option: HTMLElement) => option.querySelector("span:last-child")?.textContent ?? null;

const open = ({ cancel = false, people = PEOPLE } = {}) => {
  const screen = render(
    <Dialog.Root defaultOpen onOpenChange={(isOpen) => log.push(isOpen ? "open" : "close")}>
      <Dialog.Portal>
        <Dialog.Popup aria-label="Task">
          <Comment cancel={cancel} people={people} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>,
  );
  const box = screen.getByRole("textbox", { name: "Comment" });
  if (!(box instanceof HTMLTextAreaElement)) throw new Error("The text box is no text area.");
  box.focus();
  return {
    ...screen,
    box,
    write: (value: string) => fireEvent.change(box, { target: { value } }),
    /** Returns false when the text area prevented the key's default action. */
    press: (key: string, init: KeyboardEventInit = {}) => fireEvent.keyDown(box, { key, ...init }),
    names: () => screen.queryAllByRole("option").map(nameIn),
    active: () => {
      const id = box.getAttribute("aria-activedescendant");
      const option = id === null ? null : document.getElementById(id);
      expect(screen.queryAllByRole("option", { selected: true })).toEqual(option ? [option] : []);
      return option && nameIn(option);
    },
  };
};

test("an @ lists the people and the text box keeps the focus", () => {
  const { box, write, names, active, getByRole } = open();
  expect(box.getAttribute("aria-controls")).toBeNull();
  write("Hi @");
  expect(names()).toEqual(["Anna Petrova", "Ben", "Bea", "Олег"]);
  expect(active()).toBe("Anna Petrova");
  expect(box.getAttribute("aria-controls")).toBe(getByRole("listbox", { name: "People" }).id);
  expect(document.activeElement).toBe(box);
  write("Hi @b");
  expect(names()).toEqual(["Ben", "Bea"]);
  write("Hi @bx");
  expect(names()).toEqual([]);
  expect(active()).toBeNull();
});

test("arrows, Home and End move within the list", () => {
  const { write, press, active } = open();
  write("@");
  for (const [key, name] of [
    ["ArrowDown", "Ben"],
    ["ArrowUp", "Anna Petrova"],
    ["ArrowUp", "Олег"],
    ["ArrowDown", "Anna Petrova"],
    ["End", "Олег"],
    ["Home", "Anna Petrova"],
  ] as const) {
    expect(press(key)).toBe(false);
    expect(active()).toBe(name);
  }
});

for (const key of ["Enter", "Tab"])
  test(`${key} picks the person, and the list stays closed while the text goes on`, () => {
    const { box, write, press, names } = open();
    write("Hi @pe");
    expect(press(key)).toBe(false);
    expect(box.value).toBe("Hi @Anna Petrova ");
    expect(box.selectionStart).toBe(box.value.length);
    expect(names()).toEqual([]);
    write("Hi @Anna Petrova");
    expect(names()).toEqual([]);
    expect(press(key)).toBe(true);
    write("Hi @Anna Petrova @o");
    write("Hi @Anna Petrova @о");
    expect(names()).toEqual(["Олег"]);
  });

test("a person picked within a text leaves what follows", () => {
  const { box, press } = open();
  fireEvent.change(box, { target: { value: "Hi @be there", selectionStart: 6, selectionEnd: 6 } });
  press("ArrowDown");
  press("Enter");
  expect(box.value).toBe("Hi @Bea there");
  expect(box.selectionStart).toBe("Hi @Bea ".length);
});

test("a click picks without taking the focus", () => {
  const { box, write, getByRole } = open();
  write("@be");
  const option = getByRole("option", { name: /Bea/ });
  expect(fireEvent.mouseDown(option)).toBe(false);
  fireEvent.mouseUp(option);
  fireEvent.click(option);
  expect(box.value).toBe("@Bea ");
  expect(document.activeElement).toBe(box);
});

test("a namesake who is not the first is mentioned by id", () => {
  const twins = [PEOPLE[1]!, { id: PEOPLE[2]!.id, name: "Ben" }];
  const { box, write, press } = open({ people: twins });
  write("@");
  press("End");
  press("Enter");
  expect(box.value).toBe(`@[${twins[1]!.id}] `);
});

test("Escape closes the list first and the dialog next", () => {
  const { write, press, names } = open();
  write("@");
  expect(press("Escape")).toBe(false);
  expect(names()).toEqual([]);
  expect(log).toEqual([]);
  write("@b");
  expect(names()).toEqual([]);
  press("Escape");
  expect(log).toEqual(["close"]);
});

test("Escape with the list closed cancels instead of closing the dialog", () => {
  const { write, press } = open({ cancel: true });
  write("@");
  press("Escape");
  expect(log).toEqual([]);
  press("Escape");
  expect(log).toEqual(["cancel"]);
});

test("keys of an input method do nothing", () => {
  const { box, write, press, active } = open({ cancel: true });
  write("@");
  for (const key of ["ArrowDown", "Enter", "Tab", "Escape"]) {
    expect(press(key, { isComposing: true })).toBe(true);
    expect(press(key, { keyCode: 229 })).toBe(true);
  }
  expect(press("Enter", { keyCode: 229, ctrlKey: true })).toBe(true);
  expect(active()).toBe("Anna Petrova");
  expect(box.value).toBe("@");
  expect(log).toEqual([]);
});

test("Ctrl+Enter and ⌘+Enter submit, also while people are listed", () => {
  const { write, press, names } = open();
  write("Hi @");
  expect(press("Enter", { ctrlKey: true })).toBe(false);
  expect(names()).toEqual([]);
  expect(press("Enter", { metaKey: true })).toBe(false);
  expect(log).toEqual(["submit Hi @", "submit Hi @"]);
});

test("Enter without a list and Shift+Tab keep their meaning", () => {
  const { box, write, press } = open();
  write("Hi");
  expect(press("Enter")).toBe(true);
  write("@");
  press("Tab", { shiftKey: true });
  expect(box.value).toBe("@");
});

test("a caret that leaves the mention and a lost focus close the list", () => {
  const { box, write, names } = open();
  write("Hi @b");
  box.setSelectionRange(1, 1);
  // React reads the selection when a key is released.
  fireEvent.keyUp(box);
  expect(names()).toEqual([]);
  write("Hi @be");
  expect(names()).toEqual(["Ben", "Bea"]);
  fireEvent.blur(box);
  expect(names()).toEqual([]);
});

test("axe finds nothing wrong, with and without the list", async () => {
  const { box, write } = open();
  const violations = async () =>
    (await axe.run(box.parentElement!, { rules: { region: { enabled: false } } })).violations.map(({ id }) => id);
  expect(await violations()).toEqual([]);
  write("@");
  expect(await violations()).toEqual([]);
});
