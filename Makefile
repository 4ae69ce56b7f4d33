# Every target makes the environment it needs (in .venv), so that a fresh clone with Python 3.10+ needs nothing else.
#   make demo        what imdsguard says about the two example stacks
#   make test        the fast tests, packaging included
# Another Python: make test PYTHON=python3.13 VENV=.venv-3.13; some of the tests: make test ARGS=tests/hcl

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check -qq

.PHONY: demo test test-slow test-page lint format types docs new-rule accept mutants fuzz bench clean

demo: $(VENV)/.demo
	@PATH="$(abspath $(BIN)):$$PATH" examples/demo

# IMDSGUARD_START=installed starts every command that is tested as a person does; else they are forked off the tests.
export IMDSGUARD_START

test: $(VENV)/.test
	@$(BIN)/pytest -q -n auto --dist loadgroup -m "not slow" $(ARGS)

test-slow: $(VENV)/.slow tests/page/node_modules/.axe
	@$(BIN)/pytest -q -n auto --dist loadgroup -m slow

# The page of `imdsguard report` in the Chromium of this machine, looked at by axe-core.
test-page: $(VENV)/.page tests/page/node_modules/.axe
	@$(BIN)/pytest -q -n 1 -m slow tests/page

lint: $(VENV)/.lint
	@$(BIN)/ruff check -q .
	@$(BIN)/ruff format -q --check .

format: $(VENV)/.lint
	@$(BIN)/ruff check -q --fix .
	@$(BIN)/ruff format -q .

types: $(VENV)/.types
	@$(BIN)/mypy
	@$(BIN)/pyright --pythonpath $(BIN)/python

docs: $(VENV)/.demo
	@$(BIN)/python docs/generate.py

# make new-rule NAME=my-rule
new-rule: $(VENV)/.demo
	@$(BIN)/python -m tools.new_rule "$(NAME)"

# make accept, or make accept YES=1 where nobody is there to be asked
accept: $(VENV)/.test
	@$(BIN)/python -m tools.accept $(if $(YES),--yes)

# make mutants SAMPLE=300 SEED=1 ONLY=suppress
mutants: $(VENV)/.test
	@$(BIN)/python -m tools.mutants $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))

# make fuzz, or make fuzz MINUTES=5
MINUTES ?= 60
fuzz: $(VENV)/.test
	@end=$$(( $$(date +%s) + 60 * $(MINUTES) )); while [ $$(date +%s) -lt $$end ]; do \
	  IMDSGUARD_FUZZ=2000 $(BIN)/pytest -q -n auto tests/fuzz || exit 1; done

bench: $(VENV)/.bench
	@$(BIN)/python -m benchmarks

clean:
	rm -rf .venv .venv-* tests/page/node_modules build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# One environment; a stamp for each set of packages in it. `demo` is what a user has, with what the page needs.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo 'imdsguard needs Python 3.10 or later: make demo PYTHON=python3.12' >&2; exit 1; }
	@echo 'Making $(VENV) (once)' >&2
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --upgrade 'pip>=25.1'

# axe-core, where there is an npm; without it the tests that need it are skipped, and fail under CI=true.
tests/page/node_modules/.axe: tests/page/package-lock.json
	@if command -v npm >/dev/null; then cd tests/page && npm ci --ignore-scripts --no-audit --no-fund --silent && touch node_modules/.axe; \
	  else echo 'no npm here: the page is not looked at by axe-core' >&2; fi

$(VENV)/.demo: pyproject.toml | $(BIN)/python
	@$(PIP) install -e '.[report]'
	@touch $@

$(VENV)/.%: pyproject.toml | $(BIN)/python
	@$(PIP) install -e . --group $*
	@touch $@
