# make demo: install, index the sample documents, ask them. make test: install, lint, type, test.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN = $(VENV)/bin
INSTALL = $(BIN)/python -m pip install --quiet --constraint constraints.txt --editable

.PHONY: demo test lint types layers

demo: $(VENV)/installed
	sh evals/data/sample/demo.sh $(BIN)/rag

test: lint types layers
	$(BIN)/python -m pytest

lint: $(VENV)/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/installed-dev
	$(BIN)/mypy

layers: $(VENV)/installed-dev
	$(BIN)/lint-imports

$(VENV)/python:
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/installed: $(VENV)/python pyproject.toml constraints.txt
	$(INSTALL) '.[offline]'
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(INSTALL) '.[offline,community,server,dev]'
	touch $@
