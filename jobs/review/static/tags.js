// Where names stand over the video: on no face and on no other name, and still.
// The rules are those of jobs/render/tags.py, where they are told; here frame by frame.
"use strict";

const PART_OF_FACE = 0.22; // height of a name, of its face's

function shortened(name) {
  const [first, ...rest] = name.split(" "), letters = [...first];
  const most = /^[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef]/.test(first) ? 2 : 4;
  return letters.length <= most + 1 || (rest.length && letters.length <= 8) ? first : `${letters.slice(0, most).join("")}…`;
}

// Places of a tag of w × h beside a box, the best first: above, below, beside, in a corner inside.
function tagPlaces([x, y, boxW, boxH], w, h, width, height) {
  const clip = (value, most) => Math.min(Math.max(value, 0), most);
  const right = x + boxW, bottom = y + boxH;
  const along = [x, (x + right - w) / 2, right - w].map((left) => Math.floor(clip(left, width - w) + 0.5));
  const [high, low] = [y, bottom - h].map((top) => clip(top, height - h));
  const [l, t, r, b] = [Math.max(x, 0), Math.max(y, 0), Math.min(right, width), Math.min(bottom, height)];
  const outside = [
    ...along.map((left) => [left, y - h]), ...along.map((left) => [left, bottom]),
    [right, high], [x - w, high], [right, low], [x - w, low],
  ];
  const inside = [[l, t], [r - w, t], [l, b - h], [r - w, b - h]];
  return [...outside, ...inside].map(([left, top], place) => ({ left, top, right: left + w, bottom: top + h, inside: place >= outside.length }));
}

function overlaps(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

// Whether a tag touches the ellipse that is as large as a box: the face.
function onFace(tag, [x, y, w, h]) {
  const [cx, cy] = [x + w / 2, y + h / 2];
  const dx = Math.min(Math.max(cx, tag.left), tag.right) - cx, dy = Math.min(Math.max(cy, tag.top), tag.bottom) - cy;
  return (dx / Math.max(w / 2, 1)) ** 2 + (dy / Math.max(h / 2, 1)) ** 2 < 1;
}

// Tags of the faces of a frame; those without room have none.
//   faces: { key, name, area, box: [x, y, w, h] } each; without a name it gets no tag, and is kept free.
//   sizes: { text, least, pad }, measure(text, size): the width of a text; all in pixels of the video.
//   memory: a Map in which the place of each key is kept from frame to frame.
function placeTags(faces, width, height, sizes, measure, memory = new Map()) {
  const boxes = faces.map(({ box: [x, y, w, h] }) => ({ left: x, top: y, right: x + w, bottom: y + h }));
  const tags = [];
  const order = faces.map((face, place) => place).filter((place) => faces[place].name);
  order.sort((one, other) => faces[other].area - faces[one].area || faces[one].box[0] - faces[other].box[0]);
  for (const place of order) {
    const { key, name, box } = faces[place];
    const size = Math.min(Math.max(Math.floor(PART_OF_FACE * box[3] + 0.5), sizes.least), sizes.text);
    const before = memory.get(key), forms = [];
    for (const [text, letters] of [[name, before?.size ?? size], [name, sizes.least], [shortened(name), sizes.least]]) {
      const pad = Math.max(1, Math.floor((sizes.pad * letters) / sizes.text + 0.5));
      const w = measure(text, letters) + 2 * pad, h = letters + 2 * pad;
      forms.push(...tagPlaces(box, w, h, width, height).map((tag) => ({ ...tag, text, size: letters, pad, key })));
    }
    const free = (tag) =>
      tag.left >= 0 && tag.top >= 0 && tag.right <= width && tag.bottom <= height &&
      boxes.every((other, at) => (at === place && tag.inside ? !onFace(tag, box) : !overlaps(tag, other))) &&
      tags.every((other) => !overlaps(tag, other));
    const kept = before && forms[before.at];
    const at = kept && free(kept) ? before.at : forms.findIndex(free);
    if (at < 0) continue;
    memory.set(key, { at, size: before?.size ?? size });
    tags.push(forms[at]);
  }
  return tags;
}
