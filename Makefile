# Everything runs from .venv, which any target builds first if it is missing or older than the lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help up test check bench format lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.built: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is older than 3.11: install a newer Python, or name one: make PYTHON=python3.12 ..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

up: $(VENV)/.built ## simulate a plant, train on it, then serve the API on :8000 and the MLflow UI on :5000
	@exec $(BIN)/nonferrous up

test: $(VENV)/.built ## run every test
	$(BIN)/python -m pytest

check: $(VENV)/.built ## lint, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.built ## measure the simulator, training and serving side by side with their peers
	$(BIN)/python benchmarks/accuracy.py
	$(BIN)/python benchmarks/sorting.py
	$(BIN)/python benchmarks/quality.py
	$(BIN)/python benchmarks/control_charts.py
	$(BIN)/python benchmarks/run.py

format: $(VENV)/.built ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## rewrite requirements.lock from pyproject.toml (needs uv on the PATH)
	uv pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--extra dev pyproject.toml --output-file requirements.lock

clean: ## remove the environment, caches and everything that was simulated, trained or logged here
	rm -rf $(VENV) .nonferrous build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
