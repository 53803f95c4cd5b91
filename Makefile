# The project's tools run from .venv, which .ci/bootstrap.py sets up with any Python 3 at hand.

BIN := .venv/bin
CANDIDATES := python3 python python3.14 python3.13 python3.12
IS_PYTHON_3 := -c 'import sys; sys.exit(sys.version_info < (3, 6))'

FUTURES ?= 1000
UNTIL ?= 2030-12
WORKERS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
PRIOR ?= 600000
KNOWN ?= 2024-12
MODULES ?=
# Prior futures that the findings are held against, and the policies whose effect Sobol shares out.
PRIOR_CHECK ?= 2000
SHARED_OUT ?= no-controls full-embargo publication-restraint
OLDEST_PYTHON ?= 3.12
OLDEST_TESTS ?= tests/agents tests/model tests/experiments/test_store.py
ON_BOTH := run history --futures 8 --until 2026-01 --overwrite --out
SAME_TO_THE_BIT := from pandas.testing import assert_frame_equal; from experiments import load; \
	assert_frame_equal(load("build/on-oldest"), load("build/on-newest"), check_exact=True)
FIRST_LOOK := results/first-look
FINDINGS := results/findings
SOBOL := $(SHARED_OUT:%=$(FINDINGS)-sobol/%.json)

# The study of the findings in DIR, over so many futures of an ensemble: finished, begun or resumed.
define findings-study
	mkdir -p $(dir $(1))
	sed -e 's/^ensemble: .*/ensemble: $(2)/' -e 's/^futures: .*/futures: $(3)/' \
		experiments/studies/findings.yaml >$(1).yaml
	if [ -e $(1)/study.json ]; then $(BIN)/aigap run --resume $(1) --workers $(WORKERS); fi
	$(BIN)/aigap run --study $(1).yaml --workers $(WORKERS) --out $(1)
endef

.DEFAULT_GOAL := help
.PHONY: help setup run test slow lint format lock bench calibrate findings baseline docs mutation oldest clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Set up .venv, if anything changed since it was last set up
	@for python in $(CANDIDATES); do \
		if $$python $(IS_PYTHON_3) >/dev/null 2>&1; then exec $$python .ci/bootstrap.py; fi; \
	done; \
	echo 'No Python 3 found: none of "$(CANDIDATES)" runs. Install Python 3.12 or newer.' >&2; \
	exit 1

run: setup ## Simulate recorded history and two alternatives, compare them, draw the gap
	$(BIN)/aigap run history no-controls double-chips-act --futures $(FUTURES) --until $(UNTIL) \
		--workers $(WORKERS) --out $(FIRST_LOOK) --overwrite
	$(BIN)/aigap compare $(FIRST_LOOK) --baseline history
	$(BIN)/aigap plot $(FIRST_LOOK) --out $(FIRST_LOOK)/gap.png

test: lint ## Check style and types, then run the tests
	$(BIN)/pytest --numprocesses auto --durations 15 -m "not slow"

slow: setup ## Run the slow studies, which continuous integration runs besides
	$(BIN)/pytest --numprocesses auto --durations 15 -m slow

lint: setup ## Check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: setup ## Put the code into the project's style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: setup ## Write requirements.lock from pyproject.toml, at the newest versions
	$(BIN)/uv pip compile --universal --python-version 3.12 --extra dev --upgrade \
		--generate-hashes --no-emit-index-url --no-annotate --custom-compile-command 'make lock' \
		--quiet --output-file requirements.lock pyproject.toml

bench: setup ## Measure throughput in futures per second
	$(BIN)/aigap bench

calibrate: setup ## Weigh PRIOR futures on what was seen to KNOWN; write the ensemble that ships
	$(BIN)/aigap calibrate --futures $(PRIOR) --until $(KNOWN) --workers $(WORKERS) \
		--out experiments/calibrated.csv --report docs/calibration-results.md \
		--figure docs/figures/calibration.png

findings: FUTURES = 5000
findings: setup ## Ask thirteen policies of FUTURES calibrated futures; write docs/findings.md
	$(call findings-study,$(FINDINGS),calibrated,$(FUTURES))
	$(call findings-study,$(FINDINGS)-prior,prior,$(PRIOR_CHECK))
	mkdir -p $(FINDINGS)-sobol
	for result in $(SOBOL); do \
		[ -e $$result ] || { $(BIN)/aigap sensitivity --policy $$(basename $$result .json) \
			--baseline history --over 12 --points 1024 --workers $(WORKERS) \
			--json >$$result.partial && \
			mv $$result.partial $$result; } || exit 1; \
	done
	$(BIN)/aigap findings $(FINDINGS) --prior $(FINDINGS)-prior $(SOBOL:%=--sobol %) \
		--out docs/findings.md --figures docs/figures

docs: setup ## Renew the pages on the data; build the API reference in build/docs/api
	$(BIN)/aigap data --write docs/data-sources.md --counts-in docs/data.md
	$(BIN)/python docs/api.py build/docs/api

baseline: setup ## Record what the model says now; say why in the changelog
	AIGAP_RECORD_BASELINE=1 $(BIN)/pytest -q tests/validation/test_baseline.py

mutation: setup ## Change the mechanisms bit by bit and see whether their tests notice (long)
	$(BIN)/python tests/mutation.py $(MODULES)

oldest: setup ## Test the oldest Python and packages supported; compare a study with this one's
	mkdir -p build
	$(BIN)/uv pip compile --python-version 3.12 --resolution lowest-direct --extra dev \
		--no-annotate --no-emit-index-url --quiet --output-file build/oldest.txt pyproject.toml
	$(BIN)/uv venv --python $(OLDEST_PYTHON) --no-python-downloads --clear build/oldest
	$(BIN)/uv pip install --python build/oldest/bin/python --quiet -r build/oldest.txt
	PYTHONPATH=. build/oldest/bin/python -m pytest -q --numprocesses auto --durations 15 -m "not slow" \
		$(OLDEST_TESTS)
	PYTHONPATH=. build/oldest/bin/python -m viz.cli $(ON_BOTH) build/on-oldest
	PYTHONPATH=. $(BIN)/python -m viz.cli $(ON_BOTH) build/on-newest
	PYTHONPATH=. $(BIN)/python -c '$(SAME_TO_THE_BIT)'

clean: ## Remove .venv, caches and build products; results stay
	rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
