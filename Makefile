# One-line names for what people do often. `make check` is the gate for a change.
PY = .venv/bin/python
UV ?= uv

.PHONY: demo test check format lint types imports docs transcripts pictures faults mass browser bench lock

demo:
	./afterword demo

test:
	./afterword test

check: .venv/ready
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m pytest --cov --cov-report=term:skip-covered --cov-fail-under=90

format: .venv/ready
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

# The pages that are made from the code.
docs: .venv/ready
	$(PY) -m bot.matrix > docs/channels/README.md

# What goes over the wire on each channel, played anew: look at each difference.
transcripts: .venv/ready
	$(PY) -m tests.bot.write_transcripts

# What colleagues read, in every language and at phone size, for docs/gallery.md. Needs Chromium.
pictures: .venv/browser
	@$(PY) -m tests.browser.ready
	$(PY) -m tests.browser.gallery

# Slow suites: kills, crashes, power; each test says what it promises.
faults: .venv/ready
	$(PY) -m pytest -m slow tests

# A campaign of a million, killed five times, on both databases; four processes on one of them.
mass: .venv/ready
	$(PY) -m tests.faults.enlisting
	$(PY) -m tests.faults.enlisting --postgres
	$(PY) -m tests.faults.crew

# The pages in a real browser. Needs Chromium (apt-get install chromium).
browser: .venv/browser
	@$(PY) -m tests.browser.ready
	$(PY) -m pytest -m browser tests/browser

# Each prints ratios against a limit or peer measured in the same run.
bench: .venv/ready
	for file in benchmarks/p*.py; do $(PY) -m benchmarks.$$(basename $$file .py) || exit 1; done

.venv/ready: requirements-dev.lock
	./afterword develop
	touch $@

.venv/browser: .venv/ready requirements-browser.lock
	$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-browser.lock
	touch $@

# Needs uv (pip install uv).
LOCK = $(UV) pip compile -q --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --custom-compile-command "make lock"
lock:
	$(LOCK) $(UPGRADE) pyproject.toml -o requirements.lock
	$(LOCK) $(UPGRADE) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	$(LOCK) $(UPGRADE) --group pyproject.toml:browser -c requirements-dev.lock -o requirements-browser.lock
