// Review by keyboard, beside labelling.js: n skips, u takes back, b hides or shows suggestions; the codebook opens at the
// theme that is pointed at.
"use strict";
(() => {
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat || typing(event.target)) return;
    if (!/^[a-z]$/.test(event.key)) return;
    const target = document.querySelector(`[data-press="${event.key}"]`);
    if (!target) return;
    event.preventDefault();
    target.click();
  });

  const entries = [...document.querySelectorAll("[data-code]")];
  const open = (code) => {
    const wanted = entries.find((entry) => entry.dataset.code === code);
    if (!wanted) return;
    for (const entry of entries) entry.open = entry === wanted;
    // Only the codebook's own column scrolls; on a phone, where it stands below, nothing moves.
    const column = wanted.closest(".codebook-beside");
    if (column && column.scrollHeight > column.clientHeight) column.scrollTop = wanted.offsetTop - column.offsetTop;
  };
  const codeOf = (target) => {
    const button = target.closest("button[name=theme]");
    if (button) return button.value.split(".")[0];
    const sub = target.closest(".sub-codes")?.querySelector("button[name=theme]");
    return sub ? sub.value.split(".")[0] : "";
  };
  let waiting = 0;
  for (const form of document.querySelectorAll("[data-label-form]")) {
    form.addEventListener("focusin", (event) => open(codeOf(event.target)));
    form.addEventListener("pointerover", (event) => {
      clearTimeout(waiting);
      const code = codeOf(event.target);
      if (code && event.pointerType === "mouse") waiting = setTimeout(() => open(code), 150);
    });
  }
  for (const keys of document.querySelectorAll("[data-keys]")) keys.hidden = false;

  // A page that the browser kept would show a label that was changed since.
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
