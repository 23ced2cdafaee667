# Needs Python 3.11 or newer with its venv module, and nothing else. `make help` lists what there is.

PYTHON ?= python3
PIP = .venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
# What `make run` reads, and where it writes.
CONTRACTS ?= data/contracts
OUT ?= review
# Where `make report` writes what analysts read of it.
REPORTS ?= reports
# Two workers for the tests: each of them reads, trains and tags for real.
PYTEST = .venv/bin/pytest -n 2 --dist loadgroup

# What `make gains` compares: today's code with that of a commit, on labelled contracts.
BEFORE ?= HEAD
LABELS ?= data/contracts/labels.jsonl

.PHONY: help run report test check format lint types imports bench readme model gains constraints clean

help:  ## List the targets
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## */\t/' | expand -t 14

run: .venv/run  ## Read the sample contracts (CONTRACTS=folder OUT=folder for your own) and print what they hang on
	.venv/bin/payterms run '$(CONTRACTS)' '$(OUT)'

report: .venv/report  ## Write reports of what `make run` wrote (OUT=folder REPORTS=folder), to open in a browser
	.venv/bin/payterms report '$(OUT)' --to '$(REPORTS)'

test: .venv/dev  ## Run every test
	$(PYTEST)

check: format lint types imports test  ## Everything that CI asks for

format: .venv/dev
	.venv/bin/ruff format --check .

lint: .venv/dev
	.venv/bin/ruff check .

types: .venv/dev
	.venv/bin/mypy

imports: .venv/dev
	.venv/bin/lint-imports

# What it measures is told at the head of each script; on the sample contracts it takes minutes.
bench: .venv/report  ## Measure speed, growth, memory, reports, and what the fast layout loses (CONTRACTS=folder for your own)
	.venv/bin/python bench/throughput.py '$(CONTRACTS)' --plain
	.venv/bin/python bench/growth.py '$(CONTRACTS)'
	.venv/bin/payterms run '$(CONTRACTS)' '$(OUT)/fast' --quiet || test $$? = 1
	.venv/bin/payterms run '$(CONTRACTS)' '$(OUT)/all' --layout all --quiet || test $$? = 1
	.venv/bin/python bench/layout.py '$(OUT)/fast' '$(OUT)/all'
	.venv/bin/python bench/portfolio.py '$(OUT)/fast'

readme: .venv/dev  ## Write what the commands print today into README.md
	.venv/bin/python tests/readme.py

model: .venv/run  ## Train the model that comes with payterms anew, whether it is better or not
	.venv/bin/payterms train --model models/default --force

gains: .venv/run  ## List what today's code won and lost since a commit (BEFORE=commit CONTRACTS=folder LABELS=file)
	@rm -rf .gains && mkdir -p .gains/code && git archive '$(BEFORE)' pipeline models | tar -x -C .gains/code
	PYTHONPATH=.gains/code .venv/bin/python -m pipeline.cli run --quiet '$(CONTRACTS)' .gains/before
	.venv/bin/payterms run --quiet '$(CONTRACTS)' .gains/after
	.venv/bin/payterms gains .gains/before .gains/after '$(LABELS)'

constraints:  ## Write constraints.txt anew, from the newest versions that pyproject.toml allows
	$(PYTHON) -m venv --clear .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	sed -i '2,$$d' constraints.txt
	.venv/bin/python -m pip freeze --all --exclude-editable --exclude pip | sort -f >> constraints.txt
	touch .venv/run .venv/report .venv/dev

clean:  ## Remove what was installed and cached; results stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("payterms needs Python 3.11 or newer; try make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "no virtual environment could be made; on Debian: apt install python3-venv" >&2; exit 1; }

.venv/run: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) --editable .
	touch $@

.venv/report: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) --editable '.[report]'
	touch $@

.venv/dev: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) --editable '.[dev]'
	touch $@ .venv/run .venv/report
