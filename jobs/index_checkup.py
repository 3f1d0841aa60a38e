"""``eyecatch doctor --db``: whether an index is sound, and what is lost where it isn't."""

from __future__ import annotations

from typing import Final

from eyecatch.core.arguments import Database
from eyecatch.core.errors import DatabaseError
from eyecatch.db.index import open_index
from eyecatch.db.queries.checkup import Fault
from eyecatch.jobs.finding import Finding

# What a fault in a table costs, and what to do.
LOST: Final = {
    "": "its file is damaged: restore a copy; what can still be read may be exported first",
    "episode": "these episodes can't be asked for: restore a copy, or index their files anew",
    "episode_file": "these files aren't found: index them again, nothing is scanned twice",
    "series": "episodes of these shows can't be asked for by them: restore a copy",
    "character": "these names are lost: name the faces again",
    "alias": "these other names are lost",
    "bundle": "who named faces with them isn't known any more: index again with --model",
    "run": "nothing that is asked: a record of work that was done",
    "bad_file": "nothing that is asked: the file is tried again when it is indexed",
    "chunk": "their frames count as not scanned: restore a copy, or index the episode anew",
    "timeline": "the times of their frames: exports and clips of the episode can't be made",
    "tracklet": "faces of these frames are missing: restore a copy, or index the episode anew",
    "frame": "boxes of these frames are missing or wrong in what is rendered and exported",
    "crop": "these faces keep their names, and no other bundle can judge them",
    "identification": "the bundle's predictions: they are made again by index --model",
    "shot": "where shots begin: made again when the episode is decided",
    "track": "who these faces are, and when: restore a copy, or index the episode anew",
    "picture_hash": "what of these episodes repeats can't be found: index --segments hashes again",
    "sound_hash": "what of these episodes repeats is told by pictures alone",
    "chapter": "the chapters of these files aren't asked about what repeats",
    "segment": "answers count these openings and recaps: index --segments finds them again",
    "missed_face": "faces that a person drew are lost: draw them again",
    "adapted_detector": "what was learned of these shows: index --adapt learns it again",
    "appearance": "find and characters answer otherwise than frames do: index again decides anew",
    "cluster": "groups of faces that wait for a name are made again by eyecatch unknowns",
    "apart": "clusters that a person separated may be joined again",
    "face": "these faces are looked at again by eyecatch unknowns",
    "unlike": "what a person said that a face is not",
    "action": "these actions can't be undone any more",
    "overruled": "what a model had said before a person did",
    "role_tally": "screen time in lists is miscounted until names change there again",
    "tally": "the share of screen time with a name is miscounted until the next naming",
    "decision": "names that a person gave to these faces: name them again",
}


def check_index(db: Database) -> list[Finding]:
    """What is wrong with an index, table by table; one finding that is fine if nothing is.

    Args:
        db: path of an SQLite file, or any SQLAlchemy URL.

    Raises:
        DatabaseError: there is no index, or it can't be opened.
    """
    with open_index(db, create=False) as index:
        faults = list(index.checkup.faults())
        if faults:
            return [_finding(fault) for fault in faults]
        try:
            episodes = len(index.summaries.episodes())
        except DatabaseError as error:
            return [Finding("index", error.problem, error.advice, fine=False)]
    return [
        Finding(
            "index",
            f"sound, {episodes} episode{'' if episodes == 1 else 's'}",
            "every row was read",
        )
    ]


def _finding(fault: Fault) -> Finding:
    if not fault.table:
        return Finding("index", fault.problem, LOST[""], fine=False)
    rows = "1 row" if fault.rows == 1 else f"{fault.rows} rows, the first"
    return Finding(
        f"table {fault.table}", f"{rows}: {fault.problem}", LOST[fault.table], fine=False
    )
