"""Checkpoints of a training: a folder beside the bundle that is being made."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from eyecatch.core.errors import ModelError, RequestError
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.networks import Network
from eyecatch.training.classifier.config import Settings
from eyecatch.training.dataset import Faces

STATE = "training.json"


@dataclass(frozen=True, slots=True)
class Epoch:
    """How one epoch went.

    Attributes:
        number: from 1.
        epochs: how many there will be at most.
        loss: on the augmented training faces, with smoothed labels.
        held_loss, held_accuracy: on the held-out faces; NaN where none are.
        seconds: that it took.
        left: seconds that the rest will take at most.
    """

    number: int
    epochs: int
    loss: float
    held_loss: float
    held_accuracy: float
    seconds: float
    left: float

    @property
    def score(self) -> float:
        """What is minimised: the held-out loss, or the training loss where nothing is held out."""
        return self.loss if self.held_loss != self.held_loss else self.held_loss

    def __str__(self) -> str:
        return (
            f"epoch {self.number}/{self.epochs}: loss {self.loss:.3f}, "
            f"held out {self.held_loss:.3f}, {self.held_accuracy:.1%} right, "
            f"{self.seconds:.0f} s, at most {self.left:.0f} s left"
        )


def best(history: Sequence[Epoch]) -> Epoch:
    """The epoch whose weights are the ones to keep."""
    return min(history, key=lambda epoch: epoch.score)


class Checkpoints:
    """The weights of the last and the best epoch, and what they were trained with.

    Args:
        out: the bundle that is being made.
        settings, faces, base: of the training; a checkpoint is resumed only with the same.
    """

    def __init__(self, out: Path, settings: Settings, faces: Faces, base: Bundle | None) -> None:
        self.folder = out.with_name(f"{out.name}.training")
        key = {
            "settings": settings.as_stored(),
            "faces": _digest(faces),
            "base": None if base is None else base.digest,
        }
        self._key = json.loads(json.dumps(key))

    def start(self, resume: bool, force: bool) -> list[Epoch]:
        """The epochs of an interrupted training; none if there is none, or it is given up.

        One that ended before its first epoch did has nothing to go on with, and begins again.

        Args:
            resume: go on with what is there.
            force: delete what is there.

        Raises:
            RequestError: an unfinished training is there and neither was asked for, or it had other
                settings or faces.
        """
        begun = (self.folder / STATE).is_file()
        if begun and resume:
            return self._read()
        if begun and not force:
            raise RequestError(
                f"an unfinished training is in {self.folder}",
                "use --resume to go on with it, or --force to start again",
            )
        if force:
            shutil.rmtree(self.folder, ignore_errors=True)
        with self._writing():
            self.folder.mkdir(exist_ok=True)
        return []

    def of_head(self) -> Checkpoints:
        """Those of the head that is tried first, in a folder within; ``clear`` deletes both."""
        within = copy.copy(self)
        within.folder = self.folder / "head"
        with self._writing():
            within.folder.mkdir(exist_ok=True)
        return within

    def weights(self, epoch: Epoch) -> Path:
        """The file of an epoch's weights, and of the optimizer's state."""
        return self.folder / f"epoch-{epoch.number:04d}.weights.h5"

    def save(self, network: Network, history: Sequence[Epoch]) -> None:
        """Writes the weights after the last epoch, which counts as done once ``STATE`` lists it."""
        state = {**self._key, "history": [asdict(epoch) for epoch in history]}
        kept = {self.weights(history[-1]), self.weights(best(history))}
        new = self.folder / f"{STATE}.new"
        with self._writing():
            network.save_weights(self.weights(history[-1]))
            new.write_text(json.dumps(state, indent=1), "utf-8")
            new.replace(self.folder / STATE)
            for path in set(self.folder.glob("epoch-*.weights.h5")) - kept:
                path.unlink()

    def load(self, network: Network, epoch: Epoch) -> None:
        """Puts an epoch's weights, and the optimizer's state, into the network."""
        try:
            network.load_weights(self.weights(epoch))
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(
                str(self.weights(epoch)), "it can't be read", "use --force to start again"
            ) from error

    def clear(self) -> None:
        """Deletes the checkpoints: the training is done."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RequestError(
                f"{self.folder} can't be written ({error.strerror or error})",
                "make room, then go on with --resume",
            ) from error

    def _read(self) -> list[Epoch]:
        try:
            state = json.loads((self.folder / STATE).read_text("utf-8"))
            history = [Epoch(**epoch) for epoch in state.pop("history")]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ModelError(
                str(self.folder / STATE), "it can't be read", "use --force to start again"
            ) from error
        with suppress(KeyError, TypeError):  # settings that came after the version that began it
            state["settings"] = {**self._key["settings"], **state["settings"]}
        if state != self._key:
            raise RequestError(
                f"the unfinished training in {self.folder} had other settings or faces",
                "use --force to start again",
            )
        return history


def _digest(faces: Faces) -> str:
    digest = hashlib.sha256(repr((faces.names, faces.labels)).encode())
    for crop in faces.crops:
        digest.update(hashlib.sha256(crop).digest())
    return digest.hexdigest()
