# The front door. `make help` tells what there is; every target makes its own environment first.

VENV ?= .venv
PYTHON ?= python3
ARGS ?=
PYTEST_ARGS ?=
# Two more than there are cores: many tests wait, for a server or for a deadline to pass.
WORKERS ?= $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) + 2 )))
export ADVISORIES ?=

BIN := $(VENV)/bin
ENVIRONMENT := $(VENV)/.complete

.DEFAULT_GOAL := help
.PHONY: help env demo test check debian nightly tutorial serve bench kafka docs belgif licences lock wheel

help: ## what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile

env: $(ENVIRONMENT) ## the environment (VENV=.venv, PYTHON=python3); every other target makes it first

demo: $(ENVIRONMENT) ## play the whole procedure on an embedded PostgreSQL; ARGS="--once --cases 500"
	@$(BIN)/permit demo $(ARGS)

test: check ## the gate: check, then the tests in WORKERS processes; PYTEST_ARGS="-k journal"
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

# Each by itself too; what takes longest begins first.
CHECKS := check-types check-security check-supply check-lint check-format check-layers check-picture
.PHONY: $(CHECKS)

check: $(ENVIRONMENT) ## format, lint, types, layers and their picture; bandit, licences, bill of materials, audit of packages (ADVISORIES=osv.zip)
	@$(MAKE) --no-print-directory --jobs=$(WORKERS) --output-sync=target $(CHECKS)

check-types: $(ENVIRONMENT)
	@$(BIN)/mypy

check-security: $(ENVIRONMENT)
	@$(BIN)/python .ci/supply security

check-supply: $(ENVIRONMENT)
	@$(BIN)/python .ci/supply check

check-lint: $(ENVIRONMENT)
	@$(BIN)/ruff check .

check-format: $(ENVIRONMENT)
	@$(BIN)/ruff format --check .

check-layers: $(ENVIRONMENT)
	@$(BIN)/lint-imports

check-picture: $(ENVIRONMENT)
	@$(BIN)/python .ci/architecture --check

serve: $(ENVIRONMENT) ## the HTTP interface and its workers
	@$(BIN)/permit serve $(ARGS)

kafka: $(ENVIRONMENT) ## a Kafka of one node on this machine, with its topics, until Ctrl-C (Java 17, Maven)
	@$(BIN)/python -m infra.kafka

debian: $(ENVIRONMENT) ## journal and read models once more, on the PostgreSQL of Debian's packages, by no superuser
	@$(BIN)/python -m tests.world.debian_postgres -- $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile \
		-m 'server and not nightly' tests/journal tests/projections tests/ports $(PYTEST_ARGS)

nightly: $(ENVIRONMENT) ## what takes long: loops of faults, whole benchmarks, mutants, the contributors' pages, bare machines (as root, with debootstrap)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder \
		-m 'nightly or hypothesis' --hypothesis-profile=nightly --durations=50 $(PYTEST_ARGS)
	@$(BIN)/python -m pytest -m benchmark $(PYTEST_ARGS)
	@echo "What was measured, and the logs of bare machines: build/"

tutorial: $(ENVIRONMENT) ## walk docs/tutorial.md, line by line
	@$(BIN)/python -m pytest -m tutorial tests/docs $(PYTEST_ARGS)

bench: $(ENVIRONMENT) ## measure our speed beside a peer's, in turns (docs/speed.md); ARGS="append --json"
	@$(BIN)/permit bench $(ARGS)

docs: $(ENVIRONMENT) ## draw docs/architecture.svg and docs/growth.svg, then check that the documents are true: links, code, tables
	@$(BIN)/python .ci/architecture
	@$(BIN)/python .ci/growth
	@$(BIN)/python -m pytest tests/docs $(PYTEST_ARGS)

# Not in the gate: Maven Central is asked for it, and for all that it is made of.
BELGIF := io.github.belgif.rest.guide.validator:belgif-rest-guide-validator-maven-plugin:3.4.2:validate-openapi
belgif: ## the contract, by the official validator of the Belgian REST guide (Java 17, Maven, Maven Central)
	@mvn --quiet $(BELGIF) -Drest-guide-validator.files=api/http/openapi.yaml

licences: $(ENVIRONMENT) ## write docs/licences.md from what is installed
	@$(BIN)/python .ci/supply licences

wheel: $(ENVIRONMENT) ## dist/*.whl, to be installed into an environment elsewhere
	@rm -rf build dist # what an earlier build left in there would be shipped again
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index \
		--wheel-dir dist .
	@ls dist/*.whl

# The product's packages are chosen first; what it is developed with has to go with them.
LOCK := uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-annotate --no-header

lock: ## choose the newest versions of all packages, to run and to develop (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv; install it first." >&2; exit 1; }
	@$(LOCK) --upgrade pyproject.toml -o requirements.lock
	@$(LOCK) --upgrade --extra dev --constraint requirements.lock pyproject.toml -o requirements-dev.lock

$(ENVIRONMENT): requirements-dev.lock pyproject.toml .ci/environment.py
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "Python 3.11, 3.12 or 3.13 is needed and $(PYTHON) is none of them." \
			"Name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "$(PYTHON) comes without venv. Install it (Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }
	@$(PYTHON) .ci/environment.py "$(VENV)"
	@touch "$@"
