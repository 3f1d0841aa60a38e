"""How far names can be trusted, of people that the embedder knows and of people it never saw.

Nobody of ``training/embedder/kept_aside.py``'s ``measured`` was seen by a stage of the embedder or
by a calibration. DATA is the folder that docs/training.md describes::

    .venv/bin/python bench/identity.py DATA                  # stills: minutes
    .venv/bin/python bench/identity.py DATA --shows OUT      # three shows as well: longer

Stills: a bundle of the characters of DATA/faces by ``train --quick``, of all of them and of all but
the measured; who isn't in it is a stranger to it, and so are the measured sources of games. Then
the measured are enrolled by five pictures each, and by one. Shows: ``train`` on the faces of a
show's frames, then its episodes are indexed by that bundle, and every frame is asked who is there.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from left_out_shows import shows

import eyecatch
from eyecatch.core.identity.bundle import Bundle, load_bundle
from eyecatch.core.identity.inference import Identify
from eyecatch.core.identity.trust import LEVELS
from eyecatch.training.dataset import read_faces
from eyecatch.training.embedder.kept_aside import COHORT_FACES, MEASURED_FACES, MEASURED_SOURCES
from eyecatch.training.metrics import Answers, auroc, calibration_error

Labels = npt.NDArray[np.str_]
Crops = Sequence[bytes]

DRAWS = 3


@dataclass(frozen=True)
class Asked:
    """Faces with the names they have: crops, str (n,), and where each came from."""

    crops: Crops
    labels: Labels
    paths: tuple[Path, ...] = ()

    def only(self, names: Iterable[str]) -> Asked:
        """Those of some people."""
        return self._picked(np.isin(self.labels, list(names)))

    def without(self, paths: set[Path]) -> Asked:
        """All but some pictures."""
        return self._picked(np.array([path not in paths for path in self.paths]))

    def _picked(self, mask: npt.NDArray[np.bool_]) -> Asked:
        chosen = np.flatnonzero(mask).tolist()
        crops = [self.crops[k] for k in chosen]
        return Asked(crops, self.labels[chosen], tuple(self.paths[k] for k in chosen))

    def __add__(self, other: Asked) -> Asked:
        labels = np.concatenate([self.labels, other.labels])
        return Asked([*self.crops, *other.crops], labels, (*self.paths, *other.paths))


Pair = tuple[Asked, Asked]


def main() -> None:
    """Prints tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--shows", type=Path, metavar="OUT", help="and shows; keep them in OUT")
    parser.add_argument("--base", type=Path, help="another embedder's bundle than the package's")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="eyecatch-") as scratch:
        stills(asked.data, Path(scratch), asked.base, asked.seed)
    if asked.shows:
        asked.shows.mkdir(parents=True, exist_ok=True)
        shows(asked.data, asked.shows, asked.base, asked.seed)


def stills(data: Path, scratch: Path, base: Path | None, seed: int) -> None:
    """The tables of stills."""
    everybody = {place.name for place in (data / "faces" / "train").iterdir()}
    known = sorted(everybody - MEASURED_FACES)
    dev = read(data / "faces" / "dev")
    train = read(data / "faces" / "train")
    games = Asked([], np.array([], str))
    for source in sorted(MEASURED_SOURCES):
        games += read(data / "identities" / source)
    some = taught(data, known, scratch / "some", base, seed)
    all_ = taught(data, sorted(everybody), scratch / "all", base, seed)
    taught_names = sorted(set(known) - COHORT_FACES)
    measured = train.only(MEASURED_FACES) + dev.only(MEASURED_FACES)

    print("| by `train --quick` | people it knows | people it has never seen |")
    print("|---|---|---|")
    mine, never = judged(all_, dev.only(taught_names)), judged(all_, dev.only(MEASURED_FACES))
    strangers = judged(all_, games)
    row("top-1", mine.top1, never.top1)
    row("named rightly, balanced", mine.rightly, never.rightly)
    row("named wrongly", mine.wrongly, never.wrongly)
    row("ECE", mine.ece, never.ece)
    row(
        "AUROC against strangers",
        *(auroc(s.confidence, strangers.confidence) for s in (mine, never)),
    )
    row("named rightly where .05 of strangers are", at(mine, strangers), at(never, strangers))
    row(f"strangers of two games named ({len(games.labels)})", None, strangers.named)
    other = judged(some, measured)
    row(f"strangers: the eight named ({len(measured.labels)})", None, other.named)
    row(
        "AUROC against the eight",
        auroc(judged(some, dev.only(taught_names)).confidence, other.confidence),
        None,
    )
    print(
        "of each of the eight, named:",
        ", ".join(
            f"{name} {judged(some, measured.only([name])).named:.2f}"
            for name in sorted(MEASURED_FACES)
        ),
    )
    known_and_never = dev.only(taught_names), dev.only(MEASURED_FACES)
    levels(all_, some, known_and_never, (games, measured))
    for shots in (5, 1):
        few(some, measured, games, shots, scratch)


def levels(all_: Bundle, some: Bundle, asked: Pair, strangers: Pair) -> None:
    """What each level of trust costs, in a table of its own.

    Args:
        all_: a bundle of everybody.
        some: one of all but the measured.
        asked: faces of whom both know, and of the measured.
        strangers: of the games, and of the measured: of these to ``some``.
    """
    print("| `--trust` | known: rightly | wrongly | never seen: rightly | wrongly ", end="")
    print("| strangers named: games | the eight |\n|---|---|---|---|---|---|---|")
    for level in LEVELS:
        at_level, without = all_.with_trust(level), some.with_trust(level)
        mine, never = (judged(at_level, faces) for faces in asked)
        named = judged(at_level, strangers[0]).named, judged(without, strangers[1]).named
        shares = (mine.rightly, mine.wrongly, never.rightly, never.wrongly, *named)
        print(f"| {level} | " + " | ".join(f"{share:.3f}" for share in shares) + " |", flush=True)


def read(folder: Path) -> Asked:
    """All faces of a folder of people."""
    faces = read_faces(folder)
    labels = np.array([str(faces.names[k]) for k in faces.labels])
    return Asked(faces.crops, labels, tuple(path.resolve() for path in faces.paths))


def taught(data: Path, names: Sequence[str], out: Path, base: Path | None, seed: int) -> Bundle:
    """``train --quick`` on some characters of DATA/faces/train."""
    folder = out.with_suffix(".faces")
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to((data / "faces" / "train" / name).resolve())
    quiet = {"progress": lambda _: None, "step": lambda *_: None}
    return eyecatch.train(folder, out, quick=True, seed=seed, base=base, **quiet)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Judged:
    """What a bundle answers to faces with names."""

    confidence: npt.NDArray[np.float64]
    right: npt.NDArray[np.bool_]
    is_named: npt.NDArray[np.bool_]

    @property
    def top1(self) -> float:
        """Share that comes first at its own name."""
        return float(self.right.mean())

    @property
    def named(self) -> float:
        """Share that gets a name."""
        return float(self.is_named.mean())

    @property
    def rightly(self) -> float:
        """Share that gets its own name."""
        return float((self.is_named & self.right).mean())

    @property
    def wrongly(self) -> float:
        """Share that gets another's."""
        return float((self.is_named & ~self.right).mean())

    @property
    def ece(self) -> float:
        """Expected calibration error of the first name's confidence."""
        return calibration_error(self.confidence, self.right)


def judged(bundle: Bundle, faces: Asked) -> Judged:
    """What a bundle answers."""
    logits = Identify(bundle)(faces.crops).logits
    answers = Answers.of(logits, bundle.names, bundle.calibration, bundle.thresholds)
    names = np.array([str(name) for name in bundle.names])
    return Judged(answers.confidence, names[answers.guesses] == faces.labels, answers.named)


def at(known: Judged, strangers: Judged, share: float = 0.05) -> float:
    """Share of known faces named rightly at the threshold that a share of strangers reaches."""
    threshold = np.quantile(strangers.confidence, 1 - share)
    return float((known.right & (known.confidence > threshold)).mean())


def few(bundle: Bundle, asked: Asked, games: Asked, shots: int, scratch: Path) -> None:
    """The measured enrolled by a few pictures each, beside those whom the bundle knows."""
    found, others = [], []
    for draw in range(DRAWS):
        rng = np.random.default_rng(draw)
        out, used = bundle.folder, set()
        for name in sorted(MEASURED_FACES):
            pictures = [p for p in asked.only([name]).paths if p.parent.parent.name == "train"]
            chosen = [pictures[k] for k in rng.permutation(len(pictures))[:shots]]
            target = scratch / f"few-{shots}-{draw}"
            with contextlib.redirect_stderr(io.StringIO()):
                eyecatch.enrol(out, name, chosen, out=target, crop=True, force=True)
            out = target
            used |= {path.resolve() for path in chosen}
        made = load_bundle(out)
        found.append(judged(made, asked.without(used)))
        others.append(judged(made, games))
    for what in ("top1", "rightly", "wrongly"):
        row(
            f"{shots} pictures each: {what}",
            None,
            float(np.mean([getattr(f, what) for f in found])),
        )
    row(f"{shots} pictures each: strangers named", None, float(np.mean([f.named for f in others])))


def row(what: str, seen: float | None, unseen: float | None) -> None:
    """A line of a table."""
    shown = ("-" if value is None else f"{value:.3f}" for value in (seen, unseen))
    print(f"| {what} | " + " | ".join(shown) + " |", flush=True)


if __name__ == "__main__":
    main()
