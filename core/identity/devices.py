"""TensorFlow and Keras, loaded on use and taught to share the machine."""

from __future__ import annotations

import functools
import logging
import os
from typing import Any, Literal

Device = Literal["auto", "gpu", "cpu"]
Library = Any
"""A module without types."""

log = logging.getLogger(__name__)


def tensorflow() -> Library:
    """The library, loaded if it is not yet."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # its errors only: the rest is no user's
    # Off by default on some processors. With it convolutions judge each picture of a batch by
    # itself, to the last bit; without it a face's answer depends on its neighbours.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    import tensorflow as tf  # noqa: PLC0415

    return tf


def keras() -> Library:
    """The library on TensorFlow, loaded if it is not yet."""
    os.environ["KERAS_BACKEND"] = "tensorflow"  # read when keras is imported
    tensorflow()
    import keras as library  # noqa: PLC0415

    return library


@functools.cache
def prepare_tensorflow(device: Device = "auto") -> str:
    """Takes this process's device for TensorFlow, and says what it runs on.

    TensorFlow takes a whole card unless told otherwise, so memory growth is switched on; and it
    falls back to the CPU in silence, so a GPU that was asked for and is absent is logged.

    Args:
        device: ``auto`` takes a GPU where there is one, ``gpu`` complains when there is none,
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
