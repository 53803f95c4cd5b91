// Read by Solara's page before anything is drawn: dark or light is settled first, so that nothing flashes.
vuetifyThemes = { light: { dark: false, colors: {} }, dark: { dark: true, colors: {} } };
(() => {
  const stored = JSON.parse(localStorage.getItem(":solara:theme.variant") || '"auto"');
  const preferred = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const dark = stored === "dark" || (stored === "auto" && preferred);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
  document.documentElement.lang = "en";
})();
