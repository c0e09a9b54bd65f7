// Runs before the first paint, so the page does not flash in the other theme.
try {
  const theme = localStorage.getItem("artel.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; then the system's theme applies.
}
