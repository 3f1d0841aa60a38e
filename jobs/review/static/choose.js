// Several at once: ticks of faces and of clusters, ranges of them, and buttons that wait for a choice.
"use strict";

// A click with Shift ticks all from the last one that was clicked.
function inRanges(boxes, changed) {
  let last = -1;
  boxes.forEach((box, place) => {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last >= 0) {
        const [from, to] = last < place ? [last, place] : [place, last];
        for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
      }
      last = place;
      changed();
    });
    box.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  });
}

// Faces: buttons that need a choice wait for one; the others say how many are ticked.
function ticked(form) {
  const boxes = all("input[name=face]", form), who = form.dataset.who;
  const count = boxes.filter((box) => box.checked).length, rest = boxes.length - count;
  for (const button of all("[data-needs-choice]", form)) button.disabled = !count;
  for (const button of all("[data-needs-one]", form)) button.disabled = count !== 1;
  for (const span of all("[data-chosen]", form)) span.textContent = count ? `these ${count}` : span.dataset.chosen;
  for (const button of all("[data-tick]", form)) button.textContent = rest ? "Tick all" : "Untick all";
  for (const button of all("[data-answer]", form)) {
    const yes = count === 1 ? `1 is ${who}` : `${count} are ${who}`;
    const no = rest === 1 ? "1 is not" : `${rest} are not`;
    button.textContent = !count ? `None is ${who}` : rest ? `${yes}, ${no}` : count === 1 ? `Yes, ${who}` : `All ${count} are ${who}`;
  }
}
for (const form of all("form")) {
  const boxes = all("input[name=face]", form);
  if (!boxes.length) continue;
  inRanges(boxes, () => ticked(form));
  ticked(form);
}
for (const button of all("[data-tick]")) {
  button.addEventListener("click", () => {
    const boxes = all("input[name=face]", button.form);
    const on = !boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = on;
    ticked(button.form);
  });
}

// Clusters: what is chosen is named, set aside and merged at once, by buttons and keys of one bar.
const bulk = one("#bulk"), choices = all("input[name=chosen]");
const chosen = () => choices.filter((box) => box.checked);
function counted() {
  const some = chosen();
  const faces = some.reduce((sum, box) => sum + parseInt(box.value.split(":")[1], 10), 0);
  const told = one("[data-count]", bulk);
  told.dataset.none ??= told.textContent;
  told.textContent = some.length ? `${some.length} chosen, ${faces} ${faces === 1 ? "face" : "faces"}` : told.dataset.none;
  bulk.classList.toggle("stays", some.length > 0);
  for (const button of all("[data-least]", bulk)) button.disabled = some.length < button.dataset.least;
}
function chooseAll(on) {
  for (const box of choices) box.checked = on;
  counted();
}
// Where a key is looked for while some are chosen; nowhere else, as one of them may be meant.
const scopeOf = (key) => (bulk && chosen().length && !"sjk".includes(key) ? bulk : null);
if (bulk) {
  inRanges(choices, counted);
  const every = one("[data-all]", bulk);
  every.hidden = false;
  every.addEventListener("click", () => chooseAll(chosen().length < choices.length));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches(TYPED)) return;
    const box = one("input[name=chosen]", current() ?? document);
    if (event.key === "S") box.dispatchEvent(new MouseEvent("click", { shiftKey: true, bubbles: true, cancelable: true }));
    else if (event.key === "a") chooseAll(true);
    else if (event.key === "Escape" && chosen().length) chooseAll(false);
    else return;
    event.preventDefault();
  });
  counted();
}
