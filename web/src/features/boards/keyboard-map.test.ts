import { describe, expect, test } from "bun:test";
import { commandOf, type KeyPress } from "./keyboard-map.ts";

const press = (key: string, code = "", more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...more,
});

describe("keys on the board", () => {
  test("arrows and J K H L select", () => {
    expect(commandOf(press("ArrowDown", "ArrowDown"))).toEqual({ type: "select", direction: "down" });
    expect(commandOf(press("h", "KeyH"))).toEqual({ type: "select", direction: "left" });
  });

  test("letters follow `code` on a Russian layout", () => {
    expect(commandOf(press("о", "KeyJ"))).toEqual({ type: "select", direction: "down" });
    expect(commandOf(press("т", "KeyN"))).toEqual({ type: "new" });
    expect(commandOf(press(".", "Slash"))).toEqual({ type: "search" });
    expect(commandOf(press(",", "Slash", { shiftKey: true }))).toEqual({ type: "help" });
  });

  test("letters follow `key` on another Latin layout", () => {
    expect(commandOf(press("m", "Semicolon"))).toEqual({ type: "move" });
    expect(commandOf(press("n", "KeyL"))).toEqual({ type: "new" });
  });

  test("digits set the colour, zero removes it", () => {
    expect(commandOf(press("1", "Digit1"))).toEqual({ type: "color", color: "gray" });
    expect(commandOf(press("9", "Digit9"))).toEqual({ type: "color", color: "pink" });
    expect(commandOf(press("0", "Digit0"))).toEqual({ type: "color", color: null });
  });

  test("the browser keeps its own combinations", () => {
    expect(commandOf(press("f", "KeyF", { ctrlKey: true }))).toBeNull();
    expect(commandOf(press("q", "KeyQ", { metaKey: true }))).toBeNull();
    expect(commandOf(press("ArrowLeft", "ArrowLeft", { altKey: true }))).toBeNull();
  });

  test("with single keys off only arrows, Enter, Space and Escape act", () => {
    expect(commandOf(press("n", "KeyN"), false)).toBeNull();
    expect(commandOf(press("?", "Slash", { shiftKey: true }), false)).toBeNull();
    expect(commandOf(press(" ", "Space"), false)).toEqual({ type: "grab" });
  });
});
