"""What is logged, and in which form."""

from __future__ import annotations

import logging
import sys

from eyecatch.jobs.cli import output

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def set_up_logs(verbose: bool, form: str | None) -> None:
    """Log to standard error.

    Args:
        verbose: everything, of the libraries too; else only warnings of theirs.
        form: ``text`` or ``json`` to log each step of ours; None for warnings alone, as text. With
            ``json`` every line on standard error is a JSON object, what is said to people too.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_json() if form == "json" else logging.Formatter(TEXT))
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.WARNING, handlers=[handler], force=True
    )
    ours = logging.getLogger("eyecatch")
    ours.setLevel(logging.INFO if form and not verbose else logging.NOTSET)
    output.say = ours.info if form == "json" else output.say_plainly


def _json() -> logging.Formatter:
    from pythonjsonlogger.json import JsonFormatter  # noqa: PLC0415 - few want it

    names = {"asctime": "time", "levelname": "level", "name": "logger"}
    return JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s", rename_fields=names)
