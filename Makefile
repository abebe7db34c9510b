# Récits croisés: `make serve` shows the site, `make test` checks everything. Needs Python 3.11 or newer, git and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SOURCES := pyproject.toml hatch_build.py $(wildcard app/translations/*/LC_MESSAGES/*.po) $(wildcard plugins/*/translations/*/LC_MESSAGES/*.po)

# Tests start the site in many processes: its compiled modules are kept, out of the source tree.
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(VENV)/pycache
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help serve test test-long bench bench-live lint lock wheel migration translations editor clean

help:
	@echo "make serve      the site, on http://127.0.0.1:8000"
	@echo "make test       every check, browser tests included (some eight minutes)"
	@echo "make test-long  kills, long fuzzing, the Nu validator, PostgreSQL (over an hour)"
	@echo "make bench      what plugins cost a page; by hand, on a quiet machine"
	@echo "make bench-live how fast live writing is, beside its peers; by hand, on a quiet machine (half an hour; SHORT=1: under ten minutes)"
	@echo "make editor     static/dist/editor.js, from static/editor (needs node)"
	@echo "make wheel      dist/*.whl"

$(BIN)/python:
	@$(PYTHON) app/check_python.py
	$(PYTHON) -m venv $(VENV)

$(VENV)/.served: requirements.lock $(SOURCES) | $(BIN)/python
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.tested: requirements-test.lock $(SOURCES) | $(BIN)/python
	$(PIP) install --require-hashes -r requirements-test.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

serve: $(VENV)/.served
	@$(BIN)/recits serve

# Three at once on two cores: browsers and servers wait more than they compute.
test: $(VENV)/.tested
	$(BIN)/python -m tests.ensure_browser
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -m "not long" -n 3 --dist worksteal

# The server that RECITS_TEST_POSTGRESQL names, else one on this machine; where none answers, this fails before anything runs.
ON_POSTGRESQL := tests/services tests/web tests/plugins tests/processes

$(VENV)/.tested-long: requirements-long.lock $(VENV)/.tested
	$(PIP) install --require-hashes --no-build-isolation -r requirements-long.lock
	@touch $@

test-long: $(VENV)/.tested-long
	$(BIN)/python -m tests.ensure_browser
	server="$$($(BIN)/python -m tests.databases)" && \
	$(BIN)/python -m pytest -m long && \
	RECITS_TEST_EXAMPLES=all $(BIN)/python -m pytest -m "not long" -n 2 --dist worksteal tests/live tests/unit && \
	RECITS_TEST_POSTGRESQL="$$server" $(BIN)/python -m pytest -m "not long" -n 2 --dist worksteal $(ON_POSTGRESQL)

# Needs node, npm, taskset and two quiet cores; prints a table with the targets beside.
bench-live: $(VENV)/.tested
	cd tests/benchmarks/live && npm ci --no-audit --no-fund
	$(BIN)/python -m tests.benchmarks.live.bench $(if $(SHORT),--short)

bench: $(VENV)/.tested
	$(BIN)/python -m tests.benchmarks.overhead

lint: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

wheel: $(VENV)/.tested
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist

# The lock is universal and hashed; needs uv (https://docs.astral.sh/uv/).
lock:
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --custom-compile-command "make lock" \
		--extra build --output-file requirements.lock pyproject.toml
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --custom-compile-command "make lock" \
		--extra build --extra test --extra postgresql --constraint requirements.lock --output-file requirements-test.lock pyproject.toml
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --custom-compile-command "make lock" \
		--extra build --extra test --extra postgresql --extra long --constraint requirements-test.lock --output-file requirements-long.lock pyproject.toml

# make migration name=short_name: writes a draft from the difference between the models and the migrated tables.
migration: $(VENV)/.tested
	$(BIN)/python -m app.db.new_migration $(name)

translations: $(VENV)/.tested
	$(BIN)/python -m app.extract_messages
	$(PIP) install --no-deps --no-build-isolation --editable .

# Bundles static/editor into static/dist, which is committed; needs node and a package registry.
editor:
	node static/editor/build.mjs

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
