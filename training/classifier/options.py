"""The keywords of ``eyecatch.train``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypedDict

from eyecatch.core.arguments import AnyPath
from eyecatch.core.errors import RequestError
from eyecatch.core.identity.networks import NETWORKS
from eyecatch.core.tensorflow import Device
from eyecatch.training.classifier.checkpoint import Epoch
from eyecatch.training.classifier.config import Settings, settings_for


class TrainKeywords(TypedDict, total=False):
    """The fields of ``TrainOptions``, for type checkers."""

    arch: str | None
    quick: bool
    from_scratch: bool
    base: AnyPath | None
    epochs: int | None
    seed: int | None
    series: str | None
    settings: Settings | None
    resume: bool
    force: bool
    device: Device
    progress: Callable[[Epoch], None] | None
    step: Callable[[int, int], None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainOptions:
    """What may be asked of a training; ``eyecatch.train`` says what each field means."""

    arch: str | None = None
    quick: bool = False
    from_scratch: bool = False
    base: AnyPath | None = None
    epochs: int | None = None
    seed: int | None = None
    series: str | None = None
    settings: Settings | None = None
    resume: bool = False
    force: bool = False
    device: Device = "auto"
    progress: Callable[[Epoch], None] | None = None
    step: Callable[[int, int], None] | None = None

    def resolve_settings(self) -> Settings:
        """The settings of the training, checked.

        Raises:
            RequestError: they contradict each other, or a value makes no sense.
        """
        if self.quick and (self.from_scratch or self.arch == "study"):
            raise RequestError(
                "a quick training leaves the base embedder as it is, so it can't do without it",
                "leave out --quick, or --from-scratch and --arch study",
            )
        settings = self.settings or settings_for(
            self.arch or "compact", quick=self.quick, scratch=self.from_scratch
        )
        settings = replace(
            settings,
            arch=settings.arch if self.arch is None else self.arch,
            epochs=settings.epochs if self.epochs is None else self.epochs,
            seed=settings.seed if self.seed is None else self.seed,
        )
        _check(settings)
        return settings


def _check(settings: Settings) -> None:
    if settings.arch not in NETWORKS:
        raise RequestError(f"no network is called {settings.arch!r}", f"use {', '.join(NETWORKS)}")
    if settings.epochs < 1:
        raise RequestError(f"{settings.epochs} epochs are too few", "train for at least one")
    if not 0 <= settings.seed < 2**32:
        raise RequestError(f"{settings.seed} is no seed", "use a number from 0 to 4294967295")
