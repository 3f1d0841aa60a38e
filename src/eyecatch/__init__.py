"""eyecatch: which episodes feature whom, for anime and any drawn show.

Each verb of the command line is a function here, of the same name. They are loaded when used, so
that ``import eyecatch`` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eyecatch.core.loading import load

if TYPE_CHECKING:
    from eyecatch.jobs.answers import characters, episodes, find, status
    from eyecatch.jobs.demo import demo
    from eyecatch.jobs.doctor import doctor
    from eyecatch.jobs.export import export
    from eyecatch.jobs.identify import identify
    from eyecatch.jobs.index import index
    from eyecatch.jobs.render.clips import clips
    from eyecatch.jobs.render.render import render
    from eyecatch.jobs.review.serve import review
    from eyecatch.jobs.unknowns.verbs import merge, name, split, undo, unknowns, unname
    from eyecatch.training.collect import collect
    from eyecatch.training.enrol import enrol
    from eyecatch.training.evaluate import evaluate
    from eyecatch.training.evaluate_detector import evaluate_detector
    from eyecatch.training.train import train

__version__ = "0.1.0"

_HOMES = {
    "characters": "eyecatch.jobs.answers",
    "clips": "eyecatch.jobs.render.clips",
    "collect": "eyecatch.training.collect",
    "demo": "eyecatch.jobs.demo",
    "doctor": "eyecatch.jobs.doctor",
    "enrol": "eyecatch.training.enrol",
    "episodes": "eyecatch.jobs.answers",
    "evaluate": "eyecatch.training.evaluate",
    "evaluate_detector": "eyecatch.training.evaluate_detector",
    "export": "eyecatch.jobs.export",
    "find": "eyecatch.jobs.answers",
    "identify": "eyecatch.jobs.identify",
    "index": "eyecatch.jobs.index",
    "merge": "eyecatch.jobs.unknowns.verbs",
    "name": "eyecatch.jobs.unknowns.verbs",
    "render": "eyecatch.jobs.render.render",
    "review": "eyecatch.jobs.review.serve",
    "split": "eyecatch.jobs.unknowns.verbs",
    "status": "eyecatch.jobs.answers",
    "train": "eyecatch.training.train",
    "undo": "eyecatch.jobs.unknowns.verbs",
    "unknowns": "eyecatch.jobs.unknowns.verbs",
    "unname": "eyecatch.jobs.unknowns.verbs",
}

__all__ = [
    "characters",
    "clips",
    "collect",
    "demo",
    "doctor",
    "enrol",
    "episodes",
    "evaluate",
    "evaluate_detector",
    "export",
    "find",
    "identify",
    "index",
    "merge",
    "name",
    "render",
    "review",
    "split",
    "status",
    "train",
    "undo",
    "unknowns",
    "unname",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562
    if name not in _HOMES:
        raise AttributeError(f"module 'eyecatch' has no attribute {name!r}")
    return getattr(load(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
