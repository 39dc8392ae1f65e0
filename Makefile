# Everything is set up by the targets themselves, in .venv, from constraints.txt. `make` alone lists the targets.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/ready
# As many tests at a time as there are processors: one more makes all of them later, since most compute. Four at most, for the memory.
TESTS_AT_A_TIME = $(shell n=$$(getconf _NPROCESSORS_ONLN); echo $$((n < 4 ? n : 4)))
export PYTHONUNBUFFERED := 1  # what is printed is seen at once, in a log as well

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast quality training-seeds bench bench-training bench-gpu experiments gradescope test-gpu check-gpu carried endurance fuzz lint release site clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY)  ## install what the others need into .venv (they do it by themselves; a few minutes)

demo: $(READY)  ## a class of 12 takes every assignment: release, fetch, submit, collect, grade, feedback
	$(BIN)/python -m demo

test: $(READY)  ## run all tests (forty minutes on two cores); some of them: make test ARGUMENTS='-m isolation'
	$(BIN)/python -m pytest -n $(TESTS_AT_A_TIME) $(ARGUMENTS)

test-fast: $(READY)  ## run the quick tests of the engine, between commits (two minutes)
	$(BIN)/python -m pytest -n $(TESTS_AT_A_TIME) -m 'not slow' tests/engine $(ARGUMENTS)

quality: $(READY)  ## measure every hidden suite: wrong answers caught and named, right ones accepted, mutants killed
	$(BIN)/autograder quality

training-seeds: $(READY)  ## train the reference and six faults with 20 seeds each, and count points (ten minutes)
	$(BIN)/python -m benchmarks.training_seeds $(ARGUMENTS)

bench-training: $(READY)  ## time the training stage against a plain PyTorch loop of the same steps
	$(BIN)/python -m benchmarks.training $(ARGUMENTS)

bench-gpu: $(READY)  ## the same on a GPU; says so in one line where there is none
	$(BIN)/python -m benchmarks.training --device cuda $(ARGUMENTS)

experiments: $(READY)  ## what the lectures claim, tried with five seeds each; pictures in build/experiments (ten minutes on two cores)
	$(BIN)/python -m benchmarks.experiments $(ARGUMENTS)

check-gpu: $(READY)  ## what a GPU does with the grader, layer by layer, in eight minutes; without one, what can be seen without (docs/gpu.md)
	$(BIN)/python -m benchmarks.check_gpu $(ARGUMENTS)

carried: $(READY)  ## fetch into build/carried what check-gpu needs on a GPU machine without a network (docs/gpu.md)
	$(BIN)/python -m pip download --quiet --no-deps --only-binary=:all: --implementation cp --python-version 3.12 \
	  --platform manylinux_2_28_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
	  -c constraints.txt -r benchmarks/check_gpu/carried.txt -d build/carried
	$(BIN)/python -c 'import shutil, sklearn.datasets as d; shutil.copy(d.__path__[0] + "/data/digits.csv.gz", "build/carried")'

test-gpu: $(READY)  ## tests that need a GPU; skipped, with one line, where there is none
	$(BIN)/python -m pytest tests/engine/test_gpu.py

bench: $(READY)  ## time a whole class against stock nbgrader, otter and the bare tests (half an hour)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python -m benchmarks.grading $(ARGUMENTS)

endurance: $(READY)  ## grade a class of 1,000 that is killed ten times, and compare (a quarter of an hour)
	$(BIN)/python -m benchmarks.endurance $(ARGUMENTS)

fuzz: $(READY)  ## a minute of libFuzzer for each parser of what students send; more: make fuzz SECONDS=3600
	$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),60)

lint: $(READY)  ## check style, format, types, that what is imported is declared, and which way imports run
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/ruff format --check --line-length 88 solutions/*/reference.py starter_code/stubs/*.py
	$(BIN)/mypy
	$(BIN)/deptry .
	$(BIN)/lint-imports --no-cache --no-logo

release: $(READY)  ## build every assignment and release it through nbgrader
	$(BIN)/python -m demo.release

site: $(READY)  ## the notebooks as students get them, and the manuals, as pages in build/site; no network, no server
	$(BIN)/python -m website

gradescope: $(READY)  ## an assignment as an autograder of Gradescope: make gradescope NAME=skip_connections
	$(BIN)/python -m gradescope $(NAME) $(ARGUMENTS)

clean:  ## remove what was installed or made; course/ (real people's work) stays
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache

$(READY): pyproject.toml constraints.txt autograder/gradebook/nbgrader_config.json
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "This needs Python 3.11, 3.12 or 3.13; $(PYTHON) is another. Try: make PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (once; a few minutes) ..."
	@$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[dev,cluster,slurm]'
	@touch $@
