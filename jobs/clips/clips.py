"""``eyecatch clips``: the scenes of a character, cut out of all episodes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Final, Unpack

from eyecatch.core.arguments import (
    AnyPath,
    Database,
    Names,
    checked,
    path_of,
    several,
)
from eyecatch.core.errors import EyecatchError, RequestError
from eyecatch.core.file_names import fitted
from eyecatch.core.files import refuse, whole_file
from eyecatch.db.index import Index, open_index
from eyecatch.db.records.answers import Found
from eyecatch.jobs.clips.clip_spans import spans
from eyecatch.jobs.clips.manifest import NAMES, Clip, write_manifest
from eyecatch.jobs.clips.options import ClipKeywords, ClipOptions
from eyecatch.jobs.clips.segment_clips import shown_once
from eyecatch.jobs.clips.supercut import write_supercut
from eyecatch.jobs.progress import StepListener, ignore_steps
from eyecatch.jobs.render.cutter import Cutter, Span
from eyecatch.jobs.render.encoders import find_encoder
from eyecatch.jobs.render.source import source


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


@dataclass(frozen=True, slots=True)
class _Plan:
    """A clip that is to be cut, and where it goes."""

    cutter: Cutter
    span: Span
    characters: tuple[str, ...]
    segment: str | None
    file: Path | None = None

    def cut(self, span: Span) -> Clip:
        """What was cut; ``span``: its frames."""
        clock = self.cutter.source.clock
        return Clip(
            file=self.file,
            episode=self.cutter.source.episode,
            characters=self.characters,
            start_frame=span.start,
            stop_frame=span.stop,
            start_pts=clock.starts(span.start),
            stop_pts=clock.starts(span.stop),
            confidence=span.confidence,
            segment=self.segment,
        )


@dataclass(slots=True)
class _Job:
    """One call of ``clips``: how clips are cut, and what went wrong."""

    options: ClipOptions
    listener: StepListener
    faults: list[str] = field(default_factory=list)

    def plans(self, index: Index, found: Sequence[Found], out: Path | None) -> list[_Plan]:
        """The clips of all that was found; an episode without its file is a fault."""
        plans = [plan for one in found for plan in self._of_episode(index, one)]
        if out is None:
            return plans
        return [replace(plan, file=out / _name(k, plan)) for k, plan in enumerate(plans, 1)]

    def _of_episode(self, index: Index, found: Found) -> Iterator[_Plan]:
        options = self.options
        try:
            made = source(index, found.episode, unsure=options.unsure)
            if not options.fast:
                find_encoder(options, made.video.pixel_format)
            cutter = Cutter(made, options.labels, options.fast, options)
            unit = made.video.time_base
            for span in spans(found.ranges, made.clock, unit, options):
                yield _Plan(cutter, span, found.characters, options.kind)
        except RequestError:
            raise
        except EyecatchError as error:
            self.faults.append(str(error))

    def write(self, plans: Sequence[_Plan]) -> Iterator[Clip]:
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
        names: characters or their aliases; case doesn't matter. None with ``kind``.
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.
        out: folder for the clips and their manifest.
        supercut: file for all clips in one. Give ``out``, ``supercut``, or both.
        listener: called with the clips that are cut, and how many there will be.
        **keywords: all optional:

            encoder: ``x264``, ``nvenc``, ``qsv`` or ``videotoolbox``; or ``auto``: a GPU encoder
                if one works here, else ``x264``.
            quality: on the encoder's own scale, lower is better; None for what suits it.
            together: only while all characters are on screen at once; else each for itself.
            pad: seconds shown before and after, as far as the episode goes.
            gap: seconds that may lie between two scenes that become one clip; scenes that touch
                always do.
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
        plans = job.plans(index, found, out)
    if not plans and not job.faults:
        raise RequestError(_nothing(names, options, bool(found)))
    for target in _targets(plans, out, supercut):
        refuse(target, options.force)
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
    if options.fast and supercut is not None:
        raise RequestError("a supercut can't be copied from keyframes", "leave out --fast")


def _targets(plans: Sequence[_Plan], out: Path | None, supercut: Path | None) -> Iterator[Path]:
    """All files that are to be written."""
    yield from (plan.file for plan in plans if plan.file is not None)
    if out is not None:
        yield from (out / name for name in NAMES)
    if supercut is not None:
        yield supercut


def _nothing(names: Sequence[str], options: ClipOptions, found: bool) -> str:
    who = (" and " if options.together else " or ").join(names)
    if found:
        return f"no clip of {who or options.kind} is as long as was asked"
    if options.kind is not None:
        return f"there is no {options.kind} in the index"
    return f"{who} {'are on screen together' if options.together else 'is on screen'} nowhere"


HALF: Final = 85
"""Bytes of a clip's name for the episode's, and for the characters'."""


def _name(number: int, plan: _Plan) -> str:
    """Such as ``Show_S01E03_0007_Hiei_00-12-31.480.mp4``: the time is what players show."""
    source = plan.cutter.source
    begin = source.clock.starts(plan.span.start) * source.video.time_base
    ms = max(0, int((begin - Fraction(source.layout.start)) * 1000))
    hours, minutes, seconds = ms // 3_600_000, ms // 60_000 % 60, ms // 1000 % 60
    time = f"{hours:02}-{minutes:02}-{seconds:02}.{ms % 1000:03}"
    who = "+".join(plan.characters) or str(plan.segment)
    title, who = (fitted(_plain(part), most=HALF) for part in (source.episode.title, who))
    return f"{title}_{number:04}_{who}_{time}{plan.cutter.suffix}"


def _plain(text: str) -> str:
    """Text that any file system takes in a name: letters of any script, digits and -+. ."""
    whole = (sign if re.match(r"[\w.+-]", sign) or _is_mark(sign) else "_" for sign in text)
    return re.sub("_+", "_", "".join(whole)).strip("._") or "_"


def _is_mark(sign: str) -> bool:
    """Whether it belongs to the letter before it: accents, vowels of Devanagari and Thai."""
    return unicodedata.category(sign).startswith("M")
