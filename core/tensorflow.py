"""TensorFlow and Keras: loaded on use, without their log lines, and set up to share a GPU."""

from __future__ import annotations

import functools
import logging
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

Device = Literal["auto", "gpu", "cpu"]
Library = Any
"""A module without types."""

log = logging.getLogger(__name__)


LOG_LINE = re.compile(rb"[IWE]\d{4} |WARNING: All log messages before absl::InitializeLog")
"""How lines begin that TensorFlow's C++ writes while it loads, whatever its log level is set to."""


def cores() -> int:
    """How many CPU cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def tensorflow() -> Library:
    """The library, loaded if it is not yet, without log lines that mean nothing to a user."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Off by default on some processors. With it convolutions compute each picture of a batch by
    # itself, to the last bit; without it a face's answer depends on its neighbours.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    with nullcontext() if "tensorflow" in sys.modules else _without_noise():
        tf = import_module("tensorflow")
        tf.config.list_physical_devices()
    return tf


def keras() -> Library:
    """The library on TensorFlow, loaded if it is not yet."""
    os.environ["KERAS_BACKEND"] = "tensorflow"  # read when keras is imported
    tensorflow()
    return import_module("keras")


def has_gpu() -> bool:
    """Whether a GPU is there for this process; asked of the system, as TensorFlow takes seconds."""
    return os.environ.get("CUDA_VISIBLE_DEVICES") != "" and Path("/dev/nvidia0").exists()


@functools.cache
def prepare_tensorflow(device: Device = "auto") -> str:
    """Sets up TensorFlow's device for this process, and returns what it runs on.

    TensorFlow takes a whole card unless told otherwise, so memory growth is switched on; and it
    falls back to the CPU in silence, so a GPU that was asked for and is absent is logged.

    Args:
        device: ``auto`` takes a GPU where there is one, ``gpu`` logs a warning when there is none,
            ``cpu`` leaves the cards alone.

    Returns:
        ``CPU``, or the names of the GPUs as TensorFlow gives them, with commas between.
    """
    tf = tensorflow()
    cards = tf.config.list_physical_devices("GPU")
    if device == "gpu" and not cards:
        log.warning("A GPU was asked for, but TensorFlow sees none: the CPU does the work.")
    try:
        if device == "cpu" and cards:
            tf.config.set_visible_devices([], "GPU")
            cards = []
        for card in cards:
            tf.config.experimental.set_memory_growth(card, True)
    except RuntimeError:  # the program around us has used TensorFlow before
        log.warning("TensorFlow was already running, so its use of the GPU stays as it was set.")
    return ", ".join(card.name for card in cards) or "CPU"


@contextmanager
def _without_noise() -> Iterator[None]:
    """Holds back what is written to standard error; afterwards it goes on, but for ``LOG_LINE``."""
    try:
        shown = os.dup(2)
    except OSError:  # there is no standard error
        yield
        return
    with tempfile.TemporaryFile() as held, os.fdopen(shown, "wb") as error:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(shown, 2)
            held.seek(0)
            error.writelines(line for line in held if not LOG_LINE.match(line))
