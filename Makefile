# Two commands need nothing but Python >= 3.11, make and git: `make demo` and `make test`. What they set up stays inside
# this folder (as root, the embedded servers' data in /var/lib/mailwarden; docs/adr/0003-embedded-servers.md).
.DEFAULT_GOAL := help
.SUFFIXES:
.DELETE_ON_ERROR:

VENV := .venv
PY := $(VENV)/bin/python
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Tests and benchmarks start and kill hundreds of processes; each would spend 1.4 s more on compiling what it imports.
export PYTHONDONTWRITEBYTECODE :=

# The first Python that is new enough; `make setup PYTHON=…` takes another.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

# Stamps carry a hash of what they were made from: a checkout that only touches files makes nothing anew.
hash = $(shell cat $(1) 2>/dev/null | git hash-object --stdin)
PY_STAMP := $(VENV)/.installed-$(call hash,requirements/runtime.txt requirements/dev.txt pyproject.toml)
NPM_STAMP := frontend/node_modules/.installed-$(call hash,frontend/package-lock.json)
WEB := frontend/app/dist/index.html
WEB_SOURCES := $(shell find frontend/app/src frontend/app/public frontend/app/*.html frontend/app/*.ts frontend/app/*.json \
	frontend/app/*.cjs frontend/api-client/src -type f ! -name '*.test.ts*' ! -name routeTree.gen.ts 2>/dev/null)

T ?=
M ?=
ARGS ?=
ONCE ?=

##@ Run
.PHONY: demo
demo: setup web ## run the main job against the provider sandbox, then serve it; ONCE=1 ends after the table
	$(PY) -m mailwarden demo $(if $(ONCE),--once) $(ARGS)

.PHONY: dev
dev: setup ## API with reload, worker, sandbox, and the pages on Vite's server
	$(PY) -m scripts.dev $(ARGS)

.PHONY: sandbox
sandbox: setup ## the provider sandbox alone, on port 9400; ARGS="--help" for its options
	$(PY) -m mailwarden sandbox $(ARGS)

##@ Test
.PHONY: test
ifdef T
test: setup ## everything; T=tests/sync for a part of the backend's tests
	$(PY) -m pytest $(T) $(ARGS)
else
test: check test-backend test-web test-browser
	@echo "All passed."
endif

.PHONY: check
check: setup ## the fast part: format, lint, types, import contracts
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	cd frontend && npm run lint && npm run typecheck

.PHONY: test-backend
test-backend: setup web ## backend tests on real PostgreSQL and Redis, in two processes
	$(PY) -m pytest -n 3 --dist loadfile --show-capture=no --reruns 1 --reruns-delay 3 -rR $(ARGS)

.PHONY: test-web
test-web: setup web ## unit tests of pages and extension, their size budgets, and what the extension asks for
	cd frontend && npm test && npm run build:extension && npm run size

.PHONY: test-browser
test-browser: setup web ## walk through the running product with Chromium
	$(PY) -m scripts.browser_tests

.PHONY: bench
bench: setup web ## all measurements; ARGS="sync" for one
	$(PY) -m tests.benchmarks $(ARGS)

.PHONY: faults
faults: setup ## providers' faults, and all rows of docs/reliability.md (2 h); ARGS="P5 T4 --scale 0.1 --seed 7"
	$(PY) -m tests.reliability.whole $(ARGS)

##@ Change
.PHONY: fmt
fmt: setup ## format and fix what tools can fix
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	cd frontend && npm run format

.PHONY: migration
migration: setup ## a new migration out of changed models: make migration M="what and why"
	$(PY) -m scripts.migration "$(M)"

.PHONY: openapi
openapi: setup ## write openapi/openapi.json and the pages' typed client
	$(PY) -m mailwarden openapi --out openapi/openapi.json
	cd frontend && npm run gen

.PHONY: lock
lock: setup ## resolve pyproject.toml anew into requirements/*.txt
	$(PY) -m pip install --quiet uv
	$(PY) -m scripts.lock $(ARGS)

##@ Build
.PHONY: setup
setup: $(PY_STAMP) $(NPM_STAMP) ## .venv, locked Python packages, Node inside it, npm packages

.PHONY: web
web: $(WEB) ## build the pages

.PHONY: extension
extension: setup ## dist/mailwarden-extension-*.zip; EXTENSION_SERVER=https://… EXTENSION_STORE=1
	cd frontend && npm run pack:extension && npm run size -w @mailwarden/extension

.PHONY: wheel
wheel: setup web ## dist/*.whl with the built pages inside
	rm -rf dist
	$(PY) -m hatchling build -t wheel -d dist
	$(PY) -m scripts.check_wheel dist

.PHONY: clean
clean: ## remove all that was set up and built, and the embedded servers' data
	-test ! -x $(PY) || $(PY) -m mailwarden.embedded remove .
	rm -rf $(VENV) .local dist build frontend/node_modules frontend/*/node_modules frontend/app/dist \
		frontend/extension/dist
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache bench-results screenshots

.PHONY: help
help: ## this list
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(PY):
	@test -n "$(PYTHON)" || { echo "No Python of version 3.11 or newer was found; name one: make setup PYTHON=…" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "This Python cannot make virtual environments (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }

$(PY_STAMP): | $(PY)
	$(PY) -m pip install --quiet --no-deps --require-hashes -r requirements/dev.txt
	$(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .
	rm -f $(VENV)/.installed-*
	touch $@

$(NPM_STAMP): | $(PY_STAMP)
	cd frontend && npm ci --no-audit --no-fund --loglevel=error
	touch $@

$(WEB): $(WEB_SOURCES) $(NPM_STAMP)
	cd frontend && npm run build
	touch $@
