"""The rows that answers are printed as; their JSON is stable: see ``docs/json.md``."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eyecatch.jobs.damage import damage_sentence
from eyecatch.jobs.progress import limit

if TYPE_CHECKING:  # the database loads only when it is asked
    from eyecatch.db.records.answers import CharacterSummary, EpisodeSummary, Found, Range
    from eyecatch.db.records.review import FaceRow
    from eyecatch.db.records.scan import Damage, EpisodeRecord
    from eyecatch.db.records.states import EpisodeStatus, FileFault, RunRecord
    from eyecatch.jobs.naming.commands import Cluster, Unknowns
    from eyecatch.jobs.segmenting.listing import EpisodeSegment

Row = dict[str, Any]


def found_row(found: Found) -> Row:
    """An episode that features a character."""
    return {
        "episode": found.episode.name,
        "series": found.episode.series,
        "characters": list(found.characters),
        "seconds": _seconds(found.screen_time),
        "first": _seconds(found.first),
        "last": _seconds(found.last),
        "ranges": [range_row(one) for one in found.ranges],
        "left_out": {one.segment: _seconds(one.screen_time) for one in found.left_out},
        "glimpses": found.glimpses,
        "path": str(found.episode.video.path),
    }


def range_row(one: Range) -> Row:
    """A character on screen from a time to a time."""
    return {
        "start": _seconds(one.start),
        "end": _seconds(one.stop),
        "start_frame": one.start_frame,
        "end_frame": one.stop_frame,
        "confidence": round(one.confidence, 4),
        "segment": one.segment,
    }


def record_row(episode: EpisodeRecord) -> Row:
    """An episode by itself."""
    return {
        "episode": episode.name,
        "series": episode.series,
        "label": episode.named.label,
        "season": episode.named.season,
        "number": episode.named.number,
        "last_number": episode.named.last_number,
        "title": episode.named.title,
        "special": episode.named.special,
        "named_by": episode.named_by,
        "state": episode.state,
        "seconds": _seconds(episode.length),
        "frames": episode.frames,
        "damaged": episode.damaged,
        "path": str(episode.video.path),
    }


def episode_row(summary: EpisodeSummary) -> Row:
    """An episode of the index."""
    row = record_row(summary.episode)
    path = row.pop("path")
    return {
        **row,
        "characters": [
            {"character": role.character, "seconds": _seconds(role.screen_time)}
            for role in summary.cast
        ],
        "left_out": {one.segment: _seconds(one.screen_time) for one in summary.left_out},
        "glimpses": summary.glimpses,
        "path": path,
    }


def character_row(summary: CharacterSummary) -> Row:
    """A character of the index."""
    return {
        "character": summary.name,
        "aliases": list(summary.aliases),
        "series": summary.series,
        "episodes": summary.episodes,
        "seconds": _seconds(summary.screen_time),
        "faces": summary.faces,
        "left_out": {
            one.segment: {"episodes": one.episodes, "seconds": _seconds(one.screen_time)}
            for one in summary.left_out
        },
        "glimpses": summary.glimpses,
    }


def status_row(status: EpisodeStatus) -> Row:
    """How far an episode has come."""
    damaged = None if status.failed else damage_sentence(status.episode)
    return {
        "episode": status.episode.name,
        "state": status.episode.state,
        "done": status.done,
        "pending": status.pending,
        "failed": status.failed,
        "again": status.again,
        "end": _seconds(status.episode.end),
        "names_due": status.episode.names_due,
        "damaged": status.episode.damaged,
        "damage": [_damage_row(status.episode, some) for some in status.episode.damage],
        "errors": [*(fault.error for fault in status.faults), *([damaged] if damaged else [])],
        "faults": [
            {
                "chunk": fault.id,
                "number": fault.chunk,
                "state": fault.state,
                "attempts": fault.attempts,
                "error": fault.error,
            }
            for fault in status.faults
        ],
        "path": str(status.episode.video.path),
    }


def _damage_row(episode: EpisodeRecord, damage: Damage) -> Row:
    """Frames of an episode that could not be decoded."""
    base = episode.video.time_base
    return {
        "start": _seconds(damage.start_pts * base),
        "end": _seconds(damage.stop_pts * base),
        "start_frame": damage.start,
        "end_frame": damage.stop,
    }


def bad_file_row(fault: FileFault) -> Row:
    """A file that is no episode, in the columns of one, and why."""
    return {
        "episode": Path(fault.path).name,
        "state": "failed",
        "done": 0,
        "pending": 0,
        "failed": 0,
        "again": fault.attempts - 1,
        "errors": [fault.error],
        "path": fault.path,
    }


def run_row(run: RunRecord) -> Row:
    """One call of index."""
    return {
        "run": run.id,
        "state": run.state,
        "host": run.host,
        "started": run.started.isoformat(timespec="seconds"),
        "finished": run.finished and run.finished.isoformat(timespec="seconds"),
        "config": run.config,
        "versions": run.versions,
        "stages": {name: round(seconds, 3) for name, seconds in run.stages.items()},
        "limit": limit(run.stages),
    }


def segment_row(found: EpisodeSegment) -> Row:
    """A part of an episode that is no story, or is shown elsewhere too."""
    row = found.row
    return {
        "episode": found.episode.name,
        "kind": row.kind,
        "start": _seconds(row.start),
        "stop": _seconds(row.stop),
        "start_frame": row.start_frame,
        "stop_frame": row.stop_frame,
        "confidence": round(row.confidence, 4),
        "by": row.by,
        "shared": row.shared,
        "series": found.episode.series,
        "path": str(found.episode.video.path),
    }


def unknowns_row(found: Unknowns) -> Row:
    """Who waits for a name."""
    return {
        "named": round(found.share.part, 4),
        "clusters": [cluster_row(one) for one in found.clusters],
        "unsure": [face_row(one) | {"doubt": found.doubts.get(one.id)} for one in found.unsure],
    }


def cluster_row(cluster: Cluster) -> Row:
    """A cluster of faces that wait."""
    row = cluster.row
    return {
        "cluster": row.id,
        "series": row.series,
        "faces": [face_row(face) for face in cluster.faces],
        "episodes": row.episodes,
        "seconds": round(row.seconds, 3),
        "doubt": cluster.doubt,
    }


def face_row(face: FaceRow) -> Row:
    """The face of a track."""
    return {
        "face": face.id,
        "cluster": face.cluster,
        "episode": face.episode,
        "track": face.track,
        "start": round(face.time, 3),
        "seconds": round(face.seconds, 3),
        "character": face.character,
        "confidence": face.confidence,
        "path": face.path,
    }


def _seconds(value: Fraction) -> float:
    return round(float(value), 3)
