"""What a job does as Prometheus metrics, for those who watch many machines."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

from eyecatch.core.errors import RequestError
from eyecatch.jobs.progress import Progress

COUNTED = {
    "chunks_done": ("eyecatch_chunks", "Chunks that came to an end"),
    "episodes_done": ("eyecatch_episodes", "Episodes decided"),
    "failures": ("eyecatch_failures", "Chunks and files that failed"),
    "frames": ("eyecatch_frames", "Frames scanned"),
    "faces": ("eyecatch_faces", "Faces found in them"),
    "video_seconds_done": ("eyecatch_video_seconds", "Seconds of video scanned"),
}


class Metrics:
    """A listener that keeps metrics of one job after another.

    Attributes:
        registry: the metrics.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._counters = {
            field: Counter(name, text, registry=self.registry)
            for field, (name, text) in COUNTED.items()
        }
        self._stages = Counter(
            "eyecatch_stage_seconds",
            "Seconds that a stage took, over all processes",
            ["stage"],
            registry=self.registry,
        )
        self._left = Gauge("eyecatch_chunks_left", "Chunks to do", registry=self.registry)
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
            problem = f"metrics can't be served at {address!r} ({error})"
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

    def _since(self, what: str, value: float) -> float:
        before, self._before[what] = self._before.get(what, 0.0), value
        return value - before
