# SPDX-License-Identifier: EUPL-1.2
# The front door. Meson and the scripts in tools/ do the work; each target first installs what it lacks (tools/setup).
#
#   make run     start Filo on the demo company: http://127.0.0.1:8080        (RUN="--listen 0.0.0.0:8080 …" to change)
#   make test    build with gcc and clang, lint, run every test               (ONLY=word: the suites whose name has it)
#   make build   compile build/src/filo
#   make faults  kills and power failures for FAULT_MINUTES (30), and what make test runs of them
#   make bench   the figures of docs/bench.md, on this machine; make bench-full takes longer over each
#   make lint    the lints and the function-length report alone
#   make fmt     format the C sources
#   make fuzz    every fuzz target for FUZZ_SECONDS (60) each
#   make cov     line and branch coverage of the unit tests: tests/artifacts/coverage/index.html
#   make fresh   prove run and test on a bare Debian 12 made by debootstrap (root, 4 GB of disk)
#   make clean   remove what was built; the demo's data in ./data stay
#   make help    this text

.PHONY: run build test faults bench bench-full lint fmt fuzz cov fresh clean help
.DEFAULT_GOAL := build
MAKEFLAGS += --no-print-directory
OWNER := tools/as-owner
RUN ?=
ONLY ?=
FUZZ_SECONDS ?= 60
FAULT_MINUTES ?= 30

run: build
	@exec $(OWNER) tools/run $(RUN)

build:
	@tools/setup build
	@$(OWNER) tools/compile build

test:
	@tools/setup build test
	@$(OWNER) python3 tools/run_tests.py $(if $(ONLY),"$(ONLY)")

faults:
	@tools/setup build test
	@$(OWNER) tests/faultvfs/run $(FAULT_MINUTES)

bench: build
	@$(OWNER) tests/bench/run

bench-full: build
	@$(OWNER) tests/bench/run --full

lint:
	@tools/setup build test
	@$(OWNER) python3 tools/lint/lint.py

fmt:
	@tools/setup build test
	@$(OWNER) python3 tools/lint/layout.py

fuzz:
	@tools/setup build test
	@$(OWNER) tools/fuzz $(FUZZ_SECONDS)

cov:
	@tools/setup build test cov
	@$(OWNER) tools/coverage

fresh:
	@tools/setup fresh
	@tests/fresh-machine

clean:
	@rm -rf build build-* tests/artifacts node_modules tests/node_modules

help:
	@sed -n 's/^#   //p' Makefile
