"""Files of settings: ``eyecatch.toml`` beside an index, in the current folder, and in the user's.

They are read for the command line alone; a program in Python says what it wants.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from platformdirs import user_config_path

from eyecatch.core.errors import RequestError

NAME: Final = "eyecatch.toml"


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """What stands in a file.

    Attributes:
        path: of the file, absolute.
        values: by key: values that hold for all verbs, and a table for each verb that has its own.
    """

    path: Path
    values: Mapping[str, Any]

    def table(self, words: tuple[str, ...]) -> Mapping[str, Any]:
        """The table of a verb, as ``("export", "frames")``; empty where there is none.

        Raises:
            RequestError: something else stands there.
        """
        found: Any = self.values
        for word in words:
            found = found.get(word, {})
            if not isinstance(found, dict):
                problem = f"{self.path}: {word} is a verb"
                raise RequestError(
                    problem, f"put what holds for it below a line [{'.'.join(words)}]"
                )
        return dict(found)

    def path_of(self, text: str) -> str:
        """A path as it is meant in the file: one that is relative begins at its folder."""
        return text if "://" in text else str(self.path.parent / Path(text).expanduser())


def settings_files(db: str | None) -> Iterator[SettingsFile]:
    """The files that hold, the strongest first: that beside the index, then here, then the user's.

    Args:
        db: path or URL of the index; None where there is none.

    Raises:
        RequestError: one can't be read, or is not TOML.
    """
    folders = [Path.cwd(), user_config_path("eyecatch")]
    if db is not None and "://" not in db:
        folders.insert(0, Path(db).expanduser().absolute().parent)
    there = [folder / NAME for folder in folders if os.path.lexists(folder / NAME)]
    for file in dict.fromkeys(Path(os.path.realpath(one)) for one in there):  # a link may lead on
        yield SettingsFile(file, _read(file))


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))  # Windows' editor writes a mark before it
    except OSError as error:
        raise RequestError(f"{file} can't be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:  # of its letters, or of TOML
        raise RequestError(f"{file} is not TOML: {error}", "mend it, or move it away") from error
