# `make run` and `make test` need nothing but Python 3.11 to 3.13 and make; they prepare the rest.
# `make PYTHON=python3.12 test` chooses another Python.

PREPARE = sh requirements/prepare.sh
# `BUCKETDESK_THOROUGH=1 make test` tries more cases of each kind, which takes twice as long.
# Tests at a time, one more than there are cores, since many wait; `make JOBS=0 test` runs them one after another in one
# process.
JOBS = $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); [ $$n -gt 2 ] && expr $$n + 1 || echo 3)

.PHONY: run test check style types tour bench supabase libraries clean

run:
	@$(PREPARE) run
	@if .venv/bin/python -c "import sys; from gui.__main__ import has_display; sys.exit(not has_display())"; then \
		.venv/bin/bucketdesk --practice; \
	else \
		echo "There is no display here, so no window can open: rendering the tour to out/tour instead."; \
		$(MAKE) --no-print-directory tour; \
	fi

tour:
	@$(PREPARE) run
	QT_QPA_PLATFORM=offscreen .venv/bin/bucketdesk --practice --tour out/tour

# With `check`, the summary of the tests comes last.
check: style types test

style:
	@$(PREPARE) test
	.venv/bin/ruff format --check
	.venv/bin/ruff check

types:
	@$(PREPARE) test
	@# Both at once: each keeps one core busy for a minute.
	.venv/bin/mypy --platform win32 --cache-dir .mypy_cache/win32 & windows=$$!; .venv/bin/mypy && wait $$windows

test:
	@$(PREPARE) test
	.venv/bin/python -m pytest -n $(JOBS) --dist loadgroup --durations=15

bench:
	@$(PREPARE) test
	.venv/bin/python -m bench

# A Supabase project on this machine, to try Bucketdesk on; `make supabase ARGS=--sample` fills it, `ARGS=--help` says more.
supabase:
	@$(PREPARE) test
	@.venv/bin/python -m tests.servers.supabase $(ARGS)

# The system libraries that Qt loads: installs them on Debian and its like when root, else says how.
libraries:
	@$(PREPARE) libraries

clean:
	rm -rf .venv build dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis
