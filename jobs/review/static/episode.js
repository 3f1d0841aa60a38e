// The page of an episode: boxes over the video, bars that seek, segments, and faces that are drawn.
// It goes on where review.js ends.
"use strict";

// The video: boxes of the index over it, and bars that seek.
const video = one("#video");
let shownTime = () => null; // when the frame that is shown begins, where the browser says so
if (video) {
  const canvas = one("#boxes"), show = one("#show"), now = one("#now"), cannot = one("#cannot");
  let shown = null;
  const SPAN = 20; // seconds of boxes that are asked for at once
  const spans = new Map(); // number of a span -> its tracks, or a promise of them
  const draw = (tag, values, parent) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(values)) made.setAttribute(key, value);
    return parent.appendChild(made);
  };
  async function ask(number) {
    if (spans.has(number)) return;
    spans.set(number, []);
    try {
      const answer = await fetch(`${video.dataset.boxes}?start=${number * SPAN}&stop=${(number + 1) * SPAN}`);
      if (answer.ok) spans.set(number, await answer.json());
      if (video.paused && show.checked) paint(video.currentTime);
    } catch {
      spans.delete(number);
    }
  }
  // The last place at or before a time, as long as the face is on screen.
  function placed(track, time) {
    let low = 0, high = track.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (track.times[middle] <= time + 0.001) low = middle + 1;
      else high = middle;
    }
    return low && time < track.stop ? track.boxes[low - 1] : null;
  }
  const places = new Map(), ruler = document.createElement("canvas").getContext("2d");
  ruler.font = "600 100px system-ui, sans-serif"; // as review.css has it
  const measure = (text, size) => (ruler.measureText(text).width * 0.9 * size) / 100;
  function paint(time) {
    const number = Math.floor(time / SPAN);
    ask(number);
    ask(number + 1);
    canvas.replaceChildren();
    const names = [], faces = [];
    const { width, height } = canvas.viewBox.baseVal, letters = width / Math.max(canvas.clientWidth, 1);
    for (const [key, track] of (spans.get(number) ?? []).entries()) {
      const box = placed(track, time);
      if (!box) continue;
      const [x, y, w, h] = box;
      const link = draw("a", { href: track.character ? `/characters/${track.character}` : `/clusters/${track.cluster}`, tabindex: -1 }, canvas);
      draw("rect", { x, y, width: w, height: h, stroke: track.colour, class: track.unsure ? "unsure" : "", "pointer-events": "all" }, link);
      const name = track.name && (track.unsure ? `${track.name}?` : track.name);
      if (name) names.push(name);
      track.area ??= Math.max(...track.boxes.map(([, , w, h]) => w * h));
      faces.push({ key: `${number}/${key}`, name, area: track.area, box, link });
    }
    const sizes = { text: 18 * letters, least: 13 * letters, pad: 2 * letters };
    for (const tag of placeTags(faces, width, height, sizes, measure, places)) {
      const { link } = faces.find((face) => face.key === tag.key);
      const label = draw("text", { x: tag.left + tag.pad, y: tag.top + tag.pad + 0.8 * tag.size, "font-size": 0.9 * tag.size }, link);
      label.textContent = tag.text;
    }
    const told = names.join(", ");
    if (now.textContent !== told) now.textContent = told;
  }
  shownTime = () => shown;
  const tick = (_, frame) => {
    if (frame) shown = frame.mediaTime;
    if (show.checked) paint(frame ? frame.mediaTime : video.currentTime);
    else canvas.replaceChildren();
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(tick);
  };
  if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(tick);
  else video.addEventListener("timeupdate", () => tick());
  for (const event of ["seeked", "loadeddata"]) video.addEventListener(event, () => show.checked && paint(video.currentTime));
  show.addEventListener("change", () => (show.checked ? paint(video.currentTime) : canvas.replaceChildren()));
  video.addEventListener("error", () => (cannot.hidden = false));
  for (const mark of all("[data-seek]")) {
    mark.addEventListener("click", (event) => {
      event.preventDefault();
      video.currentTime = Number(mark.dataset.seek);
      video.scrollIntoView({ block: "nearest" });
    });
  }
}

// Segments: a bar opens the form of its segment, and ends are taken from where the video stands.
for (const bar of all("[data-opens]")) {
  bar.addEventListener("click", (event) => {
    event.preventDefault();
    const form = document.getElementById(bar.dataset.opens);
    form.open = true;
    one("summary", form).focus({ preventScroll: true });
  });
}
const standing = () => (video.seeking || shownTime() === null ? video.currentTime : shownTime());
for (const button of video ? all("[data-playhead]") : []) {
  button.hidden = false;
  button.addEventListener("click", () => {
    video.pause();
    const time = standing(), minutes = Math.floor(time / 60);
    const field = button.form.elements[button.dataset.playhead];
    field.value = `${minutes}:${(time - 60 * minutes).toFixed(3).padStart(6, "0")}`;
  });
}

// A missed face: a box is drawn on the paused video, by pointer or keys, and becomes the form's numbers.
const missed = one("#missed");
if (video && missed) {
  const pen = one("#pen"), rect = one("rect", pen), draw = one("#draw"), told = one("#drawn");
  const width = pen.viewBox.baseVal.width, height = pen.viewBox.baseVal.height;
  const LEAST = 8; // pixels of the video: the server takes no smaller one
  let box = null, from = null;
  one("#numbers").open = false;
  draw.hidden = false;
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
  function put(x, y, w, h) {
    w = clamp(w, LEAST, width), h = clamp(h, LEAST, height);
    x = clamp(x, 0, width - w), y = clamp(y, 0, height - h);
    box = { x, y, w, h };
    for (const [key, name] of [["x", "x"], ["y", "y"], ["w", "width"], ["h", "height"]]) {
      rect.setAttribute(name, box[key]);
      missed.elements[key].value = Math.round(box[key]);
    }
    missed.elements.t.value = missed.dataset.t;
    missed.elements.back.value = `${location.pathname}?t=${missed.dataset.t}`;
    told.textContent = `Box of ${Math.round(w)} × ${Math.round(h)} pixels, ${Math.round(x)} from the left, ${Math.round(y)} from the top.`;
    ready();
  }
  function ready() {
    const full = ["t", "x", "y", "w", "h"].every((name) => missed.elements[name].value !== "");
    for (const button of all("[data-needs-box]", missed)) button.disabled = !full;
  }
  function begin() {
    video.pause();
    const time = standing();
    missed.dataset.t = time.toFixed(4);
    video.controls = false;
    pen.removeAttribute("hidden");
    draw.setAttribute("aria-pressed", "true");
    told.textContent = "Drag a box around the face, from brow to chin.";
    pen.focus({ preventScroll: true });
    pen.scrollIntoView({ block: "nearest" });
  }
  function end() {
    video.controls = true;
    pen.setAttribute("hidden", "");
    draw.setAttribute("aria-pressed", "false");
  }
  const place = (event) => {
    const frame = pen.getBoundingClientRect();
    return {
      x: clamp(((event.clientX - frame.left) / frame.width) * width, 0, width),
      y: clamp(((event.clientY - frame.top) / frame.height) * height, 0, height),
    };
  };
  pen.addEventListener("pointerdown", (event) => {
    from = place(event);
    pen.setPointerCapture(event.pointerId);
    event.preventDefault();
    pen.focus({ preventScroll: true });
  });
  pen.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = place(event);
    put(Math.min(from.x, to.x), Math.min(from.y, to.y), Math.abs(to.x - from.x), Math.abs(to.y - from.y));
  });
  for (const over of ["pointerup", "pointercancel"]) pen.addEventListener(over, () => (from = null));
  pen.addEventListener("keydown", (event) => {
    const [right, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (right || down) {
      const { x, y, w, h } = box ?? { x: width * 0.4, y: height * 0.35, w: height * 0.3, h: height * 0.3 };
      const step = (box ? 1 : 0) * Math.max(width / 100, 1);
      if (event.shiftKey) put(x, y, w + right * step, h + down * step);
      else put(x + right * step, y + down * step, w, h);
    } else if (event.key === "Enter" && box) missed.elements.name.focus();
    else if (event.key === "Escape") {
      end();
      draw.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  draw.addEventListener("click", () => (pen.hasAttribute("hidden") ? begin() : end()));
  missed.addEventListener("input", ready);
  ready();
}
