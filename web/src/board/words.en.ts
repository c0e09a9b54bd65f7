export const words = {
  start: { board: "First board", todo: "To do", doing: "Doing", done: "Done" },
  announce: {
    someone: "Somebody",
    moved: "“{title}” moved to {column}, position {position, number}.",
    columnMoved: "The column {name} is now at position {position, number}.",
    picked:
      "Picked up “{title}”, {column}, {position, number} of {count, number}. The arrow keys move it, Space drops it, Escape cancels.",
    place: "{column}, {position, number} of {count, number}",
    putBack: "“{title}” was not moved.",
    painted: "Colour: {color}",
    archived: "“{title}” archived.",
    otherMoved: "{name} moved “{title}” to {column}.",
    otherAdded: "{name} added “{title}” to {column}.",
    otherChanged: "{name} changed “{title}”.",
    otherDeleted: "{name} deleted “{title}”.",
    many: "{count, plural, one {# change by others.} other {# changes by others.}}",
  },
};
