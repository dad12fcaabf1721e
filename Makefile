# `make demo` and `make test` set up what they need in .venv; nothing else has to be installed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test check bench docs lock clean

demo: $(VENV)/.demo
	@sh docs/demo.sh $(BIN)

# As many processes as there are processors; the tests of one file stay together.
test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist loadfile

# The checks alone, without the tests of behaviour.
check: $(VENV)/.dev
	$(BIN)/python -m pytest tests/house

bench: $(VENV)/.dev $(VENV)/.bench
	$(BIN)/python -m benchmarks

# Generated reference pages, schema and pictures.
docs: $(VENV)/.dev
	UPDATE=1 $(BIN)/python -m pytest tests/docs tests/source/test_schema.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install -q --require-hashes -r requirements.lock
	$(PIP) install -q --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q sagactl
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install -q --require-hashes -r requirements-dev.lock
	$(PIP) install -q --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q sagactl
	@touch $@

$(VENV)/.bench: requirements-bench.lock | $(VENV)/bin/python
	$(PIP) install -q --require-hashes -r requirements-bench.lock
	@touch $@

# Needs `uv`; pins what pyproject.toml allows, with hashes.
lock:
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	uv pip compile pyproject.toml --group build --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements-dev.lock
	uv pip compile pyproject.toml --group build --group bench --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements-bench.lock

clean:
	rm -rf $(VENV) build dist
