"""Enrol characters from a few pictures each, then say who is in a folder of stills.

    python examples/enrol_and_identify.py people/ stills/ --out stills.csv

``people`` holds a folder for each character, ``people/Hiei/*.png`` …: one to five pictures each
will do, and nothing is trained. The CSV has a line for each face of each still.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import eyecatch


def enrol_folders(people: Path, bundle: Path) -> None:
    """Write a bundle that knows one character a folder; the base embedder comes with eyecatch."""
    known: Path | str = "base"
    for folder in sorted(path for path in people.iterdir() if path.is_dir()):
        eyecatch.enrol(known, folder.name, folder, out=bundle)
        known = bundle


def main(arguments: Sequence[str] | None = None) -> None:
    """Enrol everybody, identify every still, write the CSV."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("people", type=Path, help="a folder of pictures for each character")
    parser.add_argument("stills", help="a folder of stills, or one still")
    parser.add_argument("--out", type=Path, default=Path("stills.csv"), help="the CSV to write")
    asked = parser.parse_args(arguments)

    with (
        TemporaryDirectory() as scratch,
        asked.out.open("w", newline="", encoding="utf-8") as file,
    ):
        bundle = Path(scratch) / "people.bundle"
        enrol_folders(asked.people, bundle)
        lines = csv.writer(file)
        lines.writerow(["image", "x", "y", "w", "h", "character", "confidence"])
        for still in eyecatch.identify(asked.stills, model=bundle):
            if still.error:
                print(still.error, file=sys.stderr)
            for face in still.faces:
                box = [round(side) for side in face.box]
                name = face.character or "unknown"
                lines.writerow([still.image, *box, name, round(face.confidence, 3)])


if __name__ == "__main__":
    try:
        main()
    except eyecatch.EyecatchError as error:  # one sentence that says what to do
        sys.exit(str(error))
