"""Several small bundles that judge together, beside one of all characters.

The characters of TRAIN are dealt out to made-up series, each of which gets a bundle of its own from
the base embedder (``train --quick``), as does all of them together; each face of DEV is asked about
by itself::

    .venv/bin/python bench/ensembles.py TRAIN DEV --unseen DIR --groups 3

"its own alone" asks, of each face, only the bundle of the right series: no ensemble can do better
than that but by luck.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.decision import Verdict
from eyecatch.core.identity.ensemble import Ensemble
from eyecatch.core.identity.inference import Identified, IdentifyAll
from eyecatch.training.classifier.train import train
from eyecatch.training.dataset import read_faces, read_pictures

ONE = np.ones(1)


def main() -> None:
    """Prints a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("train", type=Path, help="FACES/<character>/ to train with")
    parser.add_argument("dev", type=Path, help="other faces of the same characters")
    parser.add_argument("--unseen", type=Path, help="faces of nobody, in folders")
    parser.add_argument("--groups", type=int, default=3, help="series (3)")
    parser.add_argument("--seed", type=int, default=0, help="of who is in which (0)")
    parser.add_argument("--keep", type=Path, help="folder for the bundles; else they pass")
    wish = parser.parse_args()
    with ExitStack() as stack:
        folder = wish.keep or Path(stack.enter_context(TemporaryDirectory(prefix="eyecatch-")))
        measure(wish, folder)


def measure(wish: argparse.Namespace, folder: Path) -> None:
    """Trains, asks, prints."""
    names = sorted(place.name for place in wish.train.iterdir() if place.is_dir())
    dealt = np.random.default_rng(wish.seed).permutation(len(names)) % wish.groups
    series = {name: f"series {group}" for name, group in zip(names, dealt.tolist(), strict=True)}
    bundles = [
        made(wish.train, [name for name in names if series[name] == one], folder / one, one)
        for one in sorted(set(series.values()))
    ]
    whole = made(wish.train, names, folder / "all", None)

    people = read_faces(wish.dev)
    truth = [people.names[label] or "" for label in people.labels]
    home = [series[name] for name in truth]
    unseen = [crop for place in _folders(wish.unseen) for _, crop in read_pictures(place)[0]]
    known, strangers = (IdentifyAll([*bundles, whole])(some) for some in (people.crops, unseen))
    ways: list[tuple[str, Sequence[Bundle], list[str] | None]] = [
        ("one bundle of all", [whole], None),
        (f"{wish.groups} bundles", bundles, None),
        (f"{wish.groups} bundles, series told", bundles, home),
    ]
    print("| | top-1 | named rightly | named wrongly | unseen faces named |\n|---|---|---|---|---|")
    for what, some, told in ways:
        places = [[*bundles, whole].index(bundle) for bundle in some]
        right = ask(some, [known[k] for k in places], told)
        wrong = ask(some, [strangers[k] for k in places], None)
        show(what, right, truth, wrong)
    alone = [ask([bundle], [said], None) for bundle, said in zip(bundles, known, strict=False)]
    own = [alone[[one.series for one in bundles].index(at)][k] for k, at in enumerate(home)]
    show("its own alone", own, truth, [])


def made(faces: Path, names: Sequence[str], out: Path, series: str | None) -> Bundle:
    """A bundle of some of the characters."""
    some = out.with_name(f"{out.name} faces")
    some.mkdir(parents=True)
    for name in names:
        (some / name).symlink_to((faces / name).absolute())
    return train(some, out, quick=True, series=series)


def ask(
    bundles: Sequence[Bundle], said: Sequence[Identified], series: Sequence[str] | None
) -> list[Verdict]:
    """What bundles say together of each face, by itself."""
    ensemble = Ensemble(bundles)
    order = [list(bundles).index(bundle) for bundle in ensemble.bundles]
    return [
        ensemble.vote(
            [said[at].logits[k : k + 1] for at in order], ONE, None if series is None else series[k]
        )
        for k in range(len(said[0]))
    ]


def show(
    what: str, verdicts: Sequence[Verdict], truth: Sequence[str], strangers: Sequence[Verdict]
) -> None:
    """A line of the table."""
    pairs = list(zip(verdicts, truth, strict=True))
    figures = [
        np.mean([verdict.top[0][0] == name for verdict, name in pairs]),
        np.mean([verdict.character == name for verdict, name in pairs]),
        np.mean([verdict.character not in (None, name) for verdict, name in pairs]),
    ]
    if strangers:
        figures.append(np.mean([verdict.character is not None for verdict in strangers]))
    print(f"| {what} | {' | '.join(f'{figure:.3f}' for figure in figures)} |")


def _folders(unseen: Path | None) -> list[Path]:
    if unseen is None:
        return []
    return [unseen, *sorted(place for place in unseen.rglob("*") if place.is_dir())]


if __name__ == "__main__":
    main()
