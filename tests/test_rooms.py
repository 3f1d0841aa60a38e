"""The house rules that a linter doesn't know: sizes, names, and what a folder says of itself."""

from __future__ import annotations

import ast
from collections import defaultdict

import pytest

from eyecatch.jobs.cli import VERBS

# Names of modules that may stand in several folders, since they mean the same there. Whoever needs
# another one should first look for a name that says how the two differ.
SHARED = {
    # The same step of each training: who knows one training knows all of them.
    "augment", "batches", "config", "dataset", "export", "loop", "train",
    # What one part decides, another stores, and a third shows.
    "actions", "appearances", "clustering", "pages", "predictions", "propagation", "review", "scan",
    # The same kind of thing, each folder's own.
    "base", "errors", "images", "manifest", "options", "progress", "report", "types",
}  # fmt: skip

# The same for classes.
SHARED_CLASSES = {
    # What one part finds or decides and another stores, lists or shows.
    "Appearance", "Bundle", "Character", "Chunk", "Cluster", "Crop", "Face", "Faces", "Frame",
    "Linked", "Predictions", "Shot", "Timeline", "Track", "Tracklet", "Verdict",
    # Each training's own.
    "BatchPlan", "Schedule",
}  # fmt: skip

# Names that say nothing: what is in such a module belongs to what it is about.
EMPTY = {"common", "helpers", "misc", "tools", "util", "utils"}


@pytest.fixture(scope="module")
def modules(root):
    """Every module of the product but the migrations, which are written once and stay."""
    found = [
        path for top in ("core", "db", "jobs", "training") for path in (root / top).rglob("*.py")
    ]
    return [path.relative_to(root) for path in found if path.parent.name != "versions"]


def test_no_module_is_longer_than_300_lines(root, modules):
    lengths = {str(path): len((root / path).read_text("utf-8").splitlines()) for path in modules}
    assert len(lengths) > 200
    assert {path: length for path, length in lengths.items() if length > 300} == {}


def test_every_folder_says_in_a_sentence_what_it_holds(root, modules):
    """And has such a file: a folder without one isn't installed."""
    for folder in {path.parent for path in modules}:
        text = ast.get_docstring(ast.parse((root / folder / "__init__.py").read_text("utf-8")))
        assert text, f"{folder}/__init__.py says nothing"
        sentence = " ".join(text.partition("\n\n")[0].split())
        assert len(sentence.split()) >= 4, f"{folder}: {sentence}"
        assert sentence.endswith("."), f"{folder}: {sentence}"


def test_a_module_has_a_name_of_its_own_or_one_that_means_the_same(modules):
    """A verb's command bears the name of the verb's module, in ``jobs/cli``."""
    places = defaultdict(list)
    for path in modules:
        if path.stem != "__init__":
            places[path.stem].append(str(path))
    commands = {module for module, _ in VERBS.values()}
    twice = {name: found for name, found in places.items() if len(found) > 1}
    assert {name: found for name, found in twice.items() if name not in SHARED | commands} == {}
    assert not EMPTY & set(places)


def test_a_class_has_a_name_of_its_own_or_one_that_means_the_same(root, modules):
    places = defaultdict(list)
    for path in modules:
        for node in ast.parse((root / path).read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path))
    twice = {name: found for name, found in places.items() if len(found) > 1}
    assert {name: found for name, found in twice.items() if name not in SHARED_CLASSES} == {}
