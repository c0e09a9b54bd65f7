export const words = {
  filter: {
    button: "Filter",
    search: "Search tasks",
    color: "Colour",
    label: "Label",
    person: "Person",
    mine: "My tasks",
    clear: "Clear all",
    nothing: "No tasks match the filter.",
  },
};
