"""eyecatch: which episodes feature whom, for anime and any drawn show.

Each verb of the command line is a function here, of the same name; beside them stand what they
raise and what they return (``docs/python.md``). All are loaded when used, so that
``import eyecatch`` costs nothing.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from eyecatch.core.runtime import load

if TYPE_CHECKING:
    from eyecatch.core.detect.config import DetectorConfig
    from eyecatch.core.detect.detector_card import DetectorCard
    from eyecatch.core.errors import (
        ArgumentError,
        DatabaseError,
        DatabaseGoneError,
        EyecatchError,
        MachineError,
        MediaError,
        ModelError,
        RequestError,
        UnknownCharacterError,
    )
    from eyecatch.core.identity.bundle import Bundle
    from eyecatch.core.video.types import Video
    from eyecatch.db.records.answers import (
        CharacterSummary,
        EpisodeSummary,
        Findings,
        Found,
        LeftOut,
        Range,
        Role,
        SegmentRow,
    )
    from eyecatch.db.records.review import ActionRow, ClusterRow, FaceRow, Share
    from eyecatch.db.records.scan import EpisodeRecord
    from eyecatch.db.records.states import ChunkFault, EpisodeStatus, FileFault, RunRecord
    from eyecatch.jobs.adapting.adapt import Adapted, adapt
    from eyecatch.jobs.clips.clips import ClipsReport, clips
    from eyecatch.jobs.clips.manifest import Clip
    from eyecatch.jobs.demo import Demo, demo
    from eyecatch.jobs.doctor import doctor
    from eyecatch.jobs.episode_naming import episode
    from eyecatch.jobs.export.export import export
    from eyecatch.jobs.export.exporting import Exported
    from eyecatch.jobs.finding import Finding
    from eyecatch.jobs.forgetting import Forgotten, forget
    from eyecatch.jobs.identify import Face, Still, identify
    from eyecatch.jobs.indexing.index import IndexReport, index
    from eyecatch.jobs.indexing.index_fault import IndexFault
    from eyecatch.jobs.naming.character_commands import alias, rename
    from eyecatch.jobs.naming.commands import (
        Cluster,
        Unknowns,
        merge,
        name,
        split,
        undo,
        unknowns,
        unname,
    )
    from eyecatch.jobs.plain import to_dict
    from eyecatch.jobs.progress import Progress
    from eyecatch.jobs.queries import Status, characters, episodes, find, status
    from eyecatch.jobs.ray_options import RayOptions
    from eyecatch.jobs.render.render import render
    from eyecatch.jobs.review.server import review
    from eyecatch.jobs.segmenting.listing import EpisodeSegment, segments
    from eyecatch.jobs.segmenting.setting import segment
    from eyecatch.training.classifier.train import train
    from eyecatch.training.collection.collect import collect
    from eyecatch.training.collection.options import Danbooru, Web
    from eyecatch.training.collection.types import Collected
    from eyecatch.training.detector.adaptation.judge import HeldFigures
    from eyecatch.training.detector.adaptation.rounds import RoundFigures
    from eyecatch.training.enrolment.enrol import enrol
    from eyecatch.training.evaluation.detection_metrics import DetectionMetrics, HeightMetrics
    from eyecatch.training.evaluation.detector import DetectorReport, evaluate_detector
    from eyecatch.training.evaluation.evaluate import evaluate
    from eyecatch.training.evaluation.predictions import Confusion, Evaluation, Mistake
    from eyecatch.training.metrics import ClosedSetMetrics, OpenSetMetrics

__version__ = "0.1.0"

# A program that uses eyecatch says where its log goes; until then nothing is printed.
logging.getLogger(__name__).addHandler(logging.NullHandler())

_HOMES = {
    "ActionRow": "eyecatch.db.records.review",
    "Adapted": "eyecatch.jobs.adapting.adapt",
    "ArgumentError": "eyecatch.core.errors",
    "Bundle": "eyecatch.core.identity.bundle",
    "CharacterSummary": "eyecatch.db.records.answers",
    "ChunkFault": "eyecatch.db.records.states",
    "Clip": "eyecatch.jobs.clips.manifest",
    "ClipsReport": "eyecatch.jobs.clips.clips",
    "ClosedSetMetrics": "eyecatch.training.metrics",
    "Cluster": "eyecatch.jobs.naming.commands",
    "ClusterRow": "eyecatch.db.records.review",
    "Collected": "eyecatch.training.collection.types",
    "Confusion": "eyecatch.training.evaluation.predictions",
    "Danbooru": "eyecatch.training.collection.options",
    "DatabaseError": "eyecatch.core.errors",
    "DatabaseGoneError": "eyecatch.core.errors",
    "Demo": "eyecatch.jobs.demo",
    "DetectionMetrics": "eyecatch.training.evaluation.detection_metrics",
    "DetectorCard": "eyecatch.core.detect.detector_card",
    "DetectorConfig": "eyecatch.core.detect.config",
    "DetectorReport": "eyecatch.training.evaluation.detector",
    "EpisodeRecord": "eyecatch.db.records.scan",
    "EpisodeSegment": "eyecatch.jobs.segmenting.listing",
    "EpisodeStatus": "eyecatch.db.records.states",
    "EpisodeSummary": "eyecatch.db.records.answers",
    "Evaluation": "eyecatch.training.evaluation.predictions",
    "Exported": "eyecatch.jobs.export.exporting",
    "EyecatchError": "eyecatch.core.errors",
    "Face": "eyecatch.jobs.identify",
    "FaceRow": "eyecatch.db.records.review",
    "FileFault": "eyecatch.db.records.states",
    "Finding": "eyecatch.jobs.finding",
    "Findings": "eyecatch.db.records.answers",
    "Forgotten": "eyecatch.jobs.forgetting",
    "Found": "eyecatch.db.records.answers",
    "HeightMetrics": "eyecatch.training.evaluation.detection_metrics",
    "HeldFigures": "eyecatch.training.detector.adaptation.judge",
    "IndexFault": "eyecatch.jobs.indexing.index_fault",
    "IndexReport": "eyecatch.jobs.indexing.index",
    "LeftOut": "eyecatch.db.records.answers",
    "MachineError": "eyecatch.core.errors",
    "MediaError": "eyecatch.core.errors",
    "Mistake": "eyecatch.training.evaluation.predictions",
    "ModelError": "eyecatch.core.errors",
    "OpenSetMetrics": "eyecatch.training.metrics",
    "Progress": "eyecatch.jobs.progress",
    "Range": "eyecatch.db.records.answers",
    "RayOptions": "eyecatch.jobs.ray_options",
    "RequestError": "eyecatch.core.errors",
    "Role": "eyecatch.db.records.answers",
    "RoundFigures": "eyecatch.training.detector.adaptation.rounds",
    "RunRecord": "eyecatch.db.records.states",
    "SegmentRow": "eyecatch.db.records.answers",
    "Share": "eyecatch.db.records.review",
    "Status": "eyecatch.jobs.queries",
    "Still": "eyecatch.jobs.identify",
    "UnknownCharacterError": "eyecatch.core.errors",
    "Unknowns": "eyecatch.jobs.naming.commands",
    "Video": "eyecatch.core.video.types",
    "Web": "eyecatch.training.collection.options",
    "adapt": "eyecatch.jobs.adapting.adapt",
    "alias": "eyecatch.jobs.naming.character_commands",
    "characters": "eyecatch.jobs.queries",
    "clips": "eyecatch.jobs.clips.clips",
    "collect": "eyecatch.training.collection.collect",
    "demo": "eyecatch.jobs.demo",
    "doctor": "eyecatch.jobs.doctor",
    "enrol": "eyecatch.training.enrolment.enrol",
    "episode": "eyecatch.jobs.episode_naming",
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
    "rename": "eyecatch.jobs.naming.character_commands",
    "render": "eyecatch.jobs.render.render",
    "review": "eyecatch.jobs.review.server",
    "segment": "eyecatch.jobs.segmenting.setting",
    "segments": "eyecatch.jobs.segmenting.listing",
    "split": "eyecatch.jobs.naming.commands",
    "status": "eyecatch.jobs.queries",
    "to_dict": "eyecatch.jobs.plain",
    "train": "eyecatch.training.classifier.train",
    "undo": "eyecatch.jobs.naming.commands",
    "unknowns": "eyecatch.jobs.naming.commands",
    "unname": "eyecatch.jobs.naming.commands",
}

__all__ = [
    "ActionRow",
    "Adapted",
    "ArgumentError",
    "Bundle",
    "CharacterSummary",
    "ChunkFault",
    "Clip",
    "ClipsReport",
    "ClosedSetMetrics",
    "Cluster",
    "ClusterRow",
    "Collected",
    "Confusion",
    "Danbooru",
    "DatabaseError",
    "DatabaseGoneError",
    "Demo",
    "DetectionMetrics",
    "DetectorCard",
    "DetectorConfig",
    "DetectorReport",
    "EpisodeRecord",
    "EpisodeSegment",
    "EpisodeStatus",
    "EpisodeSummary",
    "Evaluation",
    "Exported",
    "EyecatchError",
    "Face",
    "FaceRow",
    "FileFault",
    "Finding",
    "Findings",
    "Forgotten",
    "Found",
    "HeightMetrics",
    "HeldFigures",
    "IndexFault",
    "IndexReport",
    "LeftOut",
    "MachineError",
    "MediaError",
    "Mistake",
    "ModelError",
    "OpenSetMetrics",
    "Progress",
    "Range",
    "RayOptions",
    "RequestError",
    "Role",
    "RoundFigures",
    "RunRecord",
    "SegmentRow",
    "Share",
    "Status",
    "Still",
    "UnknownCharacterError",
    "Unknowns",
    "Video",
    "Web",
    "adapt",
    "alias",
    "characters",
    "clips",
    "collect",
    "demo",
    "doctor",
    "enrol",
    "episode",
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
    "rename",
    "render",
    "review",
    "segment",
    "segments",
    "split",
    "status",
    "to_dict",
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
