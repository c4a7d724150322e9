# Everything a developer does, by name. `make help` lists it. Needs git, make and Python 3.11 or newer; nothing else.
.POSIX:
.PHONY: help up test test-aws lint fmt simulate bookings crash soak bench emulator cdk postman lock clean

PYTHON ?= python3
SEEDS ?= 2000
FIRST ?= 0
HISTORIES ?= 1000
STORE ?= memory

BIN = .venv/bin
BASE = .venv/base.stamp
DEV = .venv/dev.stamp
EMULATOR = .venv-emulator/stamp
CDK = .venv-cdk/stamp
PEER = .venv-bench/stamp
NEWMAN = tests/postman/node_modules/stamp
CHECKOV = .venv-checkov/stamp
# Tests start some hundreds of processes: where byte code is not kept, each of them would compile the house anew.
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/pytest
JOURNEYS = tests/journeys -m "not slow"
# Now and then the emulator makes something, loses the answer, and calls the repeat a clash. So tests that failed on stages
# are run once more, on fresh ones; both runs are printed, and what fails twice fails, as does a run that did not end.
TWICE = twice() { part=build/$$1; shift; rm -rf $$part.cache; \
	$(PYTEST) -o cache_dir=$$part.cache "$$@" >$$part.txt 2>&1 || { test $$? -eq 1 && \
	$(PYTEST) -o cache_dir=$$part.cache --last-failed --last-failed-no-failures none "$$@" >>$$part.txt 2>&1; }; }

# Every package comes from a lock with hashes; the checkout itself is built by the locked backend.
INSTALL = python -m pip install --quiet --no-input --disable-pip-version-check
LOCKED = $(INSTALL) --require-hashes
# One lock serves CPython 3.11 to 3.13 on x86_64 and arm64.
COMPILE = .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --no-emit-index-url $(UPGRADE)

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 12

up: $(BASE) ## install (once) and open a desk with demo data
	@$(BIN)/frontdesk up --demo

# Three at a time on two processors: a fifth of the time is waiting.
test: $(DEV) $(EMULATOR) ## the tests, but for the long ones, on both runtimes
	@.ci/servers tests
	@$(PYTEST) -n 3 --dist loadgroup -m "not slow and not stage"

# Without Node its tests say so and are skipped; where CI is set they fail. Stages are waited for more than worked at, so
# both tools' journeys run beside the rest. What failed is printed last.
test-aws: $(DEV) $(EMULATOR) $(CHECKOV) ## the journeys on the AWS emulator, by Terraform and by the CDK, and the infrastructure itself
	@if command -v npm >/dev/null; then $(MAKE) $(CDK) $(NEWMAN); fi
	@mkdir -p build; failed=; $(TWICE); \
	twice journeys-terraform $(JOURNEYS) --runtime terraform & terraform=$$!; \
	twice journeys-cdk $(JOURNEYS) --runtime cdk & cdk=$$!; \
	twice stages -n 2 --dist loadgroup -m "stage and not slow" & stages=$$!; \
	echo "These take some ten minutes; see build/stages.txt and build/journeys-*.txt ..."; \
	for part in stages:$$stages journeys-terraform:$$terraform journeys-cdk:$$cdk; do \
	  if wait $${part#*:}; then cat build/$${part%:*}.txt; else failed="$$failed build/$${part%:*}.txt"; fi; \
	done; \
	test -z "$$failed" || { tail -n 150 $$failed; exit 1; }

lint: $(DEV) ## style, types and the import contracts
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy --strict .
	@$(BIN)/lint-imports --no-logo

fmt: $(DEV) ## format, and mend what can be mended mechanically
	@$(BIN)/ruff check --fix-only
	@$(BIN)/ruff format

simulate: $(DEV) ## run SEEDS=n simulated days from seed FIRST=n
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) --first $(FIRST)

# STORE is memory, embedded or dynamodb; the last needs `make emulator`.
bookings: $(DEV) ## run HISTORIES=n random histories of a clinic on STORE=memory, looking for anybody booked twice
	@$(BIN)/python -m tests.bookings --histories $(HISTORIES) --seed $(FIRST) --store $(STORE)

crash: $(DEV) ## kill the process, start it again, and look for what was lost
	@$(BIN)/python -m tests.crash

soak: $(DEV) $(EMULATOR) ## the long run: 20,000 seeds, 20 crashes, the slow tests
	@.ci/servers tests
	@$(BIN)/python -m tests.simulation --seeds 20000 --first $(FIRST)
	@$(BIN)/python -m tests.crash --cycles 20
	@$(PYTEST) -n 2 --dist loadgroup -m slow

bench: $(DEV) $(PEER) ## measure orders a second, ours beside others; BENCH=--quick takes a minute
	@.ci/servers bench
	@$(BIN)/python -m bench $(BENCH)

postman: $(DEV) $(NEWMAN) ## run the Postman collection on a desk of its own, or on URL=... with TOKEN=...
	@test -n "$(URL)" || $(PYTEST) -q tests/postman
	@test -z "$(URL)" || { mkdir -p build && $(BIN)/frontdesk postman --out build/postman.json && \
	  tests/postman/node_modules/.bin/newman run build/postman.json --env-var "base_url=$(URL)" --env-var "token=$(TOKEN)"; }

emulator: $(EMULATOR) ## install the AWS emulator that the tests use

cdk: $(CDK) ## install the CDK, for `frontdesk deploy --tool cdk`

lock: ## write requirements/*.txt anew; UPGRADE=--upgrade takes the newest of everything
	@test -x .venv-lock/bin/pip || $(PYTHON) -m venv --clear .venv-lock
	@.venv-lock/bin/$(INSTALL) uv
	$(COMPILE) pyproject.toml -o requirements/base.txt
	$(COMPILE) pyproject.toml -c requirements/base.txt --extra deploy -o requirements/deploy.txt
	$(COMPILE) pyproject.toml -c requirements/base.txt --extra otel -o requirements/otel.txt
	$(COMPILE) pyproject.toml -c requirements/deploy.txt -c requirements/otel.txt --extra deploy --extra dev -o requirements/dev.txt
	$(COMPILE) -c requirements/base.txt --group aws -o requirements/aws.txt
	$(COMPILE) -c requirements/base.txt --group aws-identity -o requirements/aws-identity.txt
	for name in build bench cdk checkov emulator; do $(COMPILE) requirements/$$name.in -o requirements/$$name.txt; done

clean: ## remove environments and caches; a desk's data stays
	rm -rf .venv .venv-* .*_cache .hypothesis build dist
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || :

# One environment for running and for testing: what is tested is what runs. The stamp makes a second `make` instant.
$(BASE): requirements/base.txt requirements/build.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo >&2 \
	  "frontdesk needs Python 3.11 or newer, and '$(PYTHON)' is not. Install one, or name it: make PYTHON=python3.13 ..."; exit 1; }
	@echo "Installing the locked packages into .venv (once, a minute at most) ..."
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv
	@$(BIN)/$(LOCKED) -r requirements/base.txt -r requirements/build.txt
	@$(BIN)/$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): $(BASE) requirements/dev.txt
	@echo "Adding the locked tools for lint and test ..."
	@$(BIN)/$(LOCKED) -r requirements/dev.txt
	@touch $@

$(EMULATOR): requirements/emulator.txt
	@echo "Installing the locked AWS emulator into .venv-emulator ..."
	@test -x .venv-emulator/bin/pip || $(PYTHON) -m venv --clear .venv-emulator
	@.venv-emulator/bin/$(LOCKED) -r requirements/emulator.txt
	@touch $@

# The CDK app in Python and the CDK command line in Node: neither is imported by anything else.
$(CDK): requirements/cdk.txt infra/cdk/package-lock.json
	@command -v npm >/dev/null || { echo >&2 "CDK needs Node 20 or newer with npm, and there is none on the PATH."; exit 1; }
	@echo "Installing the locked CDK into .venv-cdk and infra/cdk/node_modules ..."
	@test -x .venv-cdk/bin/pip || $(PYTHON) -m venv --clear .venv-cdk
	@.venv-cdk/bin/$(LOCKED) -r requirements/cdk.txt
	@npm ci --prefix infra/cdk --silent
	@touch $@

$(PEER): requirements/bench.txt
	@echo "Installing the locked peers of the benchmark into .venv-bench ..."
	@test -x .venv-bench/bin/pip || $(PYTHON) -m venv --clear .venv-bench
	@.venv-bench/bin/$(LOCKED) -r requirements/bench.txt
	@touch $@

$(CHECKOV): requirements/checkov.txt
	@echo "Installing the locked checker of infrastructure into .venv-checkov ..."
	@test -x .venv-checkov/bin/pip || $(PYTHON) -m venv --clear .venv-checkov
	@.venv-checkov/bin/$(LOCKED) -r requirements/checkov.txt
	@touch $@

$(NEWMAN): tests/postman/package.json tests/postman/package-lock.json
	@command -v npm >/dev/null || { echo >&2 "The Postman collection is run by Newman, which needs Node.js 18 or newer."; exit 1; }
	@echo "Installing the locked Newman into tests/postman ..."
	@cd tests/postman && npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@
