"""Every setting of a training, in one place; stored with the weights."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from eyecatch.training.near_duplicates import MAX_DISTANCE

_STORED_NAMES: Final = {
    "min_steps": "least_steps",
    "min_faces_to_learn": "least_to_learn",
    "min_faces_to_hold_out": "least_to_hold_out",
    "duplicate_distance": "alike",
    "rotation": "turn",
    "flashback": "past",
    "occlusion": "hidden",
    "downscale": "coarse",
    "jpeg": "poor",
    "blur": "soft",
}
"""Names of settings in cards and checkpoints, where these differ from the attributes: files written
by every version have the same keys, so that a training that one began another can resume."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a training does; with the same faces, the same settings train the same network.

    The defaults are for ``compact``, which starts from the base embedder's weights.

    Attributes:
        arch: which network; a key of ``core.identity.networks.NETWORKS``.
        base: start from the base embedder's weights, not from random ones; ``compact`` only.
        quick: leave the network as it is and learn prototypes only; with ``base`` only.
        epochs: passes over the faces, at most; the learning rate falls to zero over them.
        seed: of the split, the order, the augmentation and the initial weights.
        batch: faces a step.
        min_steps: steps an epoch at least; where faces are few, batches become smaller.
        learning_rate: highest, of AdamW with a cosine decay (Loshchilov & Hutter 2017, 2019).
        weight_decay: of AdamW.
        smoothing: of the labels (Szegedy et al. 2016).
        margin: by how much the cosine of a face's own character is lowered in training, so that
            it has to be higher than the others by as much (CosFace, Wang et al. 2018).
        prototypes: of a character at most (sub-centres, Deng et al. 2020).
        blend: weight of the learned prototype; the rest is the mean embedding of the character's
            faces.
        min_faces_to_learn: a character with fewer faces gets prototypes as ``enrol`` makes them,
            instead of learned ones.
        views: augmented views of each face that ``quick`` trains on.
        balance: a character with n faces is sampled n ** (1 - balance) times: 0 no balance, 1 full.
        held_out: share of each character's faces kept out of training, for calibration.
        min_faces_to_hold_out: a character with fewer faces keeps them all for training.
        duplicate_distance: faces whose 64-bit difference hashes differ in at most so many bits are
            near duplicates, and never stand on both sides of the split.
        patience: epochs without a lower held-out loss after which training stops.
        flip: share of faces that are mirrored.
        zoom: standard deviation of the log of the scale. That of our detector's crops against
            those by people's boxes is .13 on 485 faces of two shows, and .12 on 144 of anime.
        shift: largest shift, as a share of the crop's side. Nine of ten of the same crops are off
            by less than .075, with a standard deviation of .04.
        rotation: largest rotation in degrees.
        occlusion: share of faces of which a part is covered.
        light, tint: standard deviation of the log gain of all channels, and of each by itself.
        saturation: largest change of it; hue stays, since hair's colour tells characters apart.
        grey: share without colour.
        night, flashback: share in the colours of a dark scene, and of a flashback.
        downscale: share shrunk and enlarged again, as a small face is.
        jpeg: share compressed as a JPEG of low quality.
        blur: share blurred.
        cutmix: share that gets a part of another face, and as much of its label.
        good_enough: share of the held-out faces, passers-by included, that have to come out right
            with the embedder as it is; with fewer it is trained too, and kept if that is better.
            With people it knows the share is .97 and more, with a show that it never saw .89
            (docs/identity.md). Above 1 it is always trained, and kept.
    """

    arch: str = "compact"
    base: bool = True
    quick: bool = False
    epochs: int = 8
    seed: int = 0
    batch: int = 64
    min_steps: int = 16
    learning_rate: float = 3e-4
    weight_decay: float = 0.004
    smoothing: float = 0.05
    margin: float = 0.2
    prototypes: int = 1
    blend: float = 0.5
    min_faces_to_learn: int = 10
    views: int = 4
    balance: float = 0.5
    held_out: float = 0.12
    min_faces_to_hold_out: int = 5
    duplicate_distance: int = MAX_DISTANCE
    patience: int = 4
    flip: float = 0.5
    zoom: float = 0.13
    shift: float = 0.08
    rotation: float = 8.0
    occlusion: float = 0.2
    light: float = 0.15
    tint: float = 0.06
    saturation: float = 0.3
    grey: float = 0.05
    night: float = 0.08
    flashback: float = 0.08
    downscale: float = 0.2
    jpeg: float = 0.15
    blur: float = 0.1
    cutmix: float = 0.3
    good_enough: float = 0.96

    def as_stored(self) -> dict[str, Any]:
        """The settings as cards and checkpoints hold them, see ``_STORED_NAMES``."""
        return {_STORED_NAMES.get(name, name): value for name, value in asdict(self).items()}


STUDY = Settings(
    arch="study",
    base=False,
    epochs=40,
    learning_rate=1e-3,
    margin=0.0,
    patience=10,
    zoom=0.1,
    occlusion=0.0,
    grey=0.03,
    night=0.0,
    flashback=0.0,
    downscale=0.0,
    jpeg=0.125,
    blur=0.125,
    cutmix=0.0,
)
"""The baseline: the original study's network, with about the augmentation of the study."""

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
