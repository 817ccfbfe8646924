"use strict";

// Drop files onto the form instead of choosing them; say what was chosen, and what the server would refuse.
for (const form of document.querySelectorAll("[data-drop]")) {
  const input = form.querySelector("input[type=file]");
  const chosen = form.querySelector("[data-chosen]");
  const button = form.querySelector("button");
  form.querySelector(".drop-hint").hidden = false;

  const describe = () => {
    const files = [...input.files];
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    const many = files.length > Number(form.dataset.most);
    const large = bytes > Number(form.dataset.largest) * 0.98;
    const names = files.slice(0, 8).map((file) => file.name).join(" · ");
    chosen.textContent = many ? form.dataset.tooMany : large ? form.dataset.tooLarge
      : files.length > 1 ? `${files.length}: ${names}${files.length > 8 ? " …" : ""}` : "";
    chosen.hidden = !chosen.textContent;
    chosen.classList.toggle("bad", many || large);
    button.disabled = many || large;
  };

  const carriesFiles = (event) => [...event.dataTransfer.types].includes("Files");
  // Anywhere on the page, so that a file that misses the form does not replace the page.
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    form.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) form.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    form.classList.remove("over");
    if (event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      describe();
      button.focus();
    }
  });
  input.addEventListener("change", describe);
}
