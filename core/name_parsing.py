"""What an episode is called by its file's name and folders, as fansubs, rips and players write it.

anitopy reads the names. What it doesn't know is here: folders, Japanese, specials, and ways to
write that are turned into one that it knows; see ``docs/decisions/0010-names-by-anitopy.md``.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from pathlib import PurePosixPath
from threading import Lock
from typing import Any, Final

import anitopy

from eyecatch.core.episode_name import EpisodeName
from eyecatch.core.file_names import MOST, shown
from eyecatch.core.names import check_name

log = logging.getLogger(__name__)

_TURN: Final = Lock()
"""anitopy keeps what it is reading in its classes."""

_HIGHEST: Final = 9999.0
"""Number of an episode; what is higher is a date or a checksum."""

_WIDTHS: Final = {ord("\u3000"): " ", 0xFF03: "#", ord("_"): " "} | {
    code: unicodedata.normalize("NFKC", chr(code))  # digits and Latin letters of full width
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}

_DIGITS: Final = r"[\d.一二三四五六七八九十百]{1,6}"

_JAPANESE: Final = re.compile(
    rf"(?P<series>.*?)(?:(?:第(?P<number>{_DIGITS})|(?P<plain>\d{{1,4}}))"
    rf"(?:\s?[-~〜\uff5e]\s?第?(?P<last>{_DIGITS}))?[話回集]|#(?P<hash>\d{{1,4}})\s*(?=「))(?P<title>.*)"
)

_JAPANESE_SEASON: Final = re.compile(
    rf"\s*(?:第(?P<number>{_DIGITS})|(?P<plain>\d))(?:期|シーズン)"
)

_SPECIAL: Final = re.compile(
    r"(?:^|[\s.(\[-])(?:(?P<kind>NCOP|NCED|OP|ED|OVA|OAD|OAV|SP|PV|CM)|(?P<word>(?i:Specials?|"
    r"Extra|Movie|Trailer|Preview|Menu|Creditless (?:Opening|Ending))))"
    r"[\s.#-]{0,3}(?P<number>\d{1,3})?[a-z]?(?:v\d)?(?=$|\]|\s*[\[(]|[\s.]+-|[\s.]*$)"
)

_KINDS: Final = {"creditless opening": "NCOP", "creditless ending": "NCED", "specials": "Special"}

_BARE: Final = re.compile(
    r"(?:E|Ep\.?|Episode|#)?\s?(?P<number>\d{1,4}(?:\.5)?)(?:v\d)?"
    r"(?:(?:\s+[-\u2013]\s+|\.\s+)(?P<title>.*))?",
    re.IGNORECASE,
)
"""A number that stands alone, or with a title: the folder is the show."""

_DISC_FILE: Final = re.compile(
    r"VTS \d+ \d+|VIDEO TS|title ?t?\d+|\d{5,}", re.IGNORECASE
)  # of a DVD, of MakeMKV, of a Blu-ray: numbers of parts, not of episodes

_TAGS: Final = re.compile(r"\s*(?:\[[^\[\]]*\]|\((?!(?:19|20)\d\d\))[^()]*\)|【[^【】]*】)\s*")

_YEAR: Final = re.compile(r"(?<=\S)\s\(?((?:19|20)\d\d)\)?$")

_REWRITTEN: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), instead)
    for pattern, instead in (
        (r"^\d{8,14}\s+", ""),  # when a recorder began
        (
            r"[\s.](?:\d{3,4}[pi]|WEB(?:-?DL|-?Rip)?|Blu-?Ray|BDRip|HDTV|DVDRip|REPACK|PROPER|AMZN"
            r"|NF|JAPANESE|ENGLISH|DUAL|MULTI|DUBBED|SUBBED|REMASTERED|UNCUT)(?=[\s.-]|$).*",
            "",  # what the scene appends
        ),
        (r"(?<=\d)\s(?:END|FIN)(?=\s|$)", ""),
        (r"(?<!-)\s(?:Part|Cour)\s\d{1,2}(?=\s-\s\d)", ""),  # one show, not two
        (r"\s\(\d+-\d+\)(?=\s-\s\d)", ""),  # "(01-20) - 20"
        (r"-\s[A-Za-z]+(?:\s#|\.#?)(?=\d)", "- "),  # "- Session #05", "- Act.05"
        (r"(?<=E\d\d)E(?=\d\d)", "-E"),  # "S05E01E02"
        (r"(?<=[A-Za-z])-(?=\d{2,4}$)", " - "),  # "DBZ-045"
        (r"(?<=[xE]\d\d)[abc](?=\s|$)", ""),  # the first half of an episode
    )
)

_DASH_AT_END: Final = re.compile(r"[\s_.&+,|]*[-\u2010-\u2015][\s_.&+,|]*$")
"""After "Show - 01 -" anitopy looks for a title without an end."""

_DOT: Final = re.compile(r"(?<!\d)\.|\.(?!\d)")

_SEASON_FOLDER: Final = re.compile(
    r"(?:season|saison|staffel|series|s)\s?(\d{1,2})|(\d{1,2})(?:st|nd|rd|th) season",
    re.IGNORECASE,
)

_PLAIN_FOLDER: Final = re.compile(
    r"(?:disc|disk|cd|dvd|bd|vol|volume)\s?\d{1,2}|anime|bdmv|complete|data|discs?|downloads?|"
    r"episodes|extras|files|home|incoming|media|movies|new|recordings|seasons?|series|shows|"
    r"specials|stream|tmp|tv|videos?|video ts",
    re.IGNORECASE,
)
"""Folders that say nothing of a show."""


def parsed_name(path: str) -> EpisodeName:
    """What an episode is called by its path; one that says nothing gives nothing.

    Args:
        path: of a file; its three nearest folders are asked what its name doesn't say.

    Example:
        >>> parsed_name("Show/Season 2/[SubsPlease] Show - 01 (1080p) [7A1F02C3].mkv").label
        'S02E01'
    """
    *folders, file = [part[:MOST] for part in PurePosixPath(shown(path)).parts[-4:]] or [""]
    stem = file.rpartition(".")[0] or file
    name = _with_folders(_of_file(stem.translate(_WIDTHS).strip()), folders)
    return name._replace(series=_sayable(name.series), title=_sayable(name.title))


def _of_file(text: str) -> EpisodeName:
    text = _DASH_AT_END.sub("", text)
    if _DISC_FILE.fullmatch(text):
        return EpisodeName()
    if found := _JAPANESE.fullmatch(text):
        return _japanese(found)
    if found := _BARE.fullmatch(_TAGS.sub(" ", text).strip()):
        title = found["title"]
        if title is None or not re.search(r"(?:^|- )\d+$", title):  # "86 - 04" is of the show 86
            return EpisodeName(number=float(found["number"]), title=title)
    for pattern, instead in _REWRITTEN:
        text = pattern.sub(instead, text)
    if " " not in text:
        text = _DOT.sub(" ", text)
    read = _read(text)
    is_numbered = "episode_number" in read and "anime_season" in read  # then it is of a title
    if not is_numbered and (found := _SPECIAL.search(text)):
        return _special(text, found)
    first, last = _numbers(read.get("episode_number"))
    return EpisodeName(_series(read), _season(read), first, last, read.get("episode_title"))


def _japanese(found: re.Match[str]) -> EpisodeName:
    before, season = found["series"], None
    if said := _JAPANESE_SEASON.search(before):
        season = _value(said["number"] or said["plain"])
        before = f"{before[: said.start()]} {before[said.end() :]}"
    return EpisodeName(
        _series(_read(before, numbers=False)),
        None if season is None else int(season),
        _value(found["number"] or found["plain"] or found["hash"]),
        _value(found["last"]),
        _TAGS.sub(" ", found["title"]).strip(" -「」『』"),
    )


def _special(text: str, found: re.Match[str]) -> EpisodeName:
    word = (found["word"] or "").lower()
    kind = found["kind"] or _KINDS.get(word, word.capitalize())
    read = _read(text[: found.start()].rstrip(" -.([#"), numbers=False)
    return EpisodeName(_series(read), _season(read), _value(found["number"]), special=kind)


def _with_folders(name: EpisodeName, folders: list[str]) -> EpisodeName:
    """What the folders say that the file doesn't; the nearest that says something counts."""
    for folder in reversed(folders):
        text = folder.translate(_WIDTHS)
        plain = _TAGS.sub(" ", text).strip()
        season = None
        if found := _SEASON_FOLDER.fullmatch(plain) or _JAPANESE_SEASON.fullmatch(plain):
            season = _value(found[1] or found[2])
        elif plain.lower() == "specials":
            season = 0
        elif not _PLAIN_FOLDER.fullmatch(plain):
            read = _read(text, numbers=False)
            name = name._replace(series=name.series or _series(read))
            return name if name.season is not None else name._replace(season=_season(read))
        if name.season is None and season is not None:
            name = name._replace(season=int(season))
    return name


def _read(text: str, *, numbers: bool = True) -> dict[str, Any]:
    """What anitopy makes of a name without its suffix."""
    options = {"parse_file_extension": False, "parse_episode_number": numbers}
    try:
        with _TURN:
            return dict(anitopy.parse(_DASH_AT_END.sub("", text), options) or {})
    except Exception:  # it stumbles over names that nobody gives, such as "[1][1][1]"
        log.debug("nothing is read of %r", text, exc_info=True)
        return {}


def _series(read: dict[str, Any]) -> str | None:
    title, year = read.get("anime_title"), read.get("anime_year")
    if title is None:
        return None
    titled = f"{title} ({year})" if year else _YEAR.sub(r" (\1)", str(title))
    return titled.strip(" -★")


def _season(read: dict[str, Any]) -> int | None:
    said = read.get("anime_season")
    value = _value(said[0] if isinstance(said, list) else said)
    return None if value is None or value >= 100 else int(value)


def _numbers(said: str | list[str] | None) -> tuple[float | None, float | None]:
    """The first and the last episode of what is said; a year is none."""
    every = [_value(one) for one in (said if isinstance(said, list) else [said])]
    first, last = every[0], every[-1]
    if first is None or 1900 <= first < 2100:
        return None, None
    return first, last if last is not None and last > first else None


def _value(text: str | None) -> float | None:
    """A number as it is written, in Japanese too; None for what is none."""
    if text is None:
        return None
    if digits := re.match(r"\d+(?:\.\d+)?", text):
        value = float(digits[0])
        return value if value <= _HIGHEST else None
    total, ones = 0.0, 0.0
    for letter in text:
        size = unicodedata.numeric(letter, 0.0)
        total, ones = (total + (ones or 1) * size, 0.0) if size >= 10 else (total, size)
    return total + ones


def _sayable(text: str | None) -> str | None:
    """What is read, if it can be the name of something."""
    said = " ".join((text or "").split())
    try:
        check_name(said)
    except ValueError:
        return None
    return said
