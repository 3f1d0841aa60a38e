# Two commands do all the set-up on a fresh machine: make demo, make test.
# What .venv holds is the lock of this folder, so that every machine runs the same.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# A process of tests a core, four at most: each holds TensorFlow (1.3 GB). The tests of a file stay
# together, since they share what they made.
PYTEST := $(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile

.PHONY: help demo test test-all bench check format docs wheel lock clean

help:  ## what can be done: this list
	@sed -n 's/^\([a-z-]*\):.*  ## /\1	/p' Makefile | expand -t 10

demo: $(READY)  ## draw a small season, train, index it, ask, render
	$(BIN)/eyecatch demo --out demo --force

test: $(READY)  ## all tests but the slow ones
	$(PYTEST) -m "not slow"

test-all: $(READY)  ## all tests
	$(PYTEST)

bench: $(READY)  ## how fast it is on this machine (docs/performance.md); make bench QUICK=1 for a smoke run
	$(BIN)/python bench/speed.py $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY)) $(if $(KEEP),--keep $(KEEP))

check: $(READY)  ## formatting, lint, types, and who may import whom
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy bench
	$(BIN)/mypy examples
	$(BIN)/lint-imports

format: $(READY)  ## bring the code into the form that check asks for
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(READY)  ## the documentation as a site, into site/; a dead link is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@echo "site/index.html; with search: python3 -m http.server --directory site"

wheel: $(READY)  ## the package, into dist/
	$(BIN)/python -m build --wheel

lock:  ## resolve pyproject.toml's dependencies again, in an environment of their own
	rm -rf $(VENV)-lock && $(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet --editable ".[dev]"
	echo "# What .venv holds, each version as it was tested; made by make lock." > requirements.lock
	$(VENV)-lock/bin/pip freeze --all --exclude-editable --exclude pip >> requirements.lock
	rm -rf $(VENV)-lock

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "eyecatch needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

clean:  ## remove what these commands made
	rm -rf $(VENV) build dist demo site *.egg-info
