"""``eyecatch clips``: the scenes of a character, cut out of all episodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Unpack

from eyecatch.core.arguments import (
    AnyPath,
    Database,
    Names,
    checked,
    path_of,
    several,
)
from eyecatch.core.errors import EyecatchError, RequestError
from eyecatch.core.files import check_room, check_writable, refuse, whole_file
from eyecatch.core.video.container_layout import container_of
from eyecatch.db.index import Index, open_index
from eyecatch.db.records.answers import Findings, Found
from eyecatch.jobs.clips.clip_plans import ClipPlan, plan_clips
from eyecatch.jobs.clips.manifest import NAMES, Clip, write_manifest
from eyecatch.jobs.clips.options import ClipKeywords, ClipOptions
from eyecatch.jobs.clips.segment_clips import shown_once
from eyecatch.jobs.clips.supercut import check_supercut, write_supercut
from eyecatch.jobs.progress import StepListener, ignore_steps


@dataclass(frozen=True, slots=True)
class ClipsReport:
    """What was cut.

    Attributes:
        clips: in order of episodes and time.
        faults: a sentence for each clip or episode that could not be cut; the others are.
        supercut: the file of all clips, if one was asked for.
    """

    clips: tuple[Clip, ...]
    faults: tuple[str, ...] = ()
    supercut: Path | None = None


@dataclass(slots=True)
class _Job:
    """One call of ``clips``: how clips are cut, and what went wrong."""

    options: ClipOptions
    listener: StepListener
    faults: list[str] = field(default_factory=list)

    def write(self, plans: Sequence[ClipPlan]) -> Iterator[Clip]:
        """Cut the clips; what can't be cut is a fault."""
        for done, plan in enumerate(plans):
            self.listener(done, len(plans))
            if done and plans[done - 1].cutter is not plan.cutter:
                plans[done - 1].cutter.release()
            assert plan.file is not None
            try:
                with whole_file(plan.file, force=True) as aside:
                    span = plan.cutter.write(plan.span, aside, plan.file.stem)
                yield plan.cut(span)
            except EyecatchError as error:
                self.faults.append(str(error))
        self.listener(len(plans), len(plans))


@checked
def clips(
    names: Names = (),
    *,
    db: Database | None = None,
    out: AnyPath | None = None,
    supercut: AnyPath | None = None,
    listener: StepListener = ignore_steps,
    **keywords: Unpack[ClipKeywords],
) -> ClipsReport:
    """Cut out the scenes of characters, exact to the frame at both ends.

    Args:
        names: a character or several, or their aliases; case doesn't matter. None with ``kind``.
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.
        out: folder for the clips and their manifest; clips come in the order of the show, and
            their names say who is in them.
        supercut: file for all clips in one. Give ``out``, ``supercut``, or both.
        listener: called with the clips that are cut, and how many there will be.
        **keywords: all optional:

            encoder: ``x264``, ``nvenc``, ``qsv`` or ``videotoolbox``; or ``auto``: a GPU encoder
                if one works here, else ``x264``.
            quality: on the encoder's own scale, lower is better; None for what suits it.
            together: only while all characters are on screen at once; else scenes with any of
                them, each scene once.
            pad: seconds shown before and after, as far as the shot goes; None for .2.
            gap: seconds between two appearances that are one scene; those that touch always are.
                None for 1.
            min_seconds: seconds that a scene has at least, without what is shown before and after;
                None for 1. Segments of a ``kind`` are cut as they are where these three are None.
            shortest: seconds; clips that are shorter are left out.
            longest: seconds; clips that are longer are cut into equal parts; None for any length.
            min_confidence: least confidence of an appearance, 0 to 1.
            unsure: also where it may be them.
            with_kinds: kinds of segments that count too, as in ``find``.
            kind: instead of anybody's scenes, the segments of this kind, such as ``opening``: what
                several episodes share once, where it is longest.
            labels: ``none``, ``soft`` or ``burn``.
            fast: copy from keyframe to keyframe, so that clips begin earlier and end later.
            force: replace files that are there.

    Raises:
        UnknownCharacterError: no character is called so.
        RequestError: nothing was found, or it can't be done so.
        DatabaseError: there is no index, or it can't be read.

    Example:
        >>> import eyecatch
        >>> done = eyecatch.clips("Mizore", db="season.db", out="clips")
        >>> done.clips[0].file.name
        'Lantern_Street_S01E01_0001_Mizore_...mp4'
    """
    options = ClipOptions(**keywords)
    return _clips(several(names), db, path_of(out), path_of(supercut), _Job(options, listener))


def _clips(
    names: Sequence[str],
    db: Database | None,
    out: Path | None,
    supercut: Path | None,
    job: _Job,
) -> ClipsReport:
    options, listener = job.options, job.listener
    _check_targets(out, supercut, options)
    if bool(names) == (options.kind is not None):
        raise RequestError("clips are of characters or of a kind", "name some, or a --kind")
    with open_index(db, create=False, filled=True) as index:
        found = _found(index, names, options)
        plans = plan_clips(index, found, out, options, job.faults)
    if not plans and not job.faults:
        raise _nothing(names, options, found)
    _check_places(plans, out, supercut, options)
    made = list(job.write(plans)) if out is not None else [plan.cut(plan.span) for plan in plans]
    if out is not None:
        write_manifest(out, made)
    if supercut is not None and plans:
        with whole_file(supercut, force=options.force) as aside:
            cuts = [(plan.cutter, plan.span) for plan in plans]
            title = " & ".join(dict.fromkeys(name for plan in plans for name in plan.characters))
            title = title or str(options.kind)
            write_supercut(cuts, aside, title, lambda done: listener(done, len(plans)))
    return ClipsReport(tuple(made), tuple(job.faults), supercut)


def _found(index: Index, names: Sequence[str], options: ClipOptions) -> list[Found]:
    """Where what is to be cut is shown."""
    if options.kind is not None:
        return shown_once(index, options.kind)
    return index.queries.find(
        names,
        together=options.together,
        min_seconds=0,  # clips have a shortest of their own
        min_confidence=options.min_confidence,
        unsure=options.unsure,
        with_kinds=options.with_kinds,
    )


def _check_targets(out: Path | None, supercut: Path | None, options: ClipOptions) -> None:
    if out is None and supercut is None:
        raise RequestError("clips have to go somewhere", "name --out DIR, --supercut FILE or both")
    if supercut is None:
        return
    if options.fast:
        raise RequestError("a supercut can't be copied from keyframes", "leave out --fast")
    if container_of(supercut) != "matroska" and options.labels == "soft":
        raise RequestError(
            f"{supercut.suffix} can't hold an ASS track", "name an .mkv, or burn it in"
        )


def _targets(plans: Sequence[ClipPlan], out: Path | None, supercut: Path | None) -> Iterator[Path]:
    """All files that are to be written."""
    yield from (plan.file for plan in plans if plan.file is not None)
    if out is not None:
        yield from (out / name for name in NAMES)
    if supercut is not None:
        yield supercut


def _check_places(
    plans: Sequence[ClipPlan], out: Path | None, supercut: Path | None, options: ClipOptions
) -> None:
    """RequestError, before anything is encoded, where something can't be written."""
    sources = {plan.cutter.source.video.path.resolve() for plan in plans}
    for target in _targets(plans, out, supercut):
        refuse(target, options.force)
        if target.resolve() in sources:
            raise RequestError(f"{target} is an episode itself", "choose another name")
    if out is not None:
        check_writable(out / NAMES[0])
        if options.fast:  # what is encoded has a size that nobody knows yet
            check_room(out, sum(map(_copied_bytes, plans)))
    if supercut is not None:
        check_writable(supercut)
        check_supercut([plan.cutter for plan in plans])


def _copied_bytes(plan: ClipPlan) -> int:
    """About as many as a clip has that is copied: its share of the episode."""
    source, clip = plan.cutter.source, plan.cut(plan.span)
    share = clip.seconds / max(source.episode.seconds, clip.seconds)
    return int(share * source.video.path.stat().st_size)


def _nothing(names: Sequence[str], options: ClipOptions, found: Sequence[Found]) -> RequestError:
    who = (" and " if options.together else " or ").join(names)
    if found:
        problem = f"no clip of {who or options.kind} is as long as was asked"
        return RequestError(problem, "--min-seconds 0 cuts glimpses too")
    if options.kind is not None:
        return RequestError(f"there is no {options.kind} in the index")
    where = "are on screen together" if options.together else "is on screen"
    if isinstance(found, Findings) and found.left_out:
        kinds = ",".join(one.segment for one in found.left_out)
        return RequestError(
            f"{who} {where} nowhere in the story", f"--with {kinds} counts the rest"
        )
    return RequestError(f"{who} {where} nowhere")
