// Light or dark: the system's choice until the reader makes one. Runs before the page is drawn, so that nothing flashes.
"use strict";
(() => {
  const root = document.documentElement;
  const kept = () => { try { return localStorage.getItem("appearance"); } catch { return null; } };
  const show = (scheme) => { if (scheme) root.dataset.colourScheme = scheme; else delete root.dataset.colourScheme; };
  show(kept());
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-appearance]");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      const dark = root.dataset.colourScheme ? root.dataset.colourScheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      const next = dark ? "light" : "dark";
      show(next);
      try { localStorage.setItem("appearance", next); } catch { /* Without storage the choice holds for this page. */ }
    });
  });
})();
