// The tag page, made handier: files can be dropped, typed text outlives a log-in that has ended, and what is kept is said.
"use strict";
(() => {
  const form = document.querySelector("[data-tag-form]");
  const store = (work) => { try { return work(sessionStorage); } catch { return null; } };

  if (document.querySelector("[data-tag-results]")) {
    store((kept) => kept.removeItem("typed"));
    document.addEventListener("label-saved", (event) => {
      const { document: name, document_page: page } = event.detail;
      const link = document.querySelector("[data-document]");
      if (!name || !link) return;
      link.textContent = name;
      link.href = page;
      document.querySelector("[data-stored]").hidden = false;
      document.querySelector("[data-not-stored]").hidden = true;
    });
  }
  if (!form) return;

  const texts = form.querySelector("textarea");
  const file = form.querySelector("input[type=file]");
  const zone = form.querySelector("[data-drop-zone]");
  const remove = form.querySelector("[data-remove-file]");
  const send = form.querySelector(".send button");
  const words = send ? send.textContent : "";

  const kept = store((kept) => kept.getItem("typed"));
  if (kept && !texts.value) texts.value = kept;
  texts.addEventListener("input", () => store((kept) => kept.setItem("typed", texts.value)));
  texts.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });

  const showFile = () => {
    const chosen = file.files.length > 0;
    remove.hidden = !chosen;
    form.classList.toggle("has-file", chosen);
  };
  file.addEventListener("change", showFile);
  remove.addEventListener("click", () => { file.value = ""; showFile(); file.focus(); });
  zone.querySelector("[data-drop-hint]").hidden = false;

  // Anywhere in the form: nobody should have to aim, and a file beside the zone must not replace the page.
  let depth = 0;
  const holdsFile = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  const over = (on) => zone.classList.toggle("over", on);
  addEventListener("dragenter", (event) => { if (holdsFile(event)) { depth += 1; over(true); } });
  addEventListener("dragleave", (event) => { if (holdsFile(event)) { depth -= 1; if (depth <= 0) over(false); } });
  addEventListener("dragover", (event) => { if (holdsFile(event)) event.preventDefault(); });
  addEventListener("drop", (event) => {
    if (!holdsFile(event)) return;
    event.preventDefault();
    depth = 0;
    over(false);
    if (!event.dataTransfer.files.length) return;
    const first = new DataTransfer();
    first.items.add(event.dataTransfer.files[0]);
    file.files = first.files;
    showFile();
    if (send) send.focus();
  });

  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    if (send) send.textContent = send.dataset.working;
  });
  // Back from the results, the form works again.
  addEventListener("pageshow", () => {
    delete form.dataset.sent;
    if (send) send.textContent = words;
    showFile();
  });
})();
