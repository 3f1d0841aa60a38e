"""What README and docs show of the command line, held against the program."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import click
import cv2
import pytest

import eyecatch
from eyecatch.jobs.cli import VERBS, cli, main
from eyecatch.jobs.demo import draw_demo, drawn_frames

# Options of other programs.
OTHERS = {"--chapters"}

ANY = "…"  # in a transcript: any text, and alone on a line any number of lines


class Step(NamedTuple):
    """A command of a transcript, as it is typed, and what is shown below it."""

    command: str
    shown: list[str]

    @property
    def words(self) -> list[str]:
        return shlex.split(self.command, comments=True)


def blocks(page: Path) -> list[tuple[str, str]]:
    """The language and the text of each fenced block of a page."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def transcript(text: str) -> list[Step]:
    steps: list[Step] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            steps.append(Step(line[2:], []))
        else:
            steps[-1].shown.append(line)
    return steps


def commands(page: Path) -> list[list[str]]:
    """The words of every ``eyecatch …`` that a page tells its reader to type."""
    found = []
    for _, text in blocks(page):
        for line in text.replace("\\\n", " ").splitlines():
            words = (
                shlex.split(line.removeprefix("$ "), comments=True) if "eyecatch " in line else []
            )
            found += [words] if words[:1] == ["eyecatch"] else []
    return found


def parse(command: click.Command, words: list[str], parent: click.Context | None = None) -> None:
    """Take a command line apart as the program does, and run nothing.

    Raises:
        click.UsageError: the program doesn't know the verb, an option, or what an option is given.
    """
    try:
        context = command.make_context(words[0], words[1:], parent=parent)
    except click.BadParameter as error:
        if "does not exist" not in error.message:  # the files of an example are not here
            raise
        return
    with context:
        if isinstance(command, click.Group):
            name, found, rest = command.resolve_command(
                context, context._protected_args + context.args
            )
            assert name
            assert found
            parse(found, [name, *rest], context)


def pattern(shown: list[str]) -> str:
    lines = [
        r"(?:.*\n)*?"
        if line == ANY
        else ".*?".join(map(re.escape, line.rstrip().split(ANY))) + "\n"
        for line in shown
    ]
    return "".join(lines)


def matches(shown: list[str], printed: str) -> bool:
    """Whether a program printed what a transcript shows."""
    text = "".join(f"{line.rstrip()}\n" for line in printed.splitlines())
    return re.fullmatch(pattern(shown), text) is not None


@pytest.fixture(scope="module")
def pages(root):
    return [root / "README.md", *sorted((root / "docs").glob("*.md"))]


@pytest.fixture(scope="module")
def demo_steps(root):
    """The transcript in README that begins with ``eyecatch demo``."""
    found = [transcript(text) for form, text in blocks(root / "README.md") if form == "console"]
    (steps,) = [steps for steps in found if steps[0].words == ["eyecatch", "demo"]]
    return steps


def test_an_ellipsis_stands_for_anything_and_nothing_else_does():
    assert matches(["a", ANY, "b"], "a\nb\n")
    assert matches(["a", ANY, "b …"], "a  \n1\n2\nb c\n")
    assert not matches(["a", "b"], "a\n1\nb\n")
    assert not matches(["a.c"], "abc\n")
    assert not matches(["a"], "a\nb\n")


def test_every_command_that_is_shown_is_one_that_we_have(pages):
    shown = [words for page in pages for words in commands(page)]
    assert len(shown) > 20
    for words in shown:
        parse(cli, words)


def test_the_table_of_verbs_has_every_verb_and_no_other(root):
    rows = (root / "README.md").read_text("utf-8").splitlines()
    heads = [line.split("|")[1] for line in rows if line.startswith("| `eyecatch ")]
    told = [verb for head in heads for verb in re.findall(r"`eyecatch ([a-z-]+)", head)]
    assert len(told) == len(set(told))
    naming = {"unname", "merge", "split", "undo"}  # in one row with `name`
    (row,) = [line for line in rows if line.startswith("| `eyecatch unknowns`")]
    assert naming == set(re.findall(r"`([a-z]+)`", row.split("|")[2])) & set(VERBS)
    assert set(told) | naming == set(VERBS)


def every_option(command: click.Command) -> set[str]:
    """The options of a command and of those below it."""
    own = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    if not isinstance(command, click.Group):
        return own
    context = click.Context(command)
    below = [command.get_command(context, name) for name in command.list_commands(context)]
    return own.union(*(every_option(one) for one in below if one))


def test_the_options_that_prose_names_are_ours(pages, root):
    ours = every_option(cli) | {"--help", "--version"} | OTHERS
    for folder in ("bench", "training", "examples"):  # scripts that take their own
        for file in (root / folder).rglob("*.py"):
            ours |= set(re.findall(r'add_argument\(\s*"(--[a-z-]+)"', file.read_text("utf-8")))
    for page in pages:
        for span in re.findall(r"`([^`\n]+)`", page.read_text("utf-8")):
            told = re.findall(r"(?<![\w-])--[a-z][a-z-]*", span)
            assert set(told) <= ours, f"{page.name}: {span}"


def same_shape(shown: object, printed: object, where: str) -> None:
    """Keys and kinds of values agree, as far as both have any."""
    if isinstance(shown, dict) and isinstance(printed, dict):
        if shown and printed:
            assert set(shown) == set(printed), where
        for key in set(shown) & set(printed):
            same_shape(shown[key], printed[key], f"{where}.{key}")
    elif isinstance(shown, list) and isinstance(printed, list):
        for one, other in zip(shown, printed, strict=False):
            same_shape(one, other, f"{where}[]")
    elif shown is not None and printed is not None:
        numbers = isinstance(shown, int | float) and isinstance(printed, int | float)
        assert numbers or type(shown) is type(printed), where


@pytest.fixture
def still(season, tmp_path):
    """A picture with a face, or several."""
    with season.truth.open(newline="", encoding="utf-8") as file:
        first = next(csv.DictReader(file))
    video = cv2.VideoCapture(str(season.folder / first["episode"]))
    video.set(cv2.CAP_PROP_POS_FRAMES, int(first["frame"]) + 12)
    cv2.imwrite(str(tmp_path / "still.png"), video.read()[1])
    return tmp_path / "still.png"


@pytest.mark.parametrize(
    "verb", ["find", "episodes", "characters", "status", "unknowns", "identify"]
)
def test_the_json_that_is_shown_is_what_is_printed(verb, root, request, capsys):
    page = (root / "docs" / "json.md").read_text("utf-8")
    about = page[page.index(f"`eyecatch {verb} ") :]
    shown = json.loads(re.search(r"^```json\n(.*?)^```$", about, re.MULTILINE | re.DOTALL)[1])
    if verb == "identify":
        still, bundle = request.getfixturevalue("still"), request.getfixturevalue("bundle")
        words = [str(still), "--model", str(bundle)]
    else:
        db = request.getfixturevalue("grouped" if verb == "unknowns" else "indexed")
        names = [eyecatch.characters(db=db)[0].name] if verb == "find" else []
        words = [*names, "--db", db, "--json"]
    main([verb, *words])
    printed = json.loads(capsys.readouterr().out)
    assert printed
    same_shape(shown, printed if isinstance(shown, list) else first(printed), verb)


def first(printed):
    """The page shows one item of a list of them."""
    return printed[0] if isinstance(printed, list) else printed


def test_the_demo_draws_what_is_shown(demo_steps, tmp_path):
    """The column of the truth; the next test compares all of it, which takes a minute."""
    season = draw_demo(tmp_path, episodes=1, size=(96, 54))
    story, rest = drawn_frames(season)
    rows = [line.split() for line in demo_steps[0].shown if line.startswith("Lantern")]
    assert {row[0] for row in rows} == {season.episodes[0].name}
    for episode, name, drawn, found, left_out in rows:
        seconds = story[episode, name] * 1001 / 24000
        assert float(drawn) == round(seconds, 1)
        assert float(found) == pytest.approx(seconds, abs=0.5)
        assert float(left_out) == round(rest[episode, name] * 1001 / 24000, 1)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_demo_and_what_its_index_answers_are_as_shown(demo_steps, tmp_path):
    for step in demo_steps:
        assert step.words[0] == "eyecatch"
        done = subprocess.run(
            [sys.executable, "-m", *step.words],
            cwd=tmp_path, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        assert matches(step.shown, done.stdout), f"{step.command}\n{done.stdout}"
