"""A trained classifier written as a bundle: calibration, characters, card, weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import eyecatch
from eyecatch.core.crops import CROP_SIZE
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.bundle_writer import save_bundle
from eyecatch.core.identity.decision import Calibration
from eyecatch.core.identity.manifest import Character, Contents
from eyecatch.training.calibration import calibrate_closed_set
from eyecatch.training.classifier.loop import TrainingRun
from eyecatch.training.classifier.model_card import make_card
from eyecatch.training.classifier.strategies import TrainingResult, cohort_logits
from eyecatch.training.open_set import FittedCalibration, calibrate_open_set


def export(
    out: Path, run: TrainingRun, result: TrainingResult, *, series: str | None, force: bool
) -> Bundle:
    """Calibrates a trained network on the held-out faces and writes it as a bundle.

    Args:
        out: the bundle to write.
        run: what the network was trained on, and how.
        result: the network.
        series: the show that all characters are of.
        force: replace ``out``.
    """
    fitted = _calibrate(run, result)
    contents = Contents(
        architecture=result.architecture,
        characters=_characters(run.faces.characters, fitted),
        nobody=None in run.faces.names,
        calibration=fitted.calibration,
        crop_size=CROP_SIZE,
        created_by=f"eyecatch {eyecatch.__version__}",
        series=series,
        trust=fitted.trust,
    )
    card = make_card(contents, run, result)
    cohort = cohort_logits(run, result)
    return save_bundle(
        out,
        contents,
        result.network,
        card,
        result.prototypes,
        cohort=None if cohort is None else cohort[0],
        force=force,
    )


def _calibrate(run: TrainingRun, result: TrainingResult) -> FittedCalibration:
    labels, names = run.labels[run.held_out], run.faces.names
    if result.prototypes is None:
        calibration = calibrate_closed_set(result.held_logits, labels, names)
        return FittedCalibration(calibration, (None,) * len(names))
    default = Calibration() if run.base is None else run.base.calibration
    cohort = cohort_logits(run, result)
    return calibrate_open_set(result.held_logits, labels, names, default, cohort)


def _characters(names: Sequence[str], fitted: FittedCalibration) -> tuple[Character, ...]:
    return tuple(
        Character(name) if own is None else Character(name, maybe=own[0], sure=own[1])
        for name, own in zip(names, fitted.thresholds, strict=False)
    )
