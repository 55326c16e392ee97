# `make demo` and `make test` do everything on a fresh machine with Python 3.11+.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

LANDMARKS ?= ../shared/data
LEXICON ?= $(LANDMARKS)/asl-lex.csv

.PHONY: demo test lint clean reproduce reproduce-all

demo: $(VENV)/installed        ## synthetic signs: pretrain, train, evaluate, predict; ends in demo/report.html
	$(BIN)/spobet demo --out demo

test: $(VENV)/installed-for-tests        ## the default tests; what is skipped is named with its reason
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(VENV)/installed-for-tests        ## style and types
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

reproduce: $(VENV)/installed-for-hours        ## the headline row from LANDMARKS (docs/data.md) and the shipped backbone
	KERAS_BACKEND=tensorflow $(BIN)/python experiments/reproduce.py headline --landmarks $(LANDMARKS)

reproduce-all: $(VENV)/installed-for-hours        ## every row from nothing, pretraining included; goes on where it was stopped
	KERAS_BACKEND=tensorflow $(BIN)/python experiments/reproduce.py --all --landmarks $(LANDMARKS) --lexicon $(LEXICON)

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[train]'
	touch $@

$(VENV)/installed-for-tests: $(VENV)/installed
	$(BIN)/pip install --quiet --editable '.[train,test,dev]'
	touch $@

$(VENV)/installed-for-hours: $(VENV)/installed
	$(BIN)/pip install --quiet --editable '.[train-tensorflow]'        # trains faster than the default on processors
	touch $@

clean:
	rm -rf $(VENV) demo
