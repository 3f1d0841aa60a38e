"""What all requests of the page share: the index, and one thing done to it at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock, Thread

from eyecatch.core.errors import EyecatchError
from eyecatch.core.files import user_cache
from eyecatch.db.index import Index
from eyecatch.db.records.review import ActionRow
from eyecatch.jobs.naming.offers import Offers
from eyecatch.jobs.naming.pipeline import NamingPipeline
from eyecatch.jobs.review.proxies import Proxies


class AppState:
    """What the page's requests share.

    Args:
        index: open as long as the page is.
        proxies: folder of copies that browsers play; None for the user's cache.

    Attributes:
        offers: what of the index is worth asking about.
        step: what is being done to new faces; empty when nothing is.
        fault: what went wrong when it was done, as a sentence; empty if nothing.
    """

    def __init__(self, index: Index, proxies: Path | None = None) -> None:
        self.index = index
        self.pipeline = NamingPipeline(index)
        self.offers = Offers(index, self.pipeline)
        self.proxies = Proxies(proxies or user_cache() / "proxies")
        self.step = self.fault = ""
        self._acting = Lock()
        self._looking = Lock()

    def act(self, action: Callable[[Index], ActionRow], *, group: bool = False) -> ActionRow:
        """Do what a person asks and propagate names, in one transaction; one after the other.

        Args:
            action: what it is.
            group: there are new faces then, which are put into clusters first.
        """
        with self._acting, self.index.transaction():
            done = action(self.index)
            if group:
                self.pipeline.group()
            self.pipeline.propagate()
            return done

    def look(self) -> None:
        """Embed and group new faces in the background; nothing if that is under way."""
        if self._looking.acquire(blocking=False):
            self.step = "looking at new faces"
            Thread(target=self._look, name="look", daemon=True).start()

    def _look(self) -> None:
        try:
            self.fault = ""
            self.pipeline.embed(self._notify)
            with self._acting:
                self.pipeline.group(self._notify)
                self.pipeline.propagate()
        except EyecatchError as error:
            self.fault = str(error)
        finally:
            self.step = ""
            self._looking.release()

    def _notify(self, step: str) -> None:
        self.step = step

    def close(self) -> None:
        """Start nothing more."""
        self.proxies.close()
