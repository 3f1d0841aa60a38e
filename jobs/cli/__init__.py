"""The command line: one module for each group of verbs."""

from __future__ import annotations

import gc
import io
import sys
from typing import Any

import click
from click.exceptions import NoSuchCommand

from eyecatch import __version__
from eyecatch.core.errors import EyecatchError
from eyecatch.core.runtime import load
from eyecatch.jobs.cli.hints import set_up_hints
from eyecatch.jobs.cli.mistakes import explained, refuse_empty
from eyecatch.jobs.cli.output import LOG, complain, json_lines, note, set_up_logs
from eyecatch.jobs.cli.settings import VerbSettings
from eyecatch.jobs.cli.signals import EndRequested, ending_orderly
from eyecatch.jobs.cli.streams import is_refusal, refusal, set_up_streams

# Each verb, the module of its command, and one line of help: known here so that `eyecatch --help`
# loads none of them.
VERBS = {
    "demo": ("demo", "Draw a small season, train, index it and ask: nothing is downloaded."),
    "index": ("index", "Index episodes: files and folders of videos."),
    "find": ("query", "Which episodes feature a character, and when."),
    "episodes": ("query", "What episodes are in the index."),
    "characters": ("query", "What characters are in the index."),
    "status": ("query", "What is done, pending and failed, and why."),
    "episode": ("library", "Say what an episode is called: its show, season, number, title."),
    "forget": ("library", "Take an episode out of the index."),
    "segments": ("segments", "Openings, endings, recaps and what else is no story."),
    "segment": ("segments", "Set what a part of an episode is, in all that share it."),
    "unknowns": ("naming", "Who waits for a name: faces in clusters that look alike."),
    "name": ("naming", "Name a cluster of faces, in every episode at once."),
    "unname": ("naming", "Take a name back."),
    "merge": ("naming", "Put clusters or characters together that are one person."),
    "split": ("naming", "Take faces out of a cluster that are somebody else."),
    "rename": ("characters", "Give a character another name."),
    "alias": ("characters", "Let a character be found by other names too."),
    "undo": ("naming", "Take back the last thing that was done with names, faces or segments."),
    "review": ("naming", "The web page: name faces, see who is where, watch."),
    "identify": ("identify", "Who is in a still image."),
    "train": ("train", "Train a classifier from folders of faces."),
    "enrol": ("train", "Add a character to a classifier from a few pictures."),
    "evaluate": ("evaluate", "Measure a classifier on faces it has not seen."),
    "evaluate-detector": ("evaluate", "Measure a face detector on images with known boxes."),
    "adapt": ("adapt", "Teach the face detector a show from its own episodes."),
    "collect": ("collect", "Cut faces out of images and videos, sorted by look."),
    "render": ("render", "Write an episode with a box and a name at every face."),
    "clips": ("render", "Cut out the scenes of a character."),
    "export": ("export", "Write rows of the index for other programs."),
    "doctor": (
        "doctor",
        "What this machine has, what will run where; or whether an index is sound.",
    ),
}

NO_INDEX = {
    "adapt",
    "collect",
    "demo",
    "doctor",
    "enrol",
    "evaluate",
    "evaluate-detector",
    "export",
}
NO_INDEX |= {"identify", "train"}
"""Verbs that do without an index, and one whose ``--db`` comes later."""


class _Verbs(click.Group):
    """A group that loads the module of a verb when the verb is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in VERBS:
            return None
        module = load(f"eyecatch.jobs.cli.{VERBS[cmd_name][0]}")
        command = getattr(module, cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except NoSuchCommand as error:
            raise NoSuchCommand(error.command_name, possibilities=VERBS, ctx=ctx) from error

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click returns what it likes
        try:
            return super().invoke(ctx)
        except EyecatchError:
            raise
        except Exception as error:  # click itself would end without a word at some
            if not is_refusal(error):
                raise
            LOG.debug("the machine refuses something", exc_info=True)
            raise refusal(error) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, short) for verb, (_, short) in VERBS.items()])


@click.group(
    cls=_Verbs,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "default_map": VerbSettings(),
    },
    epilog="Start with:  eyecatch demo.  The status is 0 when all is done, 1 when nothing could be,"
    " 2 where the command can't be understood, 3 when some files could not be done.",
)
@click.version_option(__version__, prog_name="eyecatch")
@click.option("-v", "--verbose", is_flag=True, help="Log what happens inside, to standard error.")
@click.option(
    "--log",
    "log_format",
    type=click.Choice(["text", "json"]),
    help="Log each step to standard error; json puts all messages there into JSON lines.",
)
def cli(verbose: bool, log_format: str | None) -> None:
    """Index episodes of anime, or any drawn show, by the characters on screen.

    Point it at a season, leave it overnight, then ask who appears where.
    """
    set_up_logs(verbose, log_format)


STOPPED = "Stopped; what was finished is kept."


def main(arguments: list[str] | None = None) -> Any:  # noqa: ANN401 - click returns what it likes
    """Run the command line: an error is a sentence and status 1, Ctrl-C is 130, SIGTERM 143."""
    set_up_streams()
    words = sys.argv[1:] if arguments is None else arguments
    set_up_hints(VERBS, VERBS.keys() - NO_INDEX, words)
    try:
        refuse_empty(words)
        with ending_orderly():
            return cli.main(words, prog_name="eyecatch", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        note(STOPPED)
        sys.exit(130)
    except EndRequested as request:
        note(STOPPED)
        sys.exit(request.status)
    except click.ClickException as error:
        shown = io.StringIO()
        explained(error, words).show(shown)
        told = shown.getvalue().rstrip("\n")
        if json_lines():
            complain(told)
        else:
            note(*told.split("\n"))
        sys.exit(error.exit_code)
    except EyecatchError as error:
        complain(str(error))
        sys.exit(1)
    except OSError as error:  # of --help and --version
        complain(str(refusal(error)))
        sys.exit(1)
    finally:
        gc.freeze()  # what is left ends with the process: looking through it takes .15 s of CPU
