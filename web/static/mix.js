// Conveniences of the theme mix: short addresses, and the chart as a picture. Everything else works without.
"use strict";

// Fields that say nothing are left out of the address, so that it can be read and shared.
for (const form of document.querySelectorAll("form[data-short-address]")) {
  form.addEventListener("submit", () => {
    const silent = [...form.elements].filter((field) => field.name && field.value === "" && !field.disabled);
    for (const field of silent) field.disabled = true;
    // Back on this page, the fields must be usable.
    setTimeout(() => { for (const field of silent) field.disabled = false; }, 0);
  });
}

const SCALE = 2;

async function pictureOf(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * SCALE;
  canvas.height = image.naturalHeight * SCALE;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const picture = await new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
  if (picture === null) throw new Error("the canvas is too large");
  return picture;
}

for (const button of document.querySelectorAll("button[data-png]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const address = URL.createObjectURL(await pictureOf(button.dataset.png));
      const link = document.createElement("a");
      link.href = address;
      link.download = button.dataset.name;
      link.click();
      setTimeout(() => { URL.revokeObjectURL(address); }, 60_000);
    } catch {
      button.insertAdjacentText("afterend", ` ${button.dataset.failed}`);
    }
    button.disabled = false;
  });
}
