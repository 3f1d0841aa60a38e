"""Keep the index of a folder up to date from cron: index what is new, log, and tell by the status.

    30 2 * * *  /opt/eyecatch/.venv/bin/python /opt/eyecatch/examples/nightly.py /srv/videos

Only new and unfinished files are worked on; a night that begins before the last one has ended
leaves alone what that one is at work on. The status is that of `eyecatch index`: 0 when all is
done, 3 when some files are not (the log says which and why), 1 when nothing could be done. Cron
mails what is printed: warnings and errors.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import eyecatch

log = logging.getLogger("nightly")


def set_up_log(file: Path) -> None:
    """Everything goes to the file; warnings and errors to standard error too."""
    to_file, to_mail = logging.FileHandler(file, encoding="utf-8"), logging.StreamHandler()
    to_mail.setLevel(logging.WARNING)
    form = "%(asctime)s %(levelname)s %(message)s"
    logging.basicConfig(level=logging.INFO, format=form, handlers=[to_file, to_mail], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of each table it makes


def index_folder(videos: Path, db: str | Path, model: str | None) -> int:
    """Index what is new in a folder; returns the status to end with."""
    try:
        report = eyecatch.index(videos, db=db, model=model)
    except eyecatch.EyecatchError as error:
        log.error("%s", error)
        return 1
    for fault in report.faults:
        log.warning("%s", fault)
    log.info("episodes: %d, faults: %d", len(report.episodes), len(report.faults))
    return report.status


def main(arguments: Sequence[str] | None = None) -> int:
    """Log to the file and index the folder; returns the status to end with."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("videos", type=Path, help="the folder")
    parser.add_argument("--db", help="the index (default: eyecatch.db in the folder)")
    parser.add_argument("--model", help="the bundle that names the faces")
    parser.add_argument("--log", type=Path, help="the log (default: eyecatch.log in the folder)")
    asked = parser.parse_args(arguments)
    if not asked.videos.is_dir():
        print(f"{asked.videos}: there is no such folder.", file=sys.stderr)
        return 1
    set_up_log(asked.log or asked.videos / "eyecatch.log")
    return index_folder(asked.videos, asked.db or asked.videos / "eyecatch.db", asked.model)


if __name__ == "__main__":
    sys.exit(main())
