"""What prose names is there: modules, functions and files, in the docs and in docstrings."""

from __future__ import annotations

import ast
import functools
import re
import tokenize
from pathlib import Path

import pytest

import eyecatch

LAYERS = ("core", "db", "jobs", "training")
ROOT = Path(__file__).parents[1]

# ``core.crops.cut`` and ``eyecatch.find``, but neither ``docs.python.org`` nor ``core/crops.py``.
DOTTED = re.compile(rf"(?<![\w./-])(?:eyecatch|{'|'.join(LAYERS)})(?:\.\w+)+(?![\w/])")

# ``core/crops.py``, ``tests/jobs/faults`` and the like; what is in <> or has a * is no path.
PATH = re.compile(
    rf"(?<![\w./-])(?:{'|'.join(LAYERS)}|bench|docs|examples|src|tests)/[\w./-]*[\w/](?![\w*<{{])"
)
# ``Detector.detect``, ``end_frame``, ``test_watch.py``: a name without the way to it.
BARE = re.compile(r"[A-Z]\w*[a-z]\w*(?:\.\w+)*|\w+_\w+(?:\.py)?")

# What others call theirs: FFmpeg, Keras, HTTP.
FOREIGN = {"skip_loop_filter", "Lambda", "UpSampling2D", "Origin"}

SUFFIXES = (".md", ".toml", ".yaml")  # of files: training.md is no module


def pages() -> list[Path]:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def sources() -> list[Path]:
    return [file for top in (*LAYERS, "bench", "examples") for file in (ROOT / top).rglob("*.py")]


@functools.cache
def defined(file: Path) -> dict[str, ast.AST]:
    """What a module or a class defines or imports at its top level."""
    return names_of(ast.parse(file.read_text("utf-8")))


def names_of(block: ast.AST) -> dict[str, ast.AST]:
    found: dict[str, ast.AST] = {}
    for node in ast.iter_child_nodes(block):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {
                name.id: node for t in targets for name in ast.walk(t) if isinstance(name, ast.Name)
            }
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(name.asname or name.name): node for name in node.names}
        elif isinstance(node, ast.If):
            found |= names_of(node)
    return found


def exists(dotted: str) -> bool:
    """Whether a dotted name is a package, a module, or something that one defines."""
    parts = dotted.removeprefix("eyecatch.").split(".")
    if dotted.startswith("eyecatch.") and parts[0] not in LAYERS:
        return parts[0] in (*eyecatch.__all__, "__version__")
    place = ROOT
    while parts and (place / parts[0]).is_dir():
        place /= parts.pop(0)
    if not parts:
        return True
    file = place / f"{parts[0]}.py"
    if file.exists():
        parts.pop(0)
    else:
        file = place / "__init__.py"
    names = defined(file)
    for part in parts:
        if part not in names:
            return False
        names = names_of(names[part])
    return True


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_a_page_names_what_there_is(page):
    text = page.read_text("utf-8")
    dotted = {name for name in DOTTED.findall(text) if not name.endswith(SUFFIXES)}
    assert [name for name in sorted(dotted) if not exists(name)] == []
    assert [path for path in sorted(set(PATH.findall(text))) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_a_page_links_to_what_there_is(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        assert file.exists(), target
        if anchor:
            heads = re.findall(r"^#+ (.*)$", file.read_text("utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads}
            assert anchor in anchors, target


def is_told_wrongly(name: str) -> bool:
    if PATH.fullmatch(name):
        return not (ROOT / name).exists()
    return bool(DOTTED.fullmatch(name)) and not name.endswith(SUFFIXES) and not exists(name)


def test_docstrings_and_comments_name_what_there_is():
    told = {
        (str(file.relative_to(ROOT)), name)
        for file in sources()
        for name in re.findall(r"``([\w./]+)``", file.read_text("utf-8"))
    }
    assert len(told) > 500
    assert [(file, name) for file, name in sorted(told) if is_told_wrongly(name)] == []


@pytest.fixture(scope="module")
def known() -> set[str]:
    """All names of the code, words of its short strings (columns, keys), and its files."""
    found = set(FOREIGN)
    for file in [*sources(), *(ROOT / "tests").rglob("*.py")]:
        found |= {file.name, file.stem}
        with tokenize.open(file) as source:
            for token in tokenize.generate_tokens(source.readline):
                if token.type == tokenize.NAME:
                    found.add(token.string)
                elif token.type == tokenize.STRING and not token.string.endswith('"""'):
                    found |= set(re.findall(r"\w+", token.string))
    return found


def unknown(text: str, mark: str, known: set[str]) -> set[str]:
    """The names between marks that nothing is called by."""
    spans = {span.removesuffix("()") for span in re.findall(f"{mark}([^`\\n]+){mark}", text)}
    names = {span for span in spans if BARE.fullmatch(span)}
    return {name for name in names if set(re.split(r"\.(?!py$)", name)) - known}


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_a_page_calls_things_as_the_code_does(page, known):
    assert unknown(page.read_text("utf-8"), "`", known) == set()


def test_docstrings_and_comments_call_things_as_the_code_does(known):
    texts = {str(file.relative_to(ROOT)): file.read_text("utf-8") for file in sources()}
    wrong = {file: unknown(text, "``", known) for file, text in texts.items()}
    assert {file: names for file, names in wrong.items() if names} == {}


@pytest.mark.parametrize(
    "name", ["eyecatch.find", "core.crops.cut", "eyecatch.db.index.open_index", "core.video"]
)
def test_a_name_that_is_there_is_found_and_one_beside_it_is_not(name):
    assert exists(name)
    assert not exists(f"{name}_or_not")
