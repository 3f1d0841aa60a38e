"""Faces in a picture, by detectors behind one protocol."""

from eyecatch.core.detect.base import Detector, detect_at
from eyecatch.core.detect.registry import load, names, resolve

__all__ = ["Detector", "detect_at", "load", "names", "resolve"]
