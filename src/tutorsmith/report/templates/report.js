
"use strict";
(() => {
  // Works on what stands in the page; without it the page is whole, but for the filters and the review file.
  const cards = [...document.querySelectorAll("details.card")];
  const filter = document.getElementById("filter");
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  function show() {
    const wanted = new FormData(filter);
    let count = 0;
    for (const card of cards) {
      const outcome = wanted.get("outcome");
      let fits = !outcome || (outcome === "failing" ? card.dataset.failing === "yes" : card.dataset.outcome === outcome);
      for (const kind of ["chapter", "category", "difficulty"]) {
        if (wanted.get(kind)) fits = fits && card.dataset[kind] === wanted.get(kind);
      }
      card.hidden = !fits;
      count += fits;
    }
    const output = filter.querySelector("output");
    output.textContent = fill(output.dataset.text, {n: count, m: cards.length});
  }

  if (filter) {
    filter.hidden = false;
    filter.addEventListener("change", show);
    filter.addEventListener("submit", event => event.preventDefault());
    for (const open of [true, false]) {
      filter.elements[open ? "open" : "close"].addEventListener("click", () => {
        for (const card of cards) if (!card.hidden) card.open = open;
      });
    }
    show();
  }

  // A link to a question opens it, even where the filters hide it.
  function reveal() {
    const card = document.getElementById(location.hash.slice(1));
    if (!card || !card.classList.contains("card")) return;
    if (card.hidden) { filter.reset(); show(); }
    card.open = true;
    card.scrollIntoView();
  }
  window.addEventListener("hashchange", reveal);
  for (const link of document.querySelectorAll('a[href^="#q"]')) {
    link.addEventListener("click", () => setTimeout(reveal));
  }
  reveal();

  // The review file.
  const bar = document.getElementById("review");
  const blank = document.getElementById("fix").content;
  const corrections = new Map();
  let saved = true;

  function tell() {
    const text = bar.querySelector("strong");
    text.textContent = fill(text.dataset.text, {n: corrections.size});
    bar.hidden = corrections.size === 0;
  }

  function correct(row, button) {
    const {id, system, sha} = row.parentElement.dataset;
    const {metric, key} = row.dataset;
    const fields = blank.cloneNode(true).firstElementChild;
    const select = fields.querySelector("select");
    const note = fields.querySelector("input");
    for (const verdict of key ? ["covered", "not_covered", "contradicted"] : ["pass", "fail"]) {
      select.append(new Option(bar.dataset[verdict], verdict));
    }
    const change = () => {
      if (select.value) corrections.set(row, [id, system, metric, key, select.value, note.value, sha]);
      else corrections.delete(row);
      row.classList.toggle("corrected", Boolean(select.value));
      saved = false;
      tell();
    };
    select.addEventListener("change", change);
    note.addEventListener("input", change);
    button.replaceWith(fields);
    select.focus();
  }

  for (const row of document.querySelectorAll("ol.verdicts[data-id] > li")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fix";
    button.textContent = bar.dataset.open;
    button.addEventListener("click", () => correct(row, button));
    row.lastElementChild.append(button);
  }

  // A cell that a spreadsheet would take for a formula gets an apostrophe, which the reader takes off again.
  const cell = text => '"' + (/^'*[=+\-@\t\r\n＝＋－＠]/.test(text) ? "'" + text : text).replaceAll('"', '""') + '"';

  bar.querySelector("button").addEventListener("click", () => {
    const rows = [["id", "system", "metric", "key_point", "verdict", "note", "answer_sha256"], ...corrections.values()];
    const text = "\ufeff" + rows.map(row => row.map(cell).join(",") + "\r\n").join("");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], {type: "text/csv;charset=utf-8"}));
    link.download = bar.dataset.file;
    link.click();
    saved = true;
  });
  window.addEventListener("beforeunload", event => { if (!saved && corrections.size) event.preventDefault(); });
})();
