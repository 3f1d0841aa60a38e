"""``eyecatch clips``: the scenes of a character, cut out of all episodes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from eyecatch.core.errors import EyecatchError, RequestError
from eyecatch.core.files import refuse, whole_file
from eyecatch.db.index import Index, open_index
from eyecatch.db.records.answers import Found
from eyecatch.jobs.clips.manifest import NAMES, Clip, write_manifest
from eyecatch.jobs.clips.supercut import write_supercut
from eyecatch.jobs.progress import Steps, unheard
from eyecatch.jobs.render.cutter import Cutter
from eyecatch.jobs.render.encoders import Wish
from eyecatch.jobs.render.encoders import encoder as encoder_for
from eyecatch.jobs.render.segments import Span, Wishes, spans
from eyecatch.jobs.render.source import source

LABELS = ("none", "soft", "burn")


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
        )


@dataclass(slots=True)
class _Job:
    """One call of ``clips``: what it was asked, and what went wrong."""

    labels: str
    fast: bool
    encoding: Wish
    wishes: Wishes
    unsure: bool
    listener: Steps
    faults: list[str] = field(default_factory=list)

    def plans(self, index: Index, found: Sequence[Found], out: Path | None) -> list[_Plan]:
        """The clips of all that was found; an episode without its file is a fault."""
        plans = [plan for one in found for plan in self._of_episode(index, one)]
        if out is None:
            return plans
        return [replace(plan, file=out / _name(k, plan)) for k, plan in enumerate(plans, 1)]

    def _of_episode(self, index: Index, found: Found) -> Iterator[_Plan]:
        try:
            made = source(index, found.episode, unsure=self.unsure)
            if not self.fast:
                encoder_for(self.encoding, made.video.pixel_format)
            cutter = Cutter(made, self.labels, self.fast, self.encoding)
            unit = made.video.time_base
            for span in spans(found.ranges, made.clock, unit, self.wishes):
                yield _Plan(cutter, span, found.characters)
        except RequestError:
            raise
        except EyecatchError as error:
            self.faults.append(str(error))

    def write(self, plans: Sequence[_Plan]) -> Iterator[Clip]:
        """Cut the clips; what can't be cut is a fault."""
        for done, plan in enumerate(plans):
            self.listener(done, len(plans))
            assert plan.file is not None
            try:
                with whole_file(plan.file, force=True) as aside:
                    span = plan.cutter.write(plan.span, aside, plan.file.stem)
                yield plan.cut(span)
            except EyecatchError as error:
                self.faults.append(str(error))
        self.listener(len(plans), len(plans))


def clips(  # noqa: PLR0913 - each is one plain wish of the caller's
    names: Sequence[str],
    *,
    db: str = "eyecatch.db",
    out: Path | None = None,
    supercut: Path | None = None,
    together: bool = False,
    pad: float = 0.0,
    gap: float = 0.0,
    shortest: float = 0.0,
    longest: float | None = None,
    min_confidence: float = 0.0,
    unsure: bool = False,
    labels: str = "none",
    fast: bool = False,
    encoder: str = "x264",
    quality: int | None = None,
    force: bool = False,
    listener: Steps = unheard,
) -> ClipsReport:
    """Cut out the scenes of characters, exact to the frame at both ends.

    Args:
        names: characters or their aliases; case doesn't matter.
        db: path of an SQLite file, or any SQLAlchemy URL.
        out: folder for the clips and their manifest.
        supercut: file for all clips in one; either or both.
        together: only while all of them are on screen at once; else each for itself.
        pad: seconds shown before and after.
        gap: seconds that may lie between two scenes that become one clip.
        shortest: seconds; clips that are shorter are left out.
        longest: seconds; clips that are longer are cut into equal parts.
        min_confidence: least confidence of an appearance.
        unsure: also where it may be them.
        labels: ``none``, ``soft`` or ``burn``.
        fast: copy from keyframe to keyframe, so that clips begin earlier and end later.
        encoder: ``x264``, ``nvenc``, ``qsv``, ``videotoolbox`` or ``auto``.
        quality: on the encoder's own scale, lower is better; None for what suits it.
        force: replace files that are there.
        listener: is told of progress.

    Raises:
        UnknownCharacterError: no character is called so.
        RequestError: nothing was found, or it can't be done so.
        DatabaseError: there is no index, or it can't be read.
    """
    _check(out, supercut, labels, fast)
    wishes = Wishes(pad, gap, shortest, longest)
    job = _Job(labels, fast, Wish(encoder, quality), wishes, unsure, listener)
    with open_index(db, create=False) as index:
        found = index.queries.find(
            names, together=together, min_confidence=min_confidence, unsure=unsure
        )
        plans = job.plans(index, found, out)
    if not plans and not job.faults:
        raise RequestError(_nothing(names, together, bool(found)))
    targets = [plan.file for plan in plans if plan.file is not None] + [supercut]
    targets += [out / name for name in NAMES] if out is not None else []
    for target in targets:
        if target is not None:
            refuse(target, force)
    made = list(job.write(plans)) if out is not None else [plan.cut(plan.span) for plan in plans]
    if out is not None:
        write_manifest(out, made)
    if supercut is not None and plans:
        with whole_file(supercut, force=force) as aside:
            cuts = [(plan.cutter, plan.span) for plan in plans]
            title = " & ".join(dict.fromkeys(name for plan in plans for name in plan.characters))
            write_supercut(cuts, aside, title, lambda done: listener(done, len(plans)))
    return ClipsReport(tuple(made), tuple(job.faults), supercut)


def _check(out: Path | None, supercut: Path | None, labels: str, fast: bool) -> None:
    if out is None and supercut is None:
        raise RequestError("clips have to go somewhere", "name --out DIR, --supercut FILE or both")
    if labels not in LABELS:
        raise RequestError(f"there are no labels {labels!r}", f"choose of {', '.join(LABELS)}")
    if fast and labels == "burn":
        raise RequestError("labels can't be burnt in without encoding", "leave --fast or take soft")
    if fast and supercut is not None:
        raise RequestError("a supercut can't be copied from keyframes", "leave out --fast")


def _nothing(names: Sequence[str], together: bool, found: bool) -> str:
    who = (" and " if together else " or ").join(names)
    if found:
        return f"no clip of {who} is as long as was asked"
    return f"{who} {'are on screen together' if together else 'is on screen'} nowhere"


def _name(number: int, plan: _Plan) -> str:
    """Such as ``Show_S01E03_0007_Hiei_00-12-31.480.mp4``."""
    clock, unit = plan.cutter.source.clock, plan.cutter.source.video.time_base
    ms = int(clock.starts(plan.span.start) * unit * 1000)
    hours, minutes, seconds = ms // 3_600_000, ms // 60_000 % 60, ms // 1000 % 60
    time = f"{hours:02}-{minutes:02}-{seconds:02}.{ms % 1000:03}"
    who = "+".join(plan.characters)
    parts = (plan.cutter.source.episode.title, f"{number:04}", who, time)
    return "_".join(map(_plain, parts)) + plan.cutter.suffix


def _plain(text: str) -> str:
    """Text that any file system takes in a name: letters of any script, digits and -+. ."""
    return re.sub(r"[^\w.+-]+", "_", text).strip("._") or "_"
