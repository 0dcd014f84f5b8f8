# Every target sets up what it needs in .venv; a machine needs Python 3.11+, make and its package registries.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON_RUN := .venv/bin/python
export DO_NOT_TRACK := 1
export DAGSTER_DISABLE_TELEMETRY := yes
export RUNTIME__DLTHUB_TELEMETRY := false
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false

.PHONY: help setup demo test soak mutants attack bench score lint lock clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

.venv/ready: requirements.lock pyproject.toml scripts/setup.sh
	@scripts/setup.sh

setup: .venv/ready ## make .venv

demo: .venv/ready ## load the demo MSP into ./demo-msp and publish it
	@.venv/bin/tenantry demo

test: .venv/ready ## lint and every test but the long proofs, as CI runs them
	@$(MAKE) --no-print-directory lint
	@$(PYTHON_RUN) -m pytest -q -n 2 --dist loadgroup -m "not soak" tests

soak: .venv/ready ## the long proofs: kills at each point and at random instants, whole runs of rarer commands
	@$(PYTHON_RUN) -m pytest -q -m soak tests
	@$(MAKE) --no-print-directory mutants

mutants: .venv/ready ## single mistakes in SQL and Python, and how many of them the tests notice
	@$(PYTHON_RUN) -m tests.mutants

attack: .venv/ready ## a hostile server on loopback against the clients; a table of its cases, 1 where one is not held
	@$(PYTHON_RUN) -m tests.attack

bench: .venv/ready ## speed and memory, side by side, as ratios
	@$(PYTHON_RUN) -m bench.run

score: .venv/ready ## precision and recall of the demo's marts against its truth
	@test -f demo-msp/warehouse/published.duckdb || .venv/bin/tenantry demo
	@$(PYTHON_RUN) -m bench.score --published demo-msp/warehouse/published.duckdb --truth demo-msp/truth.json --out .bench/score.json

lint: .venv/ready ## ruff over the Python code
	@$(PYTHON_RUN) -m ruff check .
	@$(PYTHON_RUN) -m ruff format --check --quiet . || { echo "lint: run '.venv/bin/ruff format .' and commit the result" >&2; exit 1; }

lock: .venv/ready ## pin the dependencies of pyproject.toml again
	@scripts/lock.sh

clean: ## remove what the targets made
	@rm -rf .venv .bench demo-msp transform/target transform/logs .pytest_cache .ruff_cache
