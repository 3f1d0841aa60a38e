"""Values as people read them."""

from __future__ import annotations

import re

from eyecatch.core.file_names import shown

OBEYED = "\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
"""A regular expression's class of letters that a terminal or a browser obeys and doesn't show: from
DEL on, since JSON has escapes for those before the space; and Unicode's marks of direction, which
make text after them look like other text (Bidi_Control)."""

_HIDDEN = re.compile(f"[\x00-\x1f{OBEYED}]")


def clock(seconds: float) -> str:
    """Seconds as ``m:ss`` or ``h:mm:ss``."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def exact_clock(seconds: float, digits: int = 3) -> str:
    """Seconds as ``clock`` has them, with what is after the point; ``seconds_of`` reads it.

    Example:
        >>> exact_clock(90.0), exact_clock(3723.5), exact_clock(-0.25)
        ('1:30', '1:02:03.5', '-0:00.25')
    """
    units = round(abs(seconds) * 10**digits)
    whole, part = divmod(units, 10**digits)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    text = f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
    after = f".{part:0{digits}}".rstrip("0").rstrip(".")
    return f"{'-' if seconds < 0 and units else ''}{text}{after}"


_CLOCK = re.compile(r"(-?)(?:(?:(\d{1,4}):)?(\d{1,6}):)?(\d{1,9}(?:\.\d{0,9})?)", re.ASCII)


def seconds_of(text: str) -> float:
    """Seconds of a time as people write it: ``90.5``, ``1:30.5`` or ``1:02:03``.

    Raises:
        ValueError: it is none; the message says what would be.

    Example:
        >>> seconds_of("90.5"), seconds_of("1:30.5"), seconds_of("1:02:03")
        (90.5, 90.5, 3723.0)
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no time, as 90.5, 1:30.5 and 1:02:03 are")
    sign, hours, minutes, seconds = found.groups()
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds)
    return -whole if sign else whole


def visible(text: str) -> str:
    r"""Text on one line that is only shown: its other letters stand there as escapes.

    What comes from files may hold letters that a terminal or a page obeys (ESC, the marks of
    direction, line ends). Bytes of a file's name that are no UTF-8 become U+FFFD.

    Example:
        >>> visible("Rei\x1b[2J\nAyanami")
        'Rei\\x1b[2J\\nAyanami'
    """
    return _HIDDEN.sub(lambda one: one.group().encode("unicode_escape").decode(), shown(text))


_BROKEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_NO_LETTER = re.compile("[\ufffe\uffff]")


def one_line(text: str) -> str:
    r"""Text for a file of lines or of XML: neither ends a line, nor is refused by a reader.

    Letters that control are a space, and what is no letter of Unicode becomes U+FFFD; all others
    stay, whatever their direction.

    Example:
        >>> one_line("Rei\nAyanami\x1b")
        'Rei Ayanami '
    """
    return _NO_LETTER.sub("\ufffd", _BROKEN.sub(" ", shown(text)))


_RUN = ("=", "+", "-", "@", "\t", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def cell(value: object) -> object:
    """A value of a CSV file that people open: no text is run as a formula by a spreadsheet.

    One that would be begins with ``'`` (OWASP, "CSV Injection"). A carriage return is a line feed,
    since ``csv`` quotes none; what isn't text stays as it is.

    Example:
        >>> cell("=SUM(A1)"), cell("Hiei"), cell(-1)
        ("'=SUM(A1)", 'Hiei', -1)
    """
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if text.startswith(_RUN) else text
