"""Every setting of a training, in one place; saved with the weights."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """What a training does; with the same faces, the same settings train the same network.

    Attributes:
        arch: which network; a key of ``core.identity.networks.NETWORKS``.
        epochs: times that every face is shown; the learning rate falls to nothing over them.
        seed: of the split, the order, the augmentation and the first weights.
        batch: faces a step.
        least_steps: steps an epoch at least, with smaller batches where faces are few.
        learning_rate: highest, of AdamW with a cosine decay (Loshchilov & Hutter 2017, 2019).
        weight_decay: of AdamW.
        smoothing: of the labels (Szegedy et al. 2016).
        balance: a character with n faces counts n ** -balance a face: 0 no balance, 1 full.
        held_out: share of each character's faces kept out of training, for calibration.
        least_to_hold_out: a character with fewer faces keeps them all for training.
        alike: faces whose 64-bit difference hashes differ in at most so many bits are near
            duplicates, and never stand on both sides of the split.
        patience: epochs without a lower held-out loss after which training stops.
        flip: share of faces shown mirrored.
        zoom: standard deviation of the log of the scale; a detector's boxes vary by about that.
        shift: largest shift, as a share of the crop's side; likewise.
        turn: largest turn in degrees.
        light, tint: standard deviation of the log gain of all channels, and of each by itself:
            night scenes and flashbacks.
        saturation: largest change of it; hue stays, since hair's colour tells characters apart.
        grey: share of faces shown without colour.
        spoilt: share of faces shown blurred, and share shown as a JPEG of low quality.
    """

    arch: str = "study"
    epochs: int = 40
    seed: int = 0
    batch: int = 64
    least_steps: int = 16
    learning_rate: float = 1e-3
    weight_decay: float = 0.004
    smoothing: float = 0.05
    balance: float = 0.5
    held_out: float = 0.12
    least_to_hold_out: int = 5
    alike: int = 6
    patience: int = 10
    flip: float = 0.5
    zoom: float = 0.1
    shift: float = 0.08
    turn: float = 8.0
    light: float = 0.15
    tint: float = 0.06
    saturation: float = 0.3
    grey: float = 0.03
    spoilt: float = 0.125
