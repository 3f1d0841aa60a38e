"""Labels as an ASS track: a box drawn by vectors, a name on a tag, a colour a character."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from pysubs2 import Alignment, Color, SSAEvent, SSAFile, SSAStyle

from eyecatch import __version__
from eyecatch.core.palette import Colours
from eyecatch.core.text import one_line
from eyecatch.jobs.render.labels import Label, Moments, Tag
from eyecatch.jobs.render.tags import Sizes, shown_name
from eyecatch.jobs.render.text_width import FONT, font_of

INK, SHADE = Color(16, 16, 24), Color(0, 0, 0, 110)
"""Of the names, legible on all colours that characters have; and of the thin edge of a box, which
sets it off from a picture of its own colour (alpha 110 of 255: transparent by less than a half)."""


def track(  # noqa: PLR0913, PLR0917 - each is of another kind
    labels: Iterable[Label], when: Moments, width: int, height: int, title: str, colours: Colours
) -> SSAFile:
    """The ASS track of some labels.

    Args:
        labels: in any order; those without a ``tag`` are boxes alone.
        when: see ``moments``.
        width: of the video in pixels, which are the script's own.
        height: of the video.
        title: of the video.
        colours: of the characters, by name.
    """
    script = SSAFile()
    script.info |= {
        "Title": title,
        "Original Script": f"eyecatch {__version__}",
        "PlayResX": str(width),
        "PlayResY": str(height),
        "LayoutResX": str(width),
        "LayoutResY": str(height),
        "ScaledBorderAndShadow": "yes",
        "WrapStyle": "2",
        "YCbCr Matrix": "None",
    }
    script.styles.clear()
    in_order = sorted(labels, key=lambda label: (label.start, label.x, label.y))
    styles = style_names(label.character for label in in_order)
    writer = _LabelWriter(script, Sizes.of(height), styles, colours)
    for label in in_order:
        begin, end = 10 * int(when[label.start]), 10 * int(when[label.stop])
        if begin < end:
            writer.write(label, begin, end)
    return script


class _LabelWriter:
    def __init__(
        self, script: SSAFile, sizes: Sizes, names: Mapping[str | None, str], colours: Colours
    ) -> None:
        self._script, self._sizes, self._names, self._colours = script, sizes, names, colours
        self._known: set[str | None] = set()

    def write(self, label: Label, begin: int, end: int) -> None:
        """Add the events of a label; times in milliseconds."""
        style = self._style(label.character)
        place = f"{{\\an7\\pos({label.x},{label.y}){_clip_inside(label, self._sizes)}\\p1}}"
        self._add(0, begin, end, f"{style} box", place + _box(label.w, label.h, self._sizes))
        if label.tag is not None:
            self._add(1, begin, end, style, self._place(label.tag) + escaped(label.tag.text))

    def _add(self, layer: int, begin: int, end: int, style: str, text: str) -> None:
        event = SSAEvent(start=begin, end=end, text=text, style=style, layer=layer)
        self._script.events.append(event)

    def _place(self, tag: Tag) -> str:
        """Where a name stands, and how large where it isn't as its style has it."""
        x, side = (tag.right - tag.pad, 9) if tag.to_left else (tag.left + tag.pad, 7)
        small = f"\\fs{tag.size}\\bord{tag.pad}" if tag.size != self._sizes.text else ""
        return f"{{\\an{side}\\pos({x},{tag.top + tag.pad}){small}}}"

    def _style(self, character: str | None) -> str:
        name = self._names[character]
        if character not in self._known:
            self._known.add(character)
            self._script.styles |= _styles(name, self._colours[character], self._sizes)
        return name


def style_names(characters: Iterable[str | None]) -> dict[str | None, str]:
    """A style's name for each character: no comma, which ends a field, and unlike any other.

    Two are alike whatever their case, since some players look styles up so; and ``<name> box``,
    the style of a character's boxes, isn't another character's.
    """
    found: dict[str | None, str] = {}
    taken: set[str] = set()
    for character in dict.fromkeys(characters):
        words = one_line(shown_name(character)).replace(",", ";").split()
        name = " ".join(words).strip(" *") or "-"
        while taken & (both := {name.casefold(), f"{name} box".casefold()}):
            name += "'"
        taken |= both
        found[character] = name
    return found


def escaped(name: str) -> str:
    """A name as the text of an event, in which braces and backslashes have a meaning."""
    # U+2060, a word joiner: it keeps what follows a backslash from being read as a command.
    plain = " ".join(one_line(name).split()).replace("\\", "\\\u2060")
    return plain.replace("{", "\\{").replace("}", "\\}")


def _styles(name: str, colour: str, sizes: Sizes) -> dict[str, SSAStyle]:
    fill = Color(*bytes.fromhex(colour[1:]))
    tag = SSAStyle(
        fontname=font_of(name),
        fontsize=sizes.text,
        bold=font_of(name) == FONT,
        primarycolor=INK,
        outlinecolor=fill,
        backcolor=fill,
        borderstyle=3,  # the name stands on a filled rectangle, as wide as it needs
        outline=sizes.pad,
        shadow=0,
        alignment=Alignment.BOTTOM_LEFT,
        marginl=0,
        marginr=0,
        marginv=0,
    )
    box = SSAStyle(
        fontname=FONT,
        fontsize=sizes.text,
        primarycolor=fill,
        outlinecolor=SHADE,
        backcolor=SHADE,
        outline=sizes.edge,
        shadow=0,
        alignment=Alignment.TOP_LEFT,
        marginl=0,
        marginr=0,
        marginv=0,
    )
    return {name: tag, f"{name} box": box}


def _clip_inside(label: Label, sizes: Sizes) -> str:
    """A clip that leaves out the inside of a box, where nothing is drawn.

    libass hands on a box as one bitmap, all of which is blended; with this clip, as four strips
    round the inside, which take a fifth of the time (``bench/burn.py``; faces of 380 pixels).
    """
    side = sizes.line + 2 * sizes.edge  # an edge to spare, for players that scale the script
    end = max(sizes.round, side)  # the corners are left alone
    left, top = label.x + side, label.y + end
    right, bottom = label.x + label.w - side, label.y + label.h - end
    return f"\\iclip({left},{top},{right},{bottom})" if left < right and top < bottom else ""


@lru_cache(maxsize=4096)
def _box(w: int, h: int, sizes: Sizes) -> str:
    """A frame whose outer edge is the box, as a drawing from its top left corner."""
    r = min(sizes.round, w // 2, h // 2)
    a = min(sizes.line, w // 2, h // 2)
    x, y, s = w - a, h - a, max(r, a)  # the inner edges, and where an inner corner ends
    outer = (
        f"m 0 {r} b 0 0 0 0 {r} 0 l {w - r} 0 b {w} 0 {w} 0 {w} {r} "
        f"l {w} {h - r} b {w} {h} {w} {h} {w - r} {h} l {r} {h} b 0 {h} 0 {h} 0 {h - r}"
    )
    inner = (  # the other way round, which makes it a hole
        f"m {a} {s} l {a} {h - s} b {a} {y} {a} {y} {s} {y} l {w - s} {y} "
        f"b {x} {y} {x} {y} {x} {h - s} l {x} {s} b {x} {a} {x} {a} {w - s} {a} "
        f"l {s} {a} b {a} {a} {a} {a} {a} {s}"
    )
    return f"{outer} {inner}"
