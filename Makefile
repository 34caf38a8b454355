# Two commands do everything on a fresh machine: `make book` and `make test`.
VENV := .venv
BIN := $(VENV)/bin
# Workers by tests/conftest.py; the tests of one file stay together.
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder
STAMP := $(VENV)/.ready
# Where a machine forbids it every process of a build would compile the engine anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: book pdf test unit lint format check lock clean

book: $(STAMP)
	@$(BIN)/livingreview build

# The whole book as one PDF, _build/pdf/book.pdf; `livingreview pdf CHAPTER` prints one chapter.
pdf: book
	@$(BIN)/python tests/find_browser.py
	@$(BIN)/livingreview pdf

test: $(STAMP)
	@$(BIN)/python tests/find_browser.py
	@$(PYTEST)

# The everyday tests: no book, no browser, under a minute on two cores that do nothing else; a test of a fifth of a second or more is marked slow.
unit: $(STAMP)
	@$(PYTEST) -m "not book and not browser and not slow" -q

# Form and types of the code; `make format` mends what can be mended.
lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(STAMP)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

check: $(STAMP)
	@$(BIN)/livingreview check

# Remake the full lock after a change to requirements.in.
lock: $(STAMP)
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile requirements.in --output-file requirements.txt --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet

clean:
	@rm -rf _build chapters/reports

$(STAMP): requirements.txt pyproject.toml tools/find_python.sh
	@echo "Setting up $(VENV) (once; about a minute) ..."
	@"$$(sh tools/find_python.sh)" -m venv --clear $(VENV) || { echo "Python cannot make a virtual environment; on Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)
