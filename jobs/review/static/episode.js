// The page of an episode: its player, boxes over the picture, who is when, segments, drawn faces.
// A module, which goes on where review.js ends. Times are seconds as all players count; "shift" is how far this
// browser's clock of the file is ahead of that.

const player = one("#player"), video = one("#video");
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const whole = (seconds) => {
  const rest = Math.floor(seconds), pad = (value) => String(value).padStart(2, "0");
  const minutes = Math.floor(rest / 60), hours = Math.floor(minutes / 60);
  return hours ? `${hours}:${pad(minutes % 60)}:${pad(rest % 60)}` : `${minutes}:${pad(rest % 60)}`;
};

// Where the video stands, and going elsewhere. A frame is aimed at a little after it begins:
// containers keep milliseconds.
const AFTER = 0.002;
const length = Number(player?.dataset.length), frame = Number(player?.dataset.frame);
let shift = Number(player?.dataset.shift), shown = null, wanted = null;
function standing() {
  if (!video) return null;
  if (wanted !== null) return wanted;
  const time = video.seeking || shown === null ? video.currentTime - AFTER : shown;
  return clamp(time - shift, 0, length);
}
function seek(time, plays = false) {
  const place = clamp(time, 0, Math.max(length - frame / 2, 0));
  if (video.seeking) wanted = place; // one after the other while the playhead is dragged
  else [shown, video.currentTime] = [null, place + shift + AFTER];
  tell(place);
  if (plays) video.play();
}

// Who is chosen: their boxes, their bars, their scenes; everybody where nobody is.
const ticks = all("#timeline input[name=character]");
const chosen = () => new Set(ticks.filter((tick) => tick.checked).map((tick) => tick.value));
const isChosen = (who, some = chosen()) => !some.size || some.has(String(who ?? 0));

// The address says where one is and whom one looks at, so that it can be kept and passed on.
function address(link = location.href, time = standing()) {
  const url = new URL(link, location);
  url.searchParams.delete("character");
  for (const who of chosen()) url.searchParams.append("character", who);
  if (time === null) url.searchParams.delete("t");
  else url.searchParams.set("t", time.toFixed(3));
  return url;
}
here = () => {
  const url = address();
  return url.pathname + url.search;
};
let later = 0;
function remember() {
  clearTimeout(later);
  later = setTimeout(() => {
    const url = address();
    if (url.hash.startsWith("#t=")) url.hash = "";
    history.replaceState(history.state, "", url);
  }, 250);
}
function keep() {
  for (const link of all("[data-keeps]")) {
    const stays = new URL(link.href).pathname === location.pathname;
    link.addEventListener("click", () => (link.href = address(link.href, stays ? standing() : null)));
  }
}

// Boxes of the index over the picture.
const canvas = one("#boxes"), show = one("#show"), now = one("#now");
const SPAN = 20; // seconds of boxes that are asked for at once
const spans = new Map(); // number of a span -> its tracks, or none while they are on their way
const drawn = (tag, values, parent) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(values)) made.setAttribute(key, value);
  return parent.appendChild(made);
};
async function ask(number) {
  if (spans.has(number)) return;
  spans.set(number, []);
  try {
    const answer = await fetch(`${player.dataset.boxes}?start=${number * SPAN}&stop=${(number + 1) * SPAN}`);
    if (answer.ok) spans.set(number, await answer.json());
    if (video.paused || video.seeking) paint(standing());
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
  const number = Math.floor(time / SPAN), some = chosen(), names = [], faces = [];
  ask(number);
  ask(number + 1);
  canvas.replaceChildren();
  for (const [key, track] of (spans.get(number) ?? []).entries()) {
    const box = placed(track, time);
    if (!box) continue;
    const name = isChosen(track.character, some) && track.name && (track.unsure ? `${track.name}?` : track.name);
    if (name) names.push(name);
    track.area ??= Math.max(...track.boxes.map(([, , w, h]) => w * h));
    faces.push({ key: `${number}/${key}`, name, area: track.area, box, track, seen: isChosen(track.character, some) });
  }
  if (show.checked) drawBoxes(faces);
  const told = names.join(", ");
  if (now.textContent !== told) now.textContent = told;
}
function drawBoxes(faces) {
  const { width, height } = canvas.viewBox.baseVal, letters = width / Math.max(canvas.clientWidth, 1);
  const links = new Map();
  for (const { key, track, seen, box: [x, y, w, h] } of faces) {
    if (!seen) continue;
    const href = track.character ? `/characters/${track.character}` : `/clusters/${track.cluster}`;
    links.set(key, drawn("a", { href, tabindex: -1 }, canvas));
    drawn("rect", { x, y, width: w, height: h, stroke: track.colour, class: track.unsure ? "unsure" : "", "pointer-events": "all" }, links.get(key));
  }
  const sizes = { text: 18 * letters, least: 13 * letters, pad: 2 * letters };
  for (const tag of placeTags(faces, width, height, sizes, measure, places)) {
    const at = { x: tag.left + tag.pad, y: tag.top + tag.pad + 0.8 * tag.size, "font-size": 0.9 * tag.size };
    drawn("text", at, links.get(tag.key)).textContent = tag.text;
  }
}

// What shows where the video stands: boxes, the slider, the clock, the playhead.
const timeline = one("#timeline"), playhead = one("#playhead"), slider = one("#seek"), time_ = one("#time");
function tell(time) {
  paint(time);
  slider.value = time;
  slider.setAttribute("aria-valuetext", `${whole(time)} of ${whole(length)}`);
  time_.textContent = whole(time);
  timeline.style.setProperty("--at", length ? time / length : 0);
}
function play() {
  if (video.paused) video.play();
  else video.pause();
}

// A scene of the chosen, or of anybody, before or after where the video stands.
function scene(step) {
  const some = chosen(), time = standing();
  const starts = all(".line[data-who]", timeline)
    .filter((line) => isChosen(line.dataset.who, some))
    .flatMap((line) => line.dataset.starts.split(" ").filter(Boolean).map(Number))
    .sort((a, b) => a - b);
  const next = step > 0 ? starts.find((start) => start > time + 0.05) : starts.findLast((start) => start < time - 1);
  if (next !== undefined) seek(next);
}

// Another list of scenes: the same page is asked for it, and gives what differs.
let asked = null;
async function swap(url) {
  asked?.abort();
  asked = new AbortController();
  try {
    const answer = await fetch(url, { signal: asked.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const list = one("#scenes"), focused = list.contains(document.activeElement);
    list.replaceWith(one("#scenes", page));
    if (focused) one("#scenes a")?.focus();
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url);
  }
}
function choose() {
  const some = chosen();
  for (const line of all(".line[data-who]", timeline)) line.classList.toggle("off", !isChosen(line.dataset.who, some));
  one("#everybody").hidden = !some.size;
  if (video) paint(standing());
  remember();
  swap(address(location.href, null));
}
for (const tick of ticks) tick.addEventListener("change", choose);
one("#everybody").addEventListener("click", (event) => {
  event.preventDefault();
  everybody();
});
function everybody() {
  for (const tick of ticks) tick.checked = false;
  choose();
}
for (const button of all("[data-nojs]")) button.hidden = true;

// Links to a second of this episode go there without leaving the page; a bar of a segment opens its form.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-seek], [data-opens], [data-swaps]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if ("swaps" in link.dataset) swap(link.href);
  else if (!video && !link.dataset.opens) return;
  if (video && link.dataset.seek) seek(Number(link.dataset.seek), "plays" in link.dataset);
  if (link.dataset.opens) open(link.dataset.opens);
  event.preventDefault();
});
function open(id) {
  const form = document.getElementById(id);
  if (!form) return;
  for (let fold = form; fold; fold = fold.parentElement) if (fold.matches("details")) fold.open = true;
  one("summary", form)?.focus({ preventScroll: true });
  form.scrollIntoView({ block: "nearest" });
}
if (location.hash.startsWith("#segment")) open(location.hash.slice(1));

// The timeline: a click goes there, a drag goes along; on a bar a click goes to where it begins.
if (video) {
  playhead.hidden = false;
  const lane = one(".axis .lane", timeline);
  const at = (event) => {
    const { left, width } = lane.getBoundingClientRect();
    return clamp((event.clientX - left) / width, 0, 1) * length;
  };
  let from = null, dragged = false;
  timeline.addEventListener("pointerdown", (event) => {
    dragged = false;
    from = event.button === 0 && event.target.closest(".lane") ? event.clientX : null;
  });
  timeline.addEventListener("pointermove", (event) => {
    if (from === null || (!dragged && Math.abs(event.clientX - from) < 4)) return;
    if (!dragged) timeline.setPointerCapture(event.pointerId);
    dragged = true;
    seek(at(event));
  });
  for (const over of ["pointerup", "pointercancel"]) timeline.addEventListener(over, () => (from = null));
  timeline.addEventListener("dragstart", (event) => event.preventDefault());
  timeline.addEventListener("click", (event) => {
    if (dragged) event.stopPropagation(), event.preventDefault();
    else if (event.target.closest(".lane") && !event.target.closest("a")) seek(at(event));
    dragged = false;
  }, true);
}

// The player: its own controls, as a browser's have no frames, no scenes, and no boxes on the whole screen.
const DO = {
  play,
  "scene-back": () => scene(-1),
  "scene-on": () => scene(1),
  "frame-back": () => step(-1),
  "frame-on": () => step(1),
  sound: () => (video.muted = !video.muted),
  large: enlarge,
  draw: () => one("#draw").click(),
  keys: () => one("#keys").showModal(),
};
function step(count) {
  video.pause();
  seek(standing() + count * frame + (count > 0 ? AFTER : 0));
}
function enlarge() {
  if (document.fullscreenElement) document.exitFullscreen();
  else if (player.requestFullscreen) player.requestFullscreen();
  else video.webkitEnterFullscreen?.(); // a phone of Apple's, without boxes
}
if (video) {
  const controls = one("#controls"), stage = one(".stage", player), volume = one("#volume");
  video.controls = false;
  controls.hidden = false;
  document.documentElement.style.setProperty("--ratio", player.dataset.ratio);
  for (const button of all("[data-do]", controls)) button.addEventListener("click", () => DO[button.dataset.do]());
  slider.addEventListener("input", () => seek(Number(slider.value)));
  volume.addEventListener("input", () => ((video.volume = Number(volume.value)), (video.muted = false)));
  show.addEventListener("change", () => paint(standing()));
  const named = (name, on, yes, no) => {
    const button = one(`[data-do=${name}]`, controls);
    button.classList.toggle("is-on", on);
    button.setAttribute("aria-label", on ? yes : no);
  };
  for (const event of ["play", "pause", "ended"]) video.addEventListener(event, () => named("play", !video.paused, "Pause", "Play"));
  video.addEventListener("volumechange", () => named("sound", video.muted, "Sound on", "Sound off"));
  document.addEventListener("fullscreenchange", () => {
    named("large", document.fullscreenElement === player, "Back to the page", "Whole screen");
    requestAnimationFrame(() => paint(standing()));
  });
  addEventListener("resize", () => paint(standing()));
  stage.addEventListener("click", (event) => event.target === video && play());
  stage.addEventListener("dblclick", (event) => event.target === video && enlarge());
  let still = 0;
  const awake = () => {
    player.classList.remove("idle");
    clearTimeout(still);
    still = setTimeout(() => player.classList.toggle("idle", !video.paused), 2500);
  };
  for (const event of ["pointermove", "pointerdown", "focusin", "keydown"]) player.addEventListener(event, awake);
  video.addEventListener("play", awake);
  video.addEventListener("pause", awake);

  const frames = (_, seen) => {
    // While it stands, a frame that was on its way when the video was sent elsewhere doesn't count.
    const late = video.paused && Math.abs(video.currentTime - seen.mediaTime) > 1.05 * frame;
    shown = late ? null : seen.mediaTime;
    if (!video.seeking) tell(standing());
    video.requestVideoFrameCallback(frames);
  };
  if (video.requestVideoFrameCallback) {
    video.requestVideoFrameCallback(frames);
    // A frame that was shown before anybody listened is shown again: steps begin at its time.
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) video.currentTime += 0;
  } else video.addEventListener("timeupdate", () => tell(standing()));
  video.addEventListener("seeked", () => {
    if (wanted === null) return remember();
    const time = wanted;
    wanted = null;
    seek(time);
  });
  video.addEventListener("loadeddata", () => tell(standing()));
  video.addEventListener("pause", remember);
  addEventListener("pagehide", () => history.replaceState(history.state, "", address()));
  const hash = () => {
    const said = location.hash.match(/^#t=(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)$/);
    if (said) seek(Number(said[1] ?? 0) * 3600 + Number(said[2] ?? 0) * 60 + Number(said[3]));
    return said;
  };
  addEventListener("hashchange", hash);
  if (!hash()) tell(Number(slider.defaultValue));
  keep();
}

// Keys; those of a field, a button or a slider are left to it.
const KEYS = {
  " ": play, ",": DO["frame-back"], ".": DO["frame-on"], k: DO["scene-back"], j: DO["scene-on"],
  ArrowLeft: () => seek(standing() - 5), ArrowRight: () => seek(standing() + 5),
  f: enlarge, m: DO.sound, b: () => show.click(), d: DO.draw, 0: everybody,
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]")) return;
  const field = event.target.closest("input, select, textarea, button, summary, [role=application]");
  const own = field?.matches("[type=checkbox], button, summary") ? event.key === " " : field?.matches("[type=range]") ? event.key.startsWith("Arrow") : field;
  if (own) return;
  if (event.key === "?") DO.keys();
  else if (event.key === "J" || event.key === "K") one(`a[rel=${event.key === "J" ? "next" : "prev"}][data-keeps]`)?.click();
  else if (/^[1-9]$/.test(event.key)) ticks[Number(event.key) - 1]?.click();
  else if (video && KEYS[event.key]) KEYS[event.key]();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

// A copy that browsers play: how far it is, and it is played once it is there.
const cannot = one("#cannot");
if (video) video.addEventListener("error", () => (cannot.hidden = false));
async function follow() {
  const answer = await fetch(player.dataset.proxy);
  const { ready, share, fault } = await answer.json();
  if (fault) return location.reload();
  if (!ready) {
    one("#making").value = share ?? 0;
    one("#made").textContent = share ? `${Math.floor(share * 100)} %` : "Not begun yet.";
    return void setTimeout(follow, 1500);
  }
  const time = standing();
  shift = 0;
  cannot.hidden = true;
  video.addEventListener("loadedmetadata", () => seek(time), { once: true });
  video.src = video.src.split("#")[0];
}
if (one("#making")) follow();

// Segments: their ends are taken from where the video stands.
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
  function put(x, y, w, h) {
    w = clamp(w, LEAST, width), h = clamp(h, LEAST, height);
    x = clamp(x, 0, width - w), y = clamp(y, 0, height - h);
    box = { x, y, w, h };
    for (const [key, name] of [["x", "x"], ["y", "y"], ["w", "width"], ["h", "height"]]) {
      rect.setAttribute(name, box[key]);
      missed.elements[key].value = Math.round(box[key]);
    }
    missed.elements.t.value = missed.dataset.t;
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
    one("#missing").open = true;
    pen.removeAttribute("hidden");
    draw.setAttribute("aria-pressed", "true");
    told.textContent = "Drag a box around the face, from brow to chin.";
    pen.focus({ preventScroll: true });
    pen.scrollIntoView({ block: "nearest" });
  }
  function end() {
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
