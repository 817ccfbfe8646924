# `make run` does the main job, `make test` all tests; both set themselves up. Needs only make and Python 3.11 or newer.
PYTHON ?= python3
PORT ?= 8000
# How many processes share the tests; with 0, they run in one, in their order.
WORKERS ?= $(shell nproc 2>/dev/null || echo 2)
VENV := .venv
RUN := $(VENV)/bin
# A fingerprint of what the environment was made from: any change installs again.
READY := $(VENV)/.ready
# Where the environment forbids to keep what was compiled, each of hundreds of processes would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test lint types programs wheel golden jurisdictions readme translations pictures evaluation queues statistics quapy traditional bench audit mutations durability soak fuzz clean help

run: $(READY)  ## train the model, print the theme mix of the five seed reports, start the web application on PORT
	$(RUN)/policy-themes train
	$(RUN)/policy-themes mix seeds/
	$(RUN)/policy-themes serve --port $(PORT)

test:  ## lint, check types, run all tests
	@$(MAKE) --no-print-directory --jobs 3 lint types programs
	$(RUN)/python -m pytest -n $(WORKERS) --dist worksteal

lint: $(READY)
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/python -m bandit --quiet --configfile pyproject.toml --recursive classifier web

types: $(READY)
	$(RUN)/mypy

programs:  ## install the browser, the database and the office that tests need, where they may be installed
	@tests/install_programs.sh

wheel: $(READY)  ## build the wheel into dist/
	$(RUN)/python -m pip wheel --no-deps --wheel-dir dist .

golden: $(READY)  ## write the golden outlines anew after a change of the reader, for review by eye
	$(RUN)/python tests/make_golden.py

jurisdictions: $(READY)  ## write the table of adcodes anew from the published tables that its script names
	$(RUN)/python tests/make_jurisdictions.py

readme: $(READY)  ## run the commands of README.md and write what they print below them
	$(RUN)/python tests/readme_tour.py

translations: $(READY)  ## collect the texts of the web application into its Chinese catalogue and compile it
	$(RUN)/python tests/catalogue.py

pictures: $(READY)  ## take pictures of every page of the web application into build/pictures, to be looked at by eye
	$(RUN)/python tests/take_pictures.py

evaluation: $(READY)  ## measure everything in docs/evaluation.md anew (some minutes)
	$(RUN)/python benchmarks/compare_models.py
	$(RUN)/python -m benchmarks.confidence_bands

queues: $(READY)  ## compare the orders of the review queue and write the tables of docs/queues.md (some minutes)
	$(RUN)/python -m benchmarks.compare_queues

statistics: $(READY)  ## measure how often intervals hold and write the tables of docs/statistics.md (a few minutes)
	$(RUN)/python -m benchmarks.interval_coverage

quapy: $(READY)  ## write the values of QuaPy that the tests compare with anew (installs QuaPy)
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --editable '.[quapy]'
	$(RUN)/python tests/make_quapy_values.py

fuzz: $(READY)  ## fuzz every reader, the splitter and the API for 10 minutes, or MINUTES=…, guided by coverage (installs atheris)
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	$(RUN)/python tests/fuzz.py $(if $(MINUTES),--minutes $(MINUTES))

traditional: $(READY)  ## write the table of traditional characters anew (installs OpenCC)
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --editable '.[traditional]'
	$(RUN)/python tests/make_traditional.py

bench: $(READY)  ## measure speed and memory beside the peers and write docs/performance.md (10 to 30 quiet minutes), on the texts beside the checkout or in TEXTS=…
	-$(RUN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(RUN)/python -m benchmarks.report $(if $(TEXTS),--texts '$(TEXTS)')
	$(RUN)/python -m benchmarks.web_archive $(if $(TEXTS),--texts '$(TEXTS)')

audit: $(READY)  ## ask the public database of advisories about every installed package, where the network allows
	-$(RUN)/python -m pip install --quiet --disable-pip-version-check --editable '.[audit]'
	$(RUN)/python tests/audit.py

mutations: $(READY)  ## remove each guard in a copy of the project and show which test fails then; ONLY='word word' tries some
	$(RUN)/python tests/mutate.py $(ONLY)

durability: $(READY)  ## kill a server 200 times while labels are written; what came of it goes into docs/reliability.md
	$(RUN)/python -m benchmarks.kill_rounds $(if $(ROUNDS),--rounds $(ROUNDS))

soak: $(READY)  ## load a server for 30 minutes, or MINUTES=…; what came of it goes into docs/reliability.md
	$(RUN)/python -m benchmarks.soak $(if $(MINUTES),--minutes $(MINUTES))

$(READY): pyproject.toml classifier/version.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "policy-themes needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing; on Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
# Most of what is installed is never imported: Python compiles the rest when it is.
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --no-compile --editable '.[test]'
	@touch $@

clean:  ## remove what was built
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache

help:  ## show this
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'
