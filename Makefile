# `make demo` and `make test` do everything on a fresh machine with Python 3.11+.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo test lint clean

demo: $(VENV)/installed        ## synthetic signs: pretrain, train, evaluate, predict; ends in demo/report.html
	$(BIN)/spobet demo --out demo

test: $(VENV)/installed-for-tests        ## the default tests; what is skipped is named with its reason
	$(BIN)/python -m pytest

lint: $(VENV)/installed-for-tests        ## style and types
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[train]'
	touch $@

$(VENV)/installed-for-tests: $(VENV)/installed
	$(BIN)/pip install --quiet --editable '.[train,test,dev]'
	touch $@

clean:
	rm -rf $(VENV) demo
