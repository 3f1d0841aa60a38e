"""Metrics as a text file, which node_exporter's textfile collector passes on to Prometheus."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, write_to_textfile
from prometheus_client.parser import text_string_to_metric_families

from eyecatch.core.errors import RequestError
from eyecatch.core.files import check_writable, refuse

log = logging.getLogger(__name__)

WRITE_EVERY: Final = 15.0
"""Seconds between two writings: as often as Prometheus asks where nobody has set that."""


class MetricsFile:
    """A file of metrics, written whole or not at all.

    Args:
        path: the file, which ``node_exporter`` reads only if it ends in ``.prom``.
        registry: the metrics.

    Raises:
        RequestError: it has another ending, is a folder, or can't be written where it is.
    """

    def __init__(self, path: Path, registry: CollectorRegistry) -> None:
        refuse(path, force=True)
        if path.suffix != ".prom":
            problem = f"{path}: node_exporter reads files whose names end in .prom"
            raise RequestError(problem, "call it so")
        if not path.absolute().parent.is_dir():
            raise RequestError(f"{path}: its folder does not exist", "create the folder first")
        check_writable(path)
        self._path, self._registry = path, registry
        self._written = float("-inf")

    def earlier(self, name: str) -> float:
        """The value of a metric in the file that is there; 0 where there is none."""
        try:
            families = text_string_to_metric_families(self._path.read_text("utf-8"))
            samples = [one for family in families for one in family.samples]
        except (OSError, ValueError):  # there is no file, or it is another program's
            return 0.0
        return next((one.value for one in samples if one.name == name), 0.0)

    def write_if_due(self) -> None:
        """Write, unless that was done just now."""
        if time.monotonic() - self._written >= WRITE_EVERY:
            self.write()

    def write(self) -> None:
        """Write; what is in the way stops no job."""
        self._written = time.monotonic()
        try:
            write_to_textfile(str(self._path), self._registry)
        except OSError as error:
            log.warning("%s can't be written (%s).", self._path, error.strerror)
