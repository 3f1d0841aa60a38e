"""Every setting of a training, in one place; saved with the weights."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """What a training does; with the same faces, the same settings train the same network.

    The defaults are for ``compact``, which goes on from the base embedder.

    Attributes:
        arch: which network; a key of ``core.identity.networks.NETWORKS``.
        base: start with the base embedder's weights, not with random ones; ``compact`` only.
        quick: leave the network as it is and learn prototypes only; with ``base`` only.
        epochs: times that as many faces are shown as there are; the learning rate falls to nothing
            over them.
        seed: of the split, the order, the augmentation and the first weights.
        batch: faces a step.
        least_steps: steps an epoch at least, with smaller batches where faces are few.
        learning_rate: highest, of AdamW with a cosine decay (Loshchilov & Hutter 2017, 2019).
        weight_decay: of AdamW.
        smoothing: of the labels (Szegedy et al. 2016).
        margin: by how much the cosine of a face's own character is lowered while training, so that
            it has to be higher than the others by as much (CosFace, Wang et al. 2018).
        prototypes: of a character at most (sub-centres, Deng et al. 2020).
        blend: share of what was learned in a prototype; the rest is the mean of the character's
            faces.
        least_to_learn: a character with fewer faces gets prototypes as ``enrol`` makes them,
            instead of what was learned.
        views: how often ``quick`` looks at each face, shown differently each time.
        balance: a character with n faces is shown n ** (1 - balance) times: 0 no balance, 1 full.
        held_out: share of each character's faces kept out of training, for calibration.
        least_to_hold_out: a character with fewer faces keeps them all for training.
        alike: faces whose 64-bit difference hashes differ in at most so many bits are near
            duplicates, and never stand on both sides of the split.
        patience: epochs without a lower held-out loss after which training stops.
        flip: share of faces shown mirrored.
        zoom: standard deviation of the log of the scale. That of our detector's crops against
            those by people's boxes is .13 on 485 faces of two shows, and .12 on 144 of anime.
        shift: largest shift, as a share of the crop's side. Nine of ten of the same crops are off
            by less than .075, with a standard deviation of .04.
        turn: largest turn in degrees.
        hidden: share of faces shown with a part hidden.
        light, tint: standard deviation of the log gain of all channels, and of each by itself.
        saturation: largest change of it; hue stays, since hair's colour tells characters apart.
        grey: share of faces shown without colour.
        night, past: share shown as in a dark scene, and as in a flashback.
        coarse: share shown as if small in the picture.
        poor: share shown as a JPEG of low quality.
        soft: share shown blurred.
        cutmix: share that gets a part of another face, and as much of its label.
    """

    arch: str = "compact"
    base: bool = True
    quick: bool = False
    epochs: int = 8
    seed: int = 0
    batch: int = 64
    least_steps: int = 16
    learning_rate: float = 3e-4
    weight_decay: float = 0.004
    smoothing: float = 0.05
    margin: float = 0.2
    prototypes: int = 1
    blend: float = 0.5
    least_to_learn: int = 10
    views: int = 4
    balance: float = 0.5
    held_out: float = 0.12
    least_to_hold_out: int = 5
    alike: int = 6
    patience: int = 4
    flip: float = 0.5
    zoom: float = 0.13
    shift: float = 0.08
    turn: float = 8.0
    hidden: float = 0.2
    light: float = 0.15
    tint: float = 0.06
    saturation: float = 0.3
    grey: float = 0.05
    night: float = 0.08
    past: float = 0.08
    coarse: float = 0.2
    poor: float = 0.15
    soft: float = 0.1
    cutmix: float = 0.3


STUDY = Settings(
    arch="study",
    base=False,
    epochs=40,
    learning_rate=1e-3,
    margin=0.0,
    patience=10,
    zoom=0.1,
    hidden=0.0,
    grey=0.03,
    night=0.0,
    past=0.0,
    coarse=0.0,
    poor=0.125,
    soft=0.125,
    cutmix=0.0,
)
"""The baseline: the original study's network, shown faces about as the study showed them."""

SCRATCH = Settings(base=False, epochs=30, learning_rate=2e-3, weight_decay=0.05, patience=10)
"""``compact`` from random weights."""

QUICK = Settings(
    quick=True, epochs=15, batch=256, learning_rate=3e-3, margin=0.1, patience=5, cutmix=0.0
)
"""Prototypes only: a minute or two instead of an hour."""


def settings_for(arch: str = "compact", *, quick: bool = False, scratch: bool = False) -> Settings:
    """The settings that are used unless others are given."""
    if arch == "study":
        return STUDY
    if quick:
        return QUICK
    return SCRATCH if scratch else Settings()
