"""``eyecatch unknowns``, ``name``, ``unname``, ``merge``, ``split``, ``undo`` and ``review``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import eyecatch
from eyecatch.jobs import rows as shapes
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.output import answer, note, print_json
from eyecatch.jobs.naming.commands import Unknowns


class Numbered(click.ParamType[int]):
    """The number of a cluster, or of a face."""

    name = "number"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """The number; of a word, a sentence that says where the number comes."""
        try:
            number = int(value)
        except ValueError:
            example = ctx and ctx.command.epilog
            first = (
                "is no number; the number of a cluster comes first, as eyecatch unknowns lists it"
            )
            self.fail(f"{value!r} {first}. {example or ''}".rstrip(), param, ctx)
        if abs(number) >= 2**63:  # more than a database counts to
            self.fail(f"there is no number {number}", param, ctx)
        return number


NUMBER = Numbered()

faces = click.option(
    "--face",
    "faces",
    type=NUMBER,
    multiple=True,
    metavar="N",
    help="Only this face, by its number; repeatable.",
)


@click.command(epilog="Example:  eyecatch unknowns --sheet sheets/")
@click.option(
    "--most", type=click.IntRange(1), default=50, show_default=True, help="How many to list."
)
@click.option(
    "--all", "everything", is_flag=True, help="List them all, the small and doubtful too."
)
@click.option(
    "--sheet",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Also write a contact sheet of each cluster.",
)
@options.trust("as before, balanced at first")
@options.form()
@options.db
@options.quiet
def unknowns(
    most: int,
    everything: bool,
    sheet: Path | None,
    trust: str | None,
    form: str,
    db: str,
    quiet: bool,
) -> None:
    """Who waits for a name: faces in clusters that look alike, the longest on screen first.

    What is small, blurred, hardly a face, a single face for a moment, or like what you set aside is
    counted, not listed. New faces are looked at first, which takes some seconds an episode; what
    was grouped before stays as it was. Name a cluster with: eyecatch name CLUSTER NAME.
    """
    found = eyecatch.unknowns(
        db=db,
        most=None if everything else most,
        sheet=sheet,
        trust=trust,
        say=(lambda _: None) if quiet else lambda step: note(f"* {step}"),
    )
    if form == "json":
        print_json(shapes.unknowns_row(found))
        return
    every = everything or form == "csv"
    listed = [one for one in found.clusters if every or one.doubt is None]
    rows = [shapes.cluster_row(one) | {"faces": one.row.faces} for one in listed]
    columns = ["cluster", "series", "faces", "episodes", "seconds", *["doubt"] * every]
    empty = (
        "Nobody waits for a name who is seen well." if found.more else "Nobody waits for a name."
    )
    answer(form, rows, columns, empty)
    if not quiet:
        _tell_rest(found, every)
    if rows and form == "table" and not quiet:
        first = f"eyecatch name {listed[0].id} NAME"
        note(f"Name them, the first for example:  {first}", "or by their faces:  eyecatch review")


def _tell_rest(found: Unknowns, every: bool) -> None:
    """What the table doesn't say."""
    note(f"{found.share.part:.0%} of the faces' screen time has a name.")
    if unsure := sum(face.id not in found.doubts for face in found.unsure):
        names = "1 name is" if unsure == 1 else f"{unsure} names are"
        note(f"{names} unsure: eyecatch review asks who it is.")
    if found.more and not every:
        groups = (
            "1 small or doubtful group"
            if found.more == 1
            else (f"{found.more} small or doubtful groups")
        )
        note(f"And {groups}: --all shows {'it' if found.more == 1 else 'them'}.")


@click.command(epilog="Example:  eyecatch name 12 Hiei")
@click.argument("cluster", type=NUMBER)
@click.argument("character", metavar="NAME", required=False)
@click.option("--nobody", is_flag=True, help="Set it aside: nobody in particular.")
@click.option("--no-face", is_flag=True, help="A hand, a wheel, lettering: there is no face.")
@faces
@options.trust("as before, balanced at first")
@options.db
def name(
    cluster: int,
    character: str | None,
    nobody: bool,
    no_face: bool,
    faces: tuple[int, ...],
    trust: str | None,
    db: str,
) -> None:
    """Call all that waits in CLUSTER a character, in every episode, at once.

    Faces that look alike follow by themselves, in later episodes too. No model changes what you
    named; eyecatch undo does.
    """
    if (character is not None) + nobody + no_face != 1:
        raise click.UsageError("give a NAME, or --nobody, or --no-face")
    done = eyecatch.name(cluster, character, db=db, faces=faces, no_face=no_face, trust=trust)
    note(_sentence(f"{done.message} in {_episodes(len(done.episodes))}"))


@click.command(epilog="Example:  eyecatch unname Hiei")
@click.argument("who", metavar="CLUSTER|NAME", required=False)
@faces
@options.db
def unname(who: str | None, faces: tuple[int, ...], db: str) -> None:
    """Take back what people said: of a cluster by its number, or of a character.

    With --face: these faces are not who they are called, whoever said so, and no model calls them
    so again.
    """
    if (who is None) == (not faces):
        raise click.UsageError("give a cluster, a name, or --face")
    done = eyecatch.unname(int(who) if who and who.isdecimal() else who or "", db=db, faces=faces)
    note(_sentence(done.message))


@click.command(epilog="Example:  eyecatch merge 12 31;  eyecatch merge 'Velma Dinkley' Velma")
@click.argument("into", metavar="CLUSTER|NAME")
@click.argument("others", nargs=-1, required=True, metavar="CLUSTER|NAME...")
@options.db
def merge(into: str, others: tuple[str, ...], db: str) -> None:
    """Put all faces of other clusters into the first one; or make characters one, the first.

    It is found by the names of the others too, and a model that says these means it.
    """
    which = [NUMBER.convert(one, None, None) if one.isdecimal() else one for one in (into, *others)]
    note(_sentence(eyecatch.merge(*which, db=db).message))


@click.command(epilog="Example:  eyecatch split 12 301 344")
@click.argument("cluster", type=NUMBER)
@click.argument("faces", type=NUMBER, nargs=-1, required=True, metavar="FACE...")
@options.db
def split(cluster: int, faces: tuple[int, ...], db: str) -> None:
    """Put faces of CLUSTER, by their numbers, into a new one; the two are kept apart from then on.

    The numbers are in the contact sheets of eyecatch unknowns --sheet, and in its JSON.
    """
    note(f"They are cluster {eyecatch.split(cluster, *faces, db=db)} now.")


@click.command(epilog="Example:  eyecatch undo")
@options.db
def undo(db: str) -> None:
    """Take back the last thing that somebody did with names, faces or segments.

    Again, and the one before is taken back.
    """
    note(f"Took back: {eyecatch.undo(db=db).message}.")


@click.command(epilog="Example:  eyecatch review --db season1.db")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; any but this machine's own asks visitors for a token.",
)
@click.option("--token", help="That token.  [default: one is made up]")
@options.trust("as before, balanced at first")
@options.db
def review(port: int, host: str, token: str | None, trust: str | None, db: str) -> None:
    """The web page: name the faces nobody named, see who is where, watch with boxes.

    It listens on this machine alone, needs nothing from outside, and stops with Ctrl-C.
    """
    eyecatch.review(
        db=db,
        port=port,
        host=host,
        token=token,
        trust=trust,
        say=lambda address: note(f"Open {address} in a browser; Ctrl-C stops it."),
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _episodes(count: int) -> str:
    return "1 episode" if count == 1 else f"{count} episodes"
