"""What a job does as Prometheus metrics, for those who watch many machines."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

from eyecatch.core.errors import RequestError
from eyecatch.jobs.indexing.metrics_file import MetricsFile
from eyecatch.jobs.progress import Progress
from eyecatch.jobs.statuses import DONE

COUNTED = {
    "chunks_done": ("eyecatch_chunks_total", "Chunks that came to an end"),
    "episodes_done": ("eyecatch_episodes_total", "Episodes decided"),
    "failures": ("eyecatch_failures_total", "Chunks and files that failed"),
    "frames": ("eyecatch_frames_total", "Frames scanned"),
    "faces": ("eyecatch_faces_total", "Faces found in them"),
    "video_seconds_done": ("eyecatch_video_seconds_total", "Seconds of video scanned"),
}

LAST_SUCCESS: Final = "eyecatch_last_success_timestamp_seconds"


class Metrics:
    """A listener that keeps metrics of one job after another.

    Args:
        file: where they are written too; when a job of before succeeded is taken from there.

    Attributes:
        registry: the metrics.

    Raises:
        RequestError: that can't be such a file.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.registry = CollectorRegistry()
        self._counters = {
            field: Counter(name, text, registry=self.registry)
            for field, (name, text) in COUNTED.items()
        }
        self._stages = Counter(
            "eyecatch_stage_seconds_total",
            "Seconds that a stage took, over all processes",
            ["stage"],
            registry=self.registry,
        )
        self._left = self._gauge("eyecatch_chunks_left", "Chunks to do")
        self._ended = self._gauge("eyecatch_last_run_timestamp_seconds", "When the last job ended")
        self._took = self._gauge("eyecatch_last_run_duration_seconds", "How long it took")
        self._status = self._gauge("eyecatch_last_run_status", "Its status: 0, 1 or 3")
        self._success = self._gauge(
            LAST_SUCCESS, "When the last job of status 0 ended; 0 for never"
        )
        self._file = None if file is None else MetricsFile(file, self.registry)
        if self._file is not None:
            self._success.set(self._file.earlier(LAST_SUCCESS))
        self._began = time.monotonic()
        self._job: Progress | None = None
        self._before: dict[str, float] = {}

    def serve(self, address: str) -> int:
        """Answer HTTP requests for them, in a thread, for as long as the process lives.

        Args:
            address: ``PORT`` or ``HOST:PORT``; only this machine is answered without a host.

        Returns:
            The port; a free one where 0 was asked for.

        Raises:
            RequestError: it is no address, or another program listens there.
        """
        host, _, port = address.rpartition(":")
        try:
            server, _ = start_http_server(int(port), host or "127.0.0.1", self.registry)
        except (OSError, ValueError, OverflowError) as error:
            why = getattr(error, "strerror", None) or "it is no port"
            problem = f"metrics can't be served at {address!r} ({why})"
            raise RequestError(problem, "give a free PORT or HOST:PORT") from error
        return int(server.server_port)

    def __call__(self, progress: Progress) -> None:
        """Take over what has been done since the last call."""
        if progress is not self._job:
            self._job, self._before = progress, {}
        for field, counter in self._counters.items():
            counter.inc(self._since(field, getattr(progress, field)))
        for stage, seconds in progress.stages.items():
            self._stages.labels(stage).inc(self._since(f"stage {stage}", seconds))
        self._left.set(progress.chunks - progress.chunks_done)
        if self._file is not None:
            self._file.write_if_due()

    def begun(self) -> None:
        """Say that a job begins."""
        self._began = time.monotonic()

    def ended(self, status: int) -> None:
        """Say that it ended; see ``jobs.statuses``."""
        self._ended.set_to_current_time()
        self._took.set(time.monotonic() - self._began)
        self._status.set(status)
        if status == DONE:
            self._success.set_to_current_time()
        if self._file is not None:
            self._file.write()

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(name, text, registry=self.registry)

    def _since(self, what: str, value: float) -> float:
        before, self._before[what] = self._before.get(what, 0.0), value
        return value - before
