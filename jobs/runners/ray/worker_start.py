"""The program of a worker in a Ray of our own, in place of two.

Ray's own first imports Ray to set up an environment, then becomes the worker, which imports it
again. Our jobs have no environment to set up (Ray's word is "runtime environment"), so this one
becomes the worker at once.
"""

from __future__ import annotations

import gc
import runpy
import sys
from typing import Final

FOR_THE_SETUP: Final = ("--serialized-runtime-env-context", "--language")
"""Arguments of Ray's program that the worker's own doesn't know."""


def main() -> None:
    """Runs the worker's program, whose path and arguments are ours."""
    del sys.path[0]  # our folder's modules are no modules of their own
    program, *arguments = sys.argv[1:]
    sys.argv = [program, *(one for one in arguments if not one.startswith(FOR_THE_SETUP))]
    gc.disable()  # until all is loaded, as in core.runtime, which a worker has not loaded yet
    from ray.util import serialization_addons  # noqa: PLC0415

    # It would load Pydantic and pyarrow, for what no job sends; see lean.
    serialization_addons.apply = lambda _: None
    gc.freeze()  # what was loaded is no garbage, and is not looked through when more is
    gc.enable()
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main()
