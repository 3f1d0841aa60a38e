"""``python -m eyecatch``."""

from eyecatch.jobs.cli import main

main()
