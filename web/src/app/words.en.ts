export const words = {
  shell: { skip: "Skip to the content", openMenu: "Open the menu", closeMenu: "Close the menu" },
  rail: {
    label: "Teams and boards",
    home: "Artel: my boards",
    boards: "My boards",
    narrow: "Narrow the side bar",
    widen: "Widen the side bar",
  },
  notFound: {
    title: "There is nothing at this address",
    text: "The link may be mistyped, or what it led to is gone.",
  },
};
