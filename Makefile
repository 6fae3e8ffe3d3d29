# Each target makes or refreshes .venv by itself. PYTHON names another interpreter: make test PYTHON=python3.13

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTHON ?=
CANDIDATES := $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python)
FITS := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
TYPED := partnersync plugins/csv/partnersync_csv plugins/amocrm/partnersync_amocrm plugins/amocrm/partnersync_amocrm_sandbox \
    plugins/bitrix24/partnersync_bitrix24 plugins/bitrix24/partnersync_bitrix24_sandbox tests benchmarks

# Calls whose first arguments are message ids; a number with c is the context's.
SAID := -k say -k msgid -k ngettext:1,2 -k pgettext:1c,2 -k pmsgid:1c,2
TEXTS := partnersync/locale

.PHONY: demo test check bench mutation texts constraints clean

demo: $(STAMP)
	$(BIN)/partnersync demo

test: $(STAMP)
	$(BIN)/python -m pytest -n 2

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(TYPED)
	$(BIN)/mypy plugins/csv/tests
	$(BIN)/mypy plugins/amocrm/tests
	$(BIN)/mypy plugins/bitrix24/tests
	$(BIN)/lint-imports

bench: $(STAMP)
	$(BIN)/python -m benchmarks

# The rules are changed in one place at a time, and mypy or an example has to notice (docs/mutation.md); takes some ten minutes.
mutation: $(STAMP)
	$(PIP) install --quiet -c constraints.txt -e '.[mutation]' --no-build-isolation
	rm -rf mutants && mkdir -p build
	PATH="$(abspath $(BIN)):$$PATH" mutmut run --max-children 2 > build/mutants.log
	$(BIN)/python docs/tell_mutants.py > docs/mutation.md

# Message ids of the code go into the catalogues of texts for people; new ones are empty there until they are translated.
texts: $(STAMP)
	@mkdir -p build
	$(BIN)/pybabel -q extract --no-default-keywords $(SAID) --add-location file --no-wrap --project partnersync \
	    -o build/partnersync.pot partnersync
	$(BIN)/pybabel -q update -D partnersync -i build/partnersync.pot -d $(TEXTS) -N --ignore-obsolete --no-wrap \
	    --ignore-pot-creation-date
	$(BIN)/pybabel -q compile -D partnersync -d $(TEXTS) --statistics

# setuptools is pinned with the rest, so the build needs no environment of its own.
$(STAMP): constraints.txt pyproject.toml plugins/csv/pyproject.toml plugins/amocrm/pyproject.toml \
    plugins/bitrix24/pyproject.toml | $(BIN)/python
	$(PIP) install --quiet -c constraints.txt setuptools
	$(PIP) install --quiet -c constraints.txt --no-build-isolation -e '.[dev]' -e plugins/csv -e plugins/amocrm -e plugins/bitrix24
	@touch $(STAMP)

$(BIN)/python:
	@for python in $(CANDIDATES); do \
	    if $$python -c '$(FITS)' >/dev/null 2>&1; then \
	        echo "Making $(VENV) with $$($$python -V)"; \
	        exec $$python -m venv --clear $(VENV); \
	    fi; \
	done; \
	echo "partnersync needs Python 3.11 or later with its venv module (on Debian: apt install python3-venv)." >&2; \
	echo "Where it goes by another name: make PYTHON=/path/to/python" >&2; \
	exit 1

# The newest versions of everything, installed into a clean environment, become the pins.
constraints: | $(BIN)/python
	scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && \
	$(BIN)/python -m venv "$$scratch" && \
	"$$scratch/bin/python" -m pip install --quiet --upgrade setuptools && \
	"$$scratch/bin/python" -m pip install --quiet --no-build-isolation -e '.[dev,mutation]' -e plugins/csv -e plugins/amocrm -e plugins/bitrix24 && \
	"$$scratch/bin/python" -m pip freeze --all --exclude-editable --exclude pip > constraints.txt

clean:
	rm -rf $(VENV) build dist demo-run mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache
	rm -rf *.egg-info plugins/*/*.egg-info plugins/*/build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
