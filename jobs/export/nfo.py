"""NFO files of Kodi and Jellyfin: actors are added to what is there, and nothing else is touched.

An NFO is XML whose root is ``episodedetails``, several of them one after the other where a video
holds several episodes, or ``movie``; behind them may stand a URL. What is there is cut open where
the actors belong, and not written anew: comments, order, spaces and encoding stay as they are.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import escape

from eyecatch.core.names import folded
from eyecatch.core.text import one_line

ROOTS: Final = frozenset({"episodedetails", "movie"})
"""What a video's own file is about; others are of a whole show, a season, or an album."""

OURS: Final = ("by", "eyecatch")
"""An attribute of the actors that we wrote, which players pass over: they are replaced by the next
export. Where another program has written the file anew it is gone, and they count as its own."""

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class NfoError(ValueError):
    """A file can't be added to; says why, as the end of a sentence that begins with its name."""


class NfoActor(NamedTuple):
    """A character as players know actors.

    Attributes:
        name: nobody knows who lent them a voice, so it is both name and role.
        thumb: path or URL of a picture, as the player sees it; None for none.
        aliases: other names of the character.
    """

    name: str
    thumb: str | None = None
    aliases: tuple[str, ...] = ()

    def is_known(self, known: AbstractSet[str]) -> bool:
        """Whether one of the names, ``folded``, is this one."""
        return not known.isdisjoint(folded(one_line(one)) for one in (self.name, *self.aliases))


class NfoFacts(NamedTuple):
    """What is known of an episode, by its elements; None where it isn't.

    ``episodenumberend`` is Jellyfin's: the last one of a file with several.
    """

    title: str | None = None
    showtitle: str | None = None
    season: int | None = None
    episode: int | None = None
    episodenumberend: int | None = None


def new_nfo(facts: NfoFacts, actors: Sequence[NfoActor]) -> bytes:
    """An NFO where there is none: what is known and no more, so that players look up the rest."""
    known = [
        f"  <{tag}>{escape(one_line(str(value)))}</{tag}>\n"
        for tag, value in facts._asdict().items()
        if value is not None
    ]
    there = "".join(_actor(one, order, "  ", "\n") for order, one in enumerate(actors))
    text = f"{_HEAD}<episodedetails>\n{''.join(known)}{there}</episodedetails>\n"
    return text.encode()


def with_actors(content: bytes, actors: Sequence[NfoActor]) -> bytes:
    """A file with actors added: those that it has, as name or role, stay and aren't doubled.

    Args:
        content: of the file.
        actors: the most important first.

    Raises:
        NfoError: it is no NFO of a video, or it can't be read safely.
    """
    mark, encoding = _encoding(content)
    try:
        text = content[len(mark) :].decode(encoding)
        same = mark + text.encode(encoding) == content
    except (UnicodeError, LookupError) as error:
        raise NfoError(f"is not in the encoding that it says it is in, {encoding}") from error
    if "\0" in text:  # UTF-16 without a mark, which expat would understand and we would mix up
        raise NfoError(f"is not in the encoding that it says it is in, {encoding}")
    if not same:
        raise NfoError(f"has letters in {encoding} that would not come back the same")
    made = text.encode()
    for root in reversed(list(_roots(made))):
        made = _added(made, root, actors)
    try:
        return mark + made.decode().encode(encoding, "xmlcharrefreplace")
    except UnicodeError as error:
        raise NfoError(f"is in an encoding that can't have all letters, {encoding}") from error


def _encoding(content: bytes) -> tuple[bytes, str]:
    """The mark that a file begins with, and its encoding."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return mark, encoding
    declared = _DECLARED.match(content[:200])
    return b"", declared.group(1).decode() if declared else "utf-8"


@dataclass
class _Actor:
    """An actor of a file: its bytes, and what they say."""

    start: int
    ours: bool
    stop: int = 0
    texts: dict[str, str] = field(default_factory=dict)


@dataclass
class _Root:
    """A root of a file in UTF-8: where it begins, where its end tag does, and where it ends."""

    tag: str
    start: int
    close: int = 0
    stop: int = 0
    actors: list[_Actor] = field(default_factory=list)


def _roots(content: bytes) -> Iterator[_Root]:
    """The roots of a file; NfoError where that is no XML, or not a video's."""
    at, more = 0, True
    while more:
        at = len(content) - len(content[at:].lstrip())
        reader = _Reader(content, at)
        if reader.root.tag not in ROOTS:
            raise NfoError(f"is about a {reader.root.tag}, not about one episode or film")
        yield reader.root
        at = reader.root.stop
        # Behind the last one may stand a URL, where a player shall look up the rest.
        more = reader.more and content[at:].lstrip().startswith(b"<")


class _Reader:
    """Reads one root with expat, which knows where in the file it stands.

    A document type is refused before anything in it is looked at: entities that grow without end,
    and those that are other files, come only with one.
    """

    def __init__(self, content: bytes, at: int) -> None:
        self._content, self._at, self._path = content, at, list[str]()
        self._found: _Root | None = None
        self.more = False
        parser = self._parser = expat.ParserCreate("utf-8")
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(content[at:], True)
        except expat.ExpatError as error:
            self.more = (
                self._found is not None and self._found.stop > 0
            )  # it ended, and more follows
            if not self.more:
                raise NfoError(f"is no XML ({expat.errors.messages[error.code]})") from error

    @property
    def root(self) -> _Root:
        if self._found is None:
            raise NfoError("is no XML")
        return self._found

    def _place(self) -> int:
        return self._at + self._parser.CurrentByteIndex

    def _ended(self, tag: str) -> tuple[int, int]:
        """Where an element's end tag stands, and what follows; at once if it has none."""
        place = self._place()
        end = re.compile(rb"</%b\s*>" % re.escape(tag.encode())).match(self._content, place)
        return place, end.end() if end else place

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if self._found is None:
            self._found = _Root(tag, self._place())
        elif len(self._path) == 1 and tag == "actor":
            ours = attributes.get(OURS[0]) == OURS[1]
            self._found.actors.append(_Actor(self._place(), ours))
        self._path.append(tag)

    def _text(self, text: str) -> None:
        if self._path[1:2] == ["actor"] and len(self._path) == 3:
            texts = self.root.actors[-1].texts
            texts[self._path[2]] = texts.get(self._path[2], "") + text

    def _end(self, tag: str) -> None:
        self._path.pop()
        if not self._path:
            self.root.close, self.root.stop = self._ended(tag)
        elif len(self._path) == 1 and tag == "actor":
            self.root.actors[-1].stop = self._ended(tag)[1]


def _refuse(*_: object) -> None:
    raise NfoError("has a document type, which no player writes and which isn't safe to read")


def _added(content: bytes, root: _Root, actors: Sequence[NfoActor]) -> bytes:
    """The content with the actors in one root."""
    theirs = [one for one in root.actors if not one.ours]
    known = {folded(one.texts.get(tag, "")) for one in theirs for tag in ("name", "role")}
    fresh = [one for one in actors if not one.is_known(known)]
    line = "\r\n" if b"\r\n" in content else "\n"
    indent = _indent(content, root)
    new = "".join(
        _actor(one, order, indent, line) for order, one in enumerate(fresh, len(theirs))
    ).encode()
    if root.close == root.stop:  # it is closed in its own tag
        tag = content[root.start : root.stop].rstrip(b">").rstrip().rstrip(b"/").rstrip()
        whole = tag + b">" + line.encode() + new + f"</{root.tag}>".encode()
        return content[: root.start] + whole + content[root.stop :] if fresh else content
    place = max((one.stop for one in theirs), default=root.close)
    for one in reversed(root.actors):
        if one.ours:
            start, stop = _whole_line(content, one)
            content = content[:start] + content[stop:]
            place -= stop - start if start < place else 0
    if not new:
        return content
    before = content[:place]
    if theirs or not before.rstrip(b" \t").endswith(b"\n"):  # behind an element, on lines below it
        return before + line.encode() + new[: -len(line)] + content[place:]
    begin = len(before.rstrip(b" \t"))
    return content[:begin] + new + content[begin:]


def _whole_line(content: bytes, one: _Actor) -> tuple[int, int]:
    """An actor with the spaces before it and the end of the line before those."""
    start = len(content[: one.start].rstrip(b" \t"))
    for end in (b"\r\n", b"\n"):
        if content[:start].endswith(end):
            return start - len(end), one.stop
    return one.start, one.stop


def _indent(content: bytes, root: _Root) -> str:
    """What lines in the root begin with."""
    inside = content[root.start : root.close]
    found = re.search(rb"\n([ \t]+)<", inside)
    return found.group(1).decode() if found else "  "


def _actor(one: NfoActor, order: int, indent: str, line: str) -> str:
    """The lines of an actor; 0 is the first in order."""
    name = escape(one_line(one.name))
    values = [("name", name), ("role", name), ("order", str(order))]
    values += [("thumb", escape(one_line(one.thumb)))] if one.thumb is not None else []
    inner = "".join(f"{indent * 2}<{tag}>{text}</{tag}>{line}" for tag, text in values)
    return f'{indent}<actor {OURS[0]}="{OURS[1]}">{line}{inner}{indent}</actor>{line}'
