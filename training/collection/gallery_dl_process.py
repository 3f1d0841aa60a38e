"""gallery-dl in a process of its own, slow by default: ``python -m … ARGUMENTS``.

Its configuration files are read after these settings, and so count more: who has an account, a
cookie or another pace set there, keeps it.
"""

from __future__ import annotations

import sys

from gallery_dl import config, main, version

from eyecatch import __version__

SETTINGS = {
    # Seconds, at random between: about as quick as a person who looks at each.
    "sleep": [1.0, 2.0],
    "sleep-request": [1.0, 2.0],
    # gallery-dl calls itself Firefox; who asks a site for its pictures should say so.
    "user-agent": f"eyecatch/{__version__} gallery-dl/{version.__version__}",
}

if __name__ == "__main__":
    for key, value in SETTINGS.items():
        config.set(("extractor",), key, value)
    sys.exit(main())
