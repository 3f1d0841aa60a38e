"""Options that several verbs share."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from eyecatch.core.arguments import DEFAULT_DB
from eyecatch.core.counting import LEAST_SECONDS
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import DETECTORS, configured, names
from eyecatch.core.errors import RequestError
from eyecatch.core.identity.trust import LEVELS

db = click.option(
    "--db",
    envvar="EYECATCH_DB",
    default=DEFAULT_DB,
    show_default=f"$EYECATCH_DB, or db in eyecatch.toml, or {DEFAULT_DB} in this folder",
    is_eager=True,  # a file of settings beside it holds for the other options
    metavar="FILE|URL",
    help="The index: an SQLite file or any SQLAlchemy URL.",
)


class Amount(click.FloatRange):
    """A number of a range; what is no number by name, ``nan``, or has no end is none."""

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as click has it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """The number; a usage error where it is none."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a valid {self.name}.", param, ctx)
        return number


runner = click.option(
    "--runner",
    type=click.Choice(["inline", "ray"]),
    help="Where the work runs: in one process, or on Ray."
    "  [default: ray, where it saves more than its start takes]",
)

ray_address = click.option(
    "--ray-address",
    metavar="HOST:PORT",
    help="The Ray cluster to run on.  [default: $RAY_ADDRESS, or one of its own on this machine]",
)

gpus = click.option(
    "--gpus",
    type=Amount(0),
    metavar="NUMBER",
    help="GPUs of Ray that name faces, 0.5 for half of one, 0 for none.  [default: all it has]",
)

with_kinds = click.option(
    "--with",
    "with_kinds",
    default="",
    metavar="KINDS",
    help="Segments that count too: opening,ending,eyecatch,recap,preview, or some, or all.",
)

min_seconds = click.option(
    "--min-seconds",
    type=Amount(0),
    default=LEAST_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="Least screen time in an episode, in ranges of a second and more, or as long as that if it"
    " is less; with 0 all count.",
)

min_confidence = click.option(
    "--min-confidence",
    type=Amount(0, 1),
    default=0.0,
    metavar="CHANCE",
    help="Least confidence of a range, 0 to 1; names that people gave have 1.",
)


def paging(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--limit`` and ``--offset``: a part of a list."""
    number = click.IntRange(min=0)
    limit = click.option("--limit", type=number, metavar="N", help="List N at most.")
    offset = click.option(
        "--offset", type=number, default=0, metavar="N", help="Leave out the first N."
    )
    return limit(offset(command))


def trust(default: str) -> Decorator:
    """``--trust``; ``default`` says at which level names are given without it."""
    return click.option(
        "--trust",
        type=click.Choice(LEVELS),
        help=f"How sure a name has to be: high errs least, eager names most.  [default: {default}]",
    )


force = click.option("--force", is_flag=True, help="Overwrite what is already there.")

quiet = click.option("-q", "--quiet", is_flag=True, help="Show no progress.")


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class DetectorType(click.ParamType[DetectorConfig]):
    """A detector's name, or the file of one that ``eyecatch adapt`` wrote."""

    name = "detector"

    @property
    def choices(self) -> tuple[str, ...]:
        """The names."""
        return names()

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002
        """What ``--help`` writes for it."""
        return f"[{'|'.join([*self.choices, 'FILE'])}]"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> DetectorConfig:
        """The configuration; click says what is wrong with another word."""
        try:
            return configured(value)
        except RequestError:
            every = ", ".join(map(repr, self.choices))
            self.fail(f"{value!r} is neither one of {every} nor a file.", param, ctx)

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """The names that begin so, and files."""
        fitting = [CompletionItem(name) for name in self.choices if name.startswith(incomplete)]
        return [*fitting, CompletionItem(incomplete, type="file")]


def detector(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--detector``, and the flags of detectors that have a file, such as ``--cascade``.

    The command takes one argument ``detector``: the ``DetectorConfig`` that they come to, or None
    where none of them is given.
    """
    flags = {name: entry.file_flag for name, entry in DETECTORS.items() if entry.file_flag}

    @functools.wraps(command)
    def taking(
        *args: Any,  # noqa: ANN401 - click's
        detector: DetectorConfig | None,
        **given: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        files = {name: given.pop(_parameter(flag)) for name, flag in flags.items()}
        return command(*args, detector=_config(detector, files), **given)

    result: Callable[..., Any] = taking
    for name, flag in reversed(flags.items()):
        help_, path = DETECTORS[name].file_help, click.Path(path_type=Path)
        result = click.option(flag, type=path, metavar="FILE", help=help_)(result)
    default = [DetectorConfig().name, *(f"{name} with {flag}" for name, flag in flags.items())]
    return click.option(
        "--detector",
        type=DetectorType(),
        show_default=", or ".join(default),
        help="Which face detector looks: a name, or a file that eyecatch adapt wrote.",
    )(result)


def _parameter(flag: str) -> str:
    return flag.strip("-").replace("-", "_")


def _config(chosen: DetectorConfig | None, files: dict[str, Path | None]) -> DetectorConfig | None:
    """The detector that is asked for; a detector's file asks for that detector."""
    for name, file in files.items():
        if file is not None:
            if chosen not in {None, DetectorConfig(name)}:
                flag = DETECTORS[name].file_flag
                raise click.UsageError(f"{flag} goes with --detector {name}")
            return DetectorConfig(name, str(file))
    return chosen


def form(default: str = "table") -> Decorator:
    """``--format``, with ``--json`` for short."""
    shapes = click.Choice(["table", "json", "csv"])
    help_ = "How the answer is printed."

    def both(command: Callable[..., Any]) -> Callable[..., Any]:
        short = click.option("--json", "form", flag_value="json", help="Short for --format json.")
        long = click.option(
            "--format", "form", type=shapes, default=default, show_default=True, help=help_
        )
        return long(short(command))

    return both
