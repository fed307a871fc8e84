# Everything a fresh machine needs is Python 3.11+, make and a package index.
PYTHON ?= python3
BIN := .venv/bin
# What a reader tries out in the checkout is not linted.
OUR_FILES := packages server tests benchmarks scripts examples docs *.md
OURS := -e packages/antonnia-core -e packages/antonnia-auth -e packages/antonnia-conversations -e packages/antonnia-events -e packages/antonnia-orchestrator -e server

.PHONY: setup quickstart check test soak bench lint lock sync clean
.NOTPARALLEL:

setup: .venv/.ready

# uv comes from a hash-pinned file. Our own packages are installed from this checkout with
# --no-deps and --no-index: their names exist on the public index and must never be taken there.
.venv/.ready: requirements/uv.txt requirements/dev.txt $(wildcard packages/*/pyproject.toml) server/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; say for example: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-index --no-build-isolation $(OURS)
	touch $@

# From nothing to an answered contact: a server of its own, and examples/quickstart.py against it.
quickstart: setup
	$(BIN)/python scripts/quickstart.py

# The suites that kill servers, flood or race them: one after another, since they look at time.
ALONE := tests/crash tests/processes tests/race tests/abuse
# Those that fail disks, try what nobody would send, or install interpreters.
BESIDE := tests/faults tests/contract/fuzz tests/lanes
# Those that begin a process for each test, or search for long.
LONG := server/tests/cli tests/model
ORDINARY := packages server tests $(addprefix --ignore ,$(ALONE) $(BESIDE))
QUICK := $(ORDINARY) $(addprefix --ignore ,$(LONG))

# The fast inner loop.
check: setup lint
	$(BIN)/pytest -q -n auto --dist loadfile $(QUICK)

# Everything, at a size that fits into a coffee break.
test: setup lint
	$(BIN)/pytest -q -n auto --dist loadfile $(ORDINARY)
	ANTONNIA_TEST_ENGINES=postgresql $(BIN)/pytest -q -n auto server/tests
	$(BIN)/pytest -q -rs -n auto --dist loadfile -o faulthandler_timeout=600 $(BESIDE)
	$(BIN)/pytest -q -s -o faulthandler_timeout=600 $(ALONE)

# The same suites at full size.
SOAK := ANTONNIA_CRASH_ROUNDS=100 ANTONNIA_RACE_TAKEOVERS=10000
SOAK += ANTONNIA_MODEL_EXAMPLES=2000 ANTONNIA_MODEL_STEPS=50 ANTONNIA_FLOOD_ROUNDS=60
SOAK += ANTONNIA_LANES=all ANTONNIA_CRASH_PG_ROUNDS=50
SOAK += ANTONNIA_RELAY_EVENTS=500000 ANTONNIA_SHARED_KEYS=200
SOAK += ANTONNIA_WEBHOOK_EVENTS=10000 ANTONNIA_STREAM_CLIENTS=100 ANTONNIA_STREAM_EVENTS=20000
SOAK += ANTONNIA_REVOCATION_ROUNDS=50
SOAK += ANTONNIA_CONTRACT_EXAMPLES=600 ANTONNIA_CONTRACT_MUTATIONS=20000
SOAK += ANTONNIA_FOREIGN_CASES=20000

soak: setup
	$(SOAK) $(BIN)/pytest -q -s -o faulthandler_timeout=3600 $(ALONE) $(BESIDE) tests/model \
		server/tests/events/test_stream.py

lint: setup
	$(BIN)/ruff format --quiet --check $(OUR_FILES)
	$(BIN)/ruff check --quiet $(OUR_FILES)
	$(BIN)/mypy
	$(BIN)/pyright

# Write the locks anew. They carry hashes and no index address.
lock: setup
	$(BIN)/uv lock --quiet --upgrade
	$(BIN)/uv export --quiet --all-packages --group dev --no-emit-workspace --no-header \
		--no-emit-index-url --format requirements-txt --output-file requirements/dev.txt
	$(BIN)/python scripts/lock_sdk.py
	for client in client published openai anthropic stripe; do \
		$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-emit-index-url \
			--no-header --no-annotate --python-version 3.11 requirements/bench/$$client.in \
			-o requirements/bench/$$client.txt || exit 1; \
	done
	grep -A40 '^uv==' requirements/dev.txt | awk 'NR>1 && !/^ /{exit} {print}' > requirements/uv.txt

# Write the sync clients anew from the async ones.
sync: setup
	$(BIN)/python scripts/generate_sync.py

# The figures beside a bare floor, e.g. `make bench ARGS="writes --json figures.json"`.
bench: setup
	$(BIN)/python -m benchmarks.run $(ARGS)

clean:
	rm -rf .venv .antonnia
