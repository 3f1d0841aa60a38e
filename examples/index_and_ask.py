"""Index a season, then ask who is in which episode, and when.

    python examples/index_and_ask.py season1/ Hiei Kurama --model yuyu.bundle

Run it again and it only asks: what is in the index is not done twice. Without ``--model`` the faces
are indexed unnamed: give no NAME then, and name them on the page of ``eyecatch review``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import eyecatch


def main(arguments: Sequence[str] | None = None) -> None:
    """Index, say who is in each episode, then where those asked for are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("season", help="a folder of videos, or one video")
    parser.add_argument("names", nargs="*", metavar="NAME", help="characters to look for")
    parser.add_argument("--model", help="the bundle that names the faces")
    parser.add_argument("--db", default="season.db", help="the index (default: %(default)s)")
    asked = parser.parse_args(arguments)

    report = eyecatch.index(asked.season, db=asked.db, model=asked.model)
    for fault in report.faults:
        print(fault, file=sys.stderr)

    for summary in eyecatch.episodes(db=asked.db):
        cast = ", ".join(role.character for role in summary.cast) or "nobody with a name"
        print(f"{summary.episode.name}: {cast}")

    for found in eyecatch.find(asked.names, db=asked.db) if asked.names else []:
        print(f"\n{found.characters[0]} in {found.episode.name}")
        for scene in found.ranges:
            print(f"  {scene.start_seconds:7.1f} s to {scene.stop_seconds:7.1f} s")


if __name__ == "__main__":
    try:
        main()
    except eyecatch.EyecatchError as error:  # one sentence that says what to do
        sys.exit(str(error))
