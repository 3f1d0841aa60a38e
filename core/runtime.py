"""Modules that are loaded when they are used."""

from __future__ import annotations

import gc
import importlib
from types import ModuleType


def load(name: str) -> ModuleType:
    """A module by its full name, loaded if it is not yet.

    Hundreds of modules may come with it, and nothing of them is garbage: to look for it all the
    while takes a quarter of the time that they take to load (docs/performance.md).
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        if collects:
            gc.enable()
