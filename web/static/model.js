// Keeps the progress of a job up to date, and loads the page again when the job has ended.
"use strict";
(() => {
  const box = document.querySelector("[data-job]");
  if (!box) return;
  const bar = box.querySelector("progress");
  const words = box.querySelector("[data-words]");
  const ask = async () => {
    let wait = 1000;
    try {
      const answer = await fetch(box.dataset.job, { headers: { Accept: "application/json" } });
      if (answer.ok) {
        const job = await answer.json();
        bar.value = job.progress;
        if (words.textContent !== job.words) words.textContent = job.words;
        if (job.state === "done" || job.state === "failed") {
          location.reload();
          return;
        }
      } else wait = 5000;
    } catch { wait = 5000; /* The server is away for the moment. */ }
    setTimeout(ask, wait);
  };
  setTimeout(ask, 1000);
})();
