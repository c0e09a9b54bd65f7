export const words = {
  shell: { skip: "Skip to content", openMenu: "Open menu", closeMenu: "Close menu" },
  rail: {
    label: "Teams and boards",
    home: "Artel: my boards",
    boards: "My boards",
    narrow: "Collapse the sidebar",
    widen: "Expand the sidebar",
  },
  notFound: {
    title: "Page not found",
    text: "The link may be wrong, or the page may have been deleted.",
  },
};
