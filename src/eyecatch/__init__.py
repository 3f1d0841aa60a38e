"""eyecatch: which episodes feature whom, for anime and any drawn show.

Each verb of the command line is a function here, of the same name. They are loaded when used, so
that ``import eyecatch`` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eyecatch.core.runtime import load

if TYPE_CHECKING:
    from eyecatch.jobs.adapting.adapt import adapt
    from eyecatch.jobs.clips.clips import clips
    from eyecatch.jobs.demo import demo
    from eyecatch.jobs.doctor import doctor
    from eyecatch.jobs.export.export import export
    from eyecatch.jobs.forgetting import forget
    from eyecatch.jobs.identify import identify
    from eyecatch.jobs.indexing.index import index
    from eyecatch.jobs.naming.commands import merge, name, split, undo, unknowns, unname
    from eyecatch.jobs.queries import characters, episodes, find, status
    from eyecatch.jobs.render.render import render
    from eyecatch.jobs.review.server import review
    from eyecatch.jobs.segmenting.listing import segments
    from eyecatch.jobs.segmenting.setting import segment
    from eyecatch.training.classifier.train import train
    from eyecatch.training.collection.collect import collect
    from eyecatch.training.enrolment.enrol import enrol
    from eyecatch.training.evaluation.detector import evaluate_detector
    from eyecatch.training.evaluation.evaluate import evaluate

__version__ = "0.1.0"

_HOMES = {
    "adapt": "eyecatch.jobs.adapting.adapt",
    "characters": "eyecatch.jobs.queries",
    "clips": "eyecatch.jobs.clips.clips",
    "collect": "eyecatch.training.collection.collect",
    "demo": "eyecatch.jobs.demo",
    "doctor": "eyecatch.jobs.doctor",
    "enrol": "eyecatch.training.enrolment.enrol",
    "episodes": "eyecatch.jobs.queries",
    "evaluate": "eyecatch.training.evaluation.evaluate",
    "evaluate_detector": "eyecatch.training.evaluation.detector",
    "export": "eyecatch.jobs.export.export",
    "find": "eyecatch.jobs.queries",
    "forget": "eyecatch.jobs.forgetting",
    "identify": "eyecatch.jobs.identify",
    "index": "eyecatch.jobs.indexing.index",
    "merge": "eyecatch.jobs.naming.commands",
    "name": "eyecatch.jobs.naming.commands",
    "render": "eyecatch.jobs.render.render",
    "review": "eyecatch.jobs.review.server",
    "segment": "eyecatch.jobs.segmenting.setting",
    "segments": "eyecatch.jobs.segmenting.listing",
    "split": "eyecatch.jobs.naming.commands",
    "status": "eyecatch.jobs.queries",
    "train": "eyecatch.training.classifier.train",
    "undo": "eyecatch.jobs.naming.commands",
    "unknowns": "eyecatch.jobs.naming.commands",
    "unname": "eyecatch.jobs.naming.commands",
}

__all__ = [
    "adapt",
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
    "forget",
    "identify",
    "index",
    "merge",
    "name",
    "render",
    "review",
    "segment",
    "segments",
    "split",
    "status",
    "train",
    "undo",
    "unknowns",
    "unname",
]


if not TYPE_CHECKING:  # type checkers would take it that every name is there

    def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562
        if name not in _HOMES:
            raise AttributeError(f"module 'eyecatch' has no attribute {name!r}")
        return getattr(load(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
