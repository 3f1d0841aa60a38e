// All that the page does beyond links and forms: keys and dragging; choose.js has ticks, episode.js the video.
// Without it every name can still be given; nothing here is loaded from elsewhere.
"use strict";

const all = (what, where = document) => [...where.querySelectorAll(what)];
const one = (what, where = document) => where.querySelector(what);
const TYPED = "input:not([type=checkbox]), select, textarea, video"; // where keys are the field's own

// Back to where one was: forms that are on every page return to this one, as its address is by then.
let here = () => location.pathname + location.search;
addEventListener("submit", (event) => {
  for (const field of all("[data-here]", event.target)) field.value = here() + field.dataset.here;
}, true);

for (const button of all("[data-fill]")) {
  button.addEventListener("click", () => {
    const field = one("input[name=name]", button.form);
    field.value = button.dataset.fill;
    field.focus();
  });
}

// Keys: j and k walk through the clusters; the others press what is marked with them.
const cards = all(".cluster[data-cluster]");
function current() {
  return document.activeElement?.closest?.(".cluster[data-cluster]");
}
function walk(step) {
  const place = cards.indexOf(current());
  const next = cards[place < 0 ? 0 : Math.min(Math.max(place + step, 0), cards.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches(TYPED)) {
    if (event.key === "Escape") (current() ?? one("main")).focus();
    return;
  }
  const card = current() ?? cards[0];
  const where = event.key === "u" ? document : scopeOf(event.key) ?? card ?? document;
  const marked = one(`[data-key="${CSS.escape(event.key)}"]`, where);
  if (event.key === "j" || event.key === "k") walk(event.key === "j" ? 1 : -1);
  else if (event.key === "n" && one("input[name=name]", where)) one("input[name=name]", where).focus();
  else if (marked instanceof HTMLFormElement) marked.requestSubmit();
  else if (marked) marked.click();
  else return;
  event.preventDefault();
});
// After a name is given, go on with the first one: it is the next.
if (cards.length && document.referrer.startsWith(location.origin)) cards[0].focus({ preventScroll: true });

// Drag one cluster onto another: they are merged.
let dragged = null;
for (const card of cards) {
  card.addEventListener("dragstart", (event) => {
    dragged = card;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.dataset.cluster);
  });
  card.addEventListener("dragover", (event) => {
    if (!dragged || dragged === card) return;
    event.preventDefault();
    card.classList.add("over");
  });
  card.addEventListener("dragleave", () => card.classList.remove("over"));
  card.addEventListener("dragend", () => (dragged = null));
  card.addEventListener("drop", (event) => {
    event.preventDefault();
    const form = one("#merge");
    if (!dragged || dragged === card) return;
    form.elements.into.value = card.dataset.cluster;
    form.elements.other.value = dragged.dataset.cluster;
    form.requestSubmit();
  });
}

// A page that waits for work in the background looks again.
if (document.body.dataset.busy) setTimeout(() => !one("input:focus") && location.reload(), 3000);
