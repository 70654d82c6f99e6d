# make demo: the main job on a bundled archive.  make test: all tests.  make check: lint, types, unit tests.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.stamp

.DEFAULT_GOAL := help

.PHONY: help demo test check lint types unit services bench quality train drill lock clean

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(STAMP)-run: requirements/run.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Crackdown needs Python 3.11 or later: set PYTHON=")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(STAMP)-test: $(STAMP)-run requirements/test.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.lock
	@touch $@

demo: $(STAMP)-run ## Watch a bundled archive become events, cases and notices
	@$(BIN)/crackdown demo

test: $(STAMP)-test ## Install what the tests need and run them all
	@rm -f .coverage .coverage.*
	$(BIN)/coverage run --source=schemas,agents -m pytest
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --skip-covered --fail-under=95 | tail -n 3

check: $(STAMP)-test lint types unit ## Lint, types and unit tests, under a minute

lint: $(STAMP)-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)-test
	$(BIN)/mypy

unit: $(STAMP)-test
	$(BIN)/python -m pytest -m "not slow and not service" -n auto

services: $(STAMP)-test ## Start real Kafka and Elasticsearch, to stay until `python -m infra.services down`
	$(BIN)/python -m infra.services up

quality: $(STAMP)-test ## Score the event coder on labelled articles (the project's own where no others lie beside it)
	$(BIN)/python tools/quality.py

train: $(STAMP)-test ## Train the event coder's models anew
	$(BIN)/python tools/train.py

bench: $(STAMP)-test ## Measure speed and memory
	$(BIN)/python tools/bench.py
	$(BIN)/python tools/bench_link.py
	$(BIN)/python tools/bench_alerts.py
	$(BIN)/python -m tools.bench_search --stores sqlite elastic
	$(BIN)/python -m tools.bench_latency
	$(BIN)/python -m tools.bench_latency --seconds 120 --grouping 55
	$(BIN)/python -m tools.bench_kafka

drill: $(STAMP)-test ## Kill workers, broker, search under load and count what arrives; compare both modes
	$(BIN)/python -m tools.drill
	$(BIN)/python -m tools.drill_alerts
	$(BIN)/python -m tools.drill_alerts --cluster
	$(BIN)/python -m tools.drill_modes $(or $(wildcard ../shared/corpus),streamer/demo/archive)

lock: ## Renew the lock files (needs uv)
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate --python-version 3.11 pyproject.toml requirements/build.in -o requirements/run.lock
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --extra cluster --extra test --extra train -c requirements/run.lock pyproject.toml requirements/build.in -o requirements/test.lock
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --extra cluster -c requirements/test.lock pyproject.toml requirements/build.in -o requirements/cluster.lock

clean: ## Remove the environment and caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache build *.egg-info
