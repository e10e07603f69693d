# make run     install what is missing, then start Jejak on http://127.0.0.1:8000 (ARGS="--port 9000" passes on)
# make setup   install only
# make test    install what the tests need, then check everything
# make help    the rest

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Whatever the checks start keeps its state away from ./jejak-home.
CHECK := JEJAK_HOME=.tools/checks-home

# What is installed is named by what it was installed from, so that a changed lock or Python installs anew.
KEY := $(shell cat requirements.lock package-lock.json pyproject.toml hatch_build.py jejak/backoffice/icons.py 2>/dev/null | cksum | cut -d' ' -f1)
KEY := $(KEY)-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
DEV_KEY := $(KEY)-$(shell cksum < requirements-dev.lock | cut -d' ' -f1)

# The build compiles them too; this is for a .po that changed since.
MO := jejak/locale/id/LC_MESSAGES/django.mo jejak/locale/ms/LC_MESSAGES/django.mo

.PHONY: help setup setup-dev needs run test check lint types layers pages tests tests-postgresql settings messages pictures bench lock format

help:
	@echo "make setup             install Jejak into .venv"
	@echo "make run               install what is missing and start Jejak; ARGS=\"--port 9000 --no-demo\""
	@echo "make test              install what the tests need and check everything"
	@echo "make check             the quick checks alone: ruff, mypy, import-linter"
	@echo "make tests             the tests alone; ARGS=\"jejak/people -k merge\""
	@echo "make tests-postgresql  those of people, touchpoints, records, staff, identity, capture and import, on PostgreSQL"
	@echo "make needs             Chromium, PostgreSQL, Node.js and the clients that the tests drive"
	@echo "make format            format the code"
	@echo "make settings          write docs/settings.md from the code"
	@echo "make messages          take up the strings of the code into the catalogues, and say what has no words"
	@echo "make pictures          take the pictures of the README"
	@echo "make bench             measure, and write docs/benchmarks.md"
	@echo "make lock              resolve all versions anew"

setup: .venv/run-$(KEY) $(MO)
	@:

setup-dev: .venv/dev-$(DEV_KEY) $(MO)
	@:

run: setup
	@exec $(BIN)/jejak up $(ARGS)

.venv/run-$(KEY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Jejak needs Python 3.11 or newer, and \`$(PYTHON)\` is `$(PYTHON) --version 2>/dev/null || echo not there`." \
		"Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Installing Jejak into .venv …"
	@test -x $(BIN)/python && \
		test "`$(BIN)/python -c 'import sys; print(*sys.version_info[:2])'`" = "`$(PYTHON) -c 'import sys; print(*sys.version_info[:2])'`" || \
		$(PYTHON) -m venv --clear .venv
	@$(PIP) install --quiet --no-deps -r requirements.lock
	@$(PIP) install --quiet --no-deps --editable .
	@rm -f .venv/run-*
	@touch $@

.venv/dev-$(DEV_KEY): .venv/run-$(KEY)
	@echo "Installing what the tests need …"
	@$(PIP) install --quiet --no-deps -r requirements-dev.lock
	@rm -f .venv/dev-*
	@touch $@

%.mo: %.po | .venv/run-$(KEY)
	@$(BIN)/python -m jejak.project.messages compile

needs: setup-dev
	@$(BIN)/python tests/needs.py

test: needs check pages tests-postgresql tests

check: setup-dev lint types layers

lint: setup-dev
	@echo "ruff"
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .

types: setup-dev
	@echo "mypy"
	@$(CHECK) $(BIN)/mypy

layers: setup-dev
	@echo "import-linter"
	@$(CHECK) $(BIN)/lint-imports --no-cache

pages: setup-dev
	@echo "mkdocs"
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# Two processes for two cores. A file stays in one of them, because a browser and a log are made once per file.
tests: setup-dev
	@$(BIN)/pytest -n 2 --dist loadfile --durations 15 $(ARGS)

# What the relational database answers, once more on the other one.
tests-postgresql: setup-dev
	@TESTS_ON=postgresql $(BIN)/pytest -n 2 --dist loadfile --quiet \
		jejak/people jejak/touchpoints jejak/records jejak/staff --ignore jejak/staff/tests/test_in_browser.py \
		jejak/features/capture jejak/features/identity jejak/features/imports jejak/features/profiles

settings: setup
	@$(CHECK) $(BIN)/python -m jejak.project.settings_page > docs/settings.md

messages: setup
	@$(CHECK) $(BIN)/python -m jejak.project.messages

pictures: needs
	@$(BIN)/python -m tests.pictures

bench: setup
	@$(BIN)/jejak bench $(ARGS)

format: setup-dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock:
	@rm -rf .tools/lock && $(PYTHON) -m venv .tools/lock
	@.tools/lock/bin/python -m pip install --quiet --upgrade pip
	@.tools/lock/bin/python -m pip install --quiet .
	@.tools/lock/bin/python -m pip freeze --exclude jejak | grep -E '^[A-Za-z0-9._-]+==[^ ]+$$' > requirements.lock
	@.tools/lock/bin/python -m pip install --quiet --constraint requirements.lock '.[dev]'
	@.tools/lock/bin/python -m pip freeze --exclude jejak | grep -E '^[A-Za-z0-9._-]+==[^ ]+$$' | \
		grep -vxFf requirements.lock > requirements-dev.lock
	@rm -rf .tools/lock && $(PYTHON) -m venv .tools/lock
	@.tools/lock/bin/python -m pip install --quiet -r tests/clients/requirements.txt
	@.tools/lock/bin/python -m pip freeze | grep -E '^[A-Za-z0-9._-]+==[^ ]+$$' > tests/clients/requirements.lock
	@rm -rf .tools/lock
