# `make demo` runs the main job, `make test` the tests, `make test-long` those that take longest; each
# sets up what is missing first.

PYTHON ?= python3
RAKING = .venv/bin/raking
SETUP = .venv/.installed
SCRIPTS = node_modules/.installed
TESTS = .venv/bin/python -m pytest -n logical --dist worksteal

.PHONY: demo test test-long check setup system clean-demo

demo: demo/neural50 demo/disk20 demo/hyper8
	$(RAKING) evaluate demo/neural50 demo/sample
	$(RAKING) evaluate demo/disk20 demo/sample
	$(RAKING) evaluate demo/hyper8 demo/sample
	test -d demo/orbit || $(RAKING) render demo/hyper8 --orbit 36 -o demo/orbit
	$(RAKING) verify demo/neural50
	$(RAKING) verify demo/disk20
	$(RAKING) verify demo/hyper8
	$(RAKING) bench demo/neural50 demo/disk20 demo/hyper8 --quick -o demo/bench
	@echo
	@echo "The sample:       demo/sample/Dome"
	@echo "Relit frames:     demo/orbit/animation.webp"
	@echo "The report:       demo/bench/report.html"
	@echo "Relight it now:   $(RAKING) view demo/hyper8 demo/disk20 demo/neural50"

# NeuralRTI(50) is the teacher, too; the student learns from it.
demo/neural50: demo/sample
	$(RAKING) train demo/sample -o $@ --model neural --units 50

demo/disk20: demo/sample demo/neural50
	$(RAKING) train demo/sample -o $@ --model disk --units 20 --teacher demo/neural50

demo/hyper8: demo/sample
	$(RAKING) train demo/sample -o $@

demo/sample: | setup
	$(RAKING) sample $@

# Quick in the browser without its windows, where that is installed; the long ones are run in all of it.
test: setup
	@./setup.sh test
	RAKING_CHROMIUM=$${RAKING_CHROMIUM:-$$(command -v chromium-headless-shell)} $(TESTS) -m "not long"

test-long: setup
	$(TESTS) -m long

check: setup $(SCRIPTS)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	npx tsc
	npx tsc -p tests
	npx eslint .

setup: $(SETUP)

$(SETUP): pyproject.toml constraints.txt | system
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	touch $@

# What checks the JavaScript; nothing else needs it.
$(SCRIPTS): package.json package-lock.json
	@./setup.sh npm
	npm ci --no-audit --no-fund
	touch $@

system:
	@./setup.sh

clean-demo:
	rm -rf demo
