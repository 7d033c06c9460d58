# Everything is one `make` away; `make` alone lists the targets. `make demo` and `make test` do their own set-up.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

CARGO ?= cargo
PYTHON ?= python3
# The interpreter with the test packages.
VENV_PYTHON := $(abspath .venv)/bin/python
DEMO_SECONDS ?= 10
SOAK_SECONDS ?= 60
STALL_SECONDS ?= 60

# The same features in every debug build, so that the crate is compiled once. In CI Cargo.lock must be up to date.
CARGO_FLAGS := --features bindings,cli $(if $(CI),--locked)
OUTPUT := $(abspath $(or $(CARGO_TARGET_DIR),target))
DEBUG := $(OUTPUT)/debug
BIN := $(OUTPUT)/c

# What the Python package loads. Not the newest build they find, but the one that `build` has just made.
export REALVIRTUAL_WS_LIBRARY := $(DEBUG)/librealvirtual_ws.so
# What makes certificates for tests of TLS.
export RVWS := $(DEBUG)/rvws
# The Python package is used where it stands, without installing it.
export PYTHONPATH := $(abspath bindings/python)

# The first build has all dependencies to compile, and cargo is told to be quiet.
first = @[ -e $(1)/librealvirtual_ws.so ] || echo "building the library for the first time, which takes a few minutes"

STRICT := -Wall -Wextra -pedantic -Werror
INCLUDE := -Iinclude
LINK := -L$(DEBUG) -lrealvirtual_ws -Wl,-rpath,$(DEBUG) -pthread

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: setup
setup: ## Install what the tests need (compilers, test packages in .venv and tests/node)
	@scripts/setup.sh all

.PHONY: setup-build
setup-build:
	@scripts/setup.sh build

.PHONY: setup-python
setup-python:
	@scripts/setup.sh python

.PHONY: build
build: setup-build ## Build the library, the command line tool (debug) and the C examples
	$(call first,$(DEBUG))
	@$(CARGO) build --quiet $(CARGO_FLAGS)
	@scripts/install.sh links $(DEBUG)
	@$(MAKE) --silent $(addprefix $(BIN)/,gateway monitor quickstart)

# `build` makes the library; these rules follow it in a second make, which sees the new file.
$(BIN)/%: examples/c/%.c examples/c/example.h include/realvirtual_ws.h $(DEBUG)/librealvirtual_ws.so
	mkdir -p $(BIN)
	$(CC) -std=c99 -O2 $(STRICT) $(CFLAGS) $(INCLUDE) $< -o $@ $(LDFLAGS) $(LINK)

# Where to install, in GNU's names and also as PREFIX. LIBRARY_DIR: a library that is built already, of any target.
prefix = $(or $(PREFIX),/usr/local)
INSTALL = prefix='$(prefix)' bindir='$(bindir)' libdir='$(libdir)' includedir='$(includedir)' \
	datarootdir='$(datarootdir)' mandir='$(mandir)' docdir='$(docdir)' DESTDIR='$(DESTDIR)' \
	LIBRARY_DIR='$(or $(LIBRARY_DIR),$(OUTPUT)/release)' scripts/install.sh

.PHONY: install
install: ## Install for C and C++, and rvws (release build, or LIBRARY_DIR); PREFIX=/usr/local DESTDIR= bindir= libdir= …
ifndef LIBRARY_DIR
	@echo "building the library and rvws for release, which takes many minutes the first time"
	@$(CARGO) build --quiet --release --features cli $(if $(CI),--locked)
endif
	@$(INSTALL) install

.PHONY: uninstall
uninstall: ## Remove what install has put there, with the same variables
	@$(INSTALL) uninstall

MODBUS := examples/gateway-modbus
MODBUS_PACKAGES := libmodbus jansson

.PHONY: gateway-modbus
gateway-modbus: build ## Build the Modbus gateway (needs libmodbus and jansson)
	@pkg-config --exists $(MODBUS_PACKAGES) || \
		{ echo "$@ needs libmodbus and jansson, on Debian: apt-get install pkg-config libmodbus-dev libjansson-dev" >&2; exit 1; }
	@$(MAKE) --silent $(BIN)/gateway-modbus

$(BIN)/gateway-modbus: $(wildcard $(MODBUS)/*.c $(MODBUS)/*.h) include/realvirtual_ws.h $(DEBUG)/librealvirtual_ws.so
	mkdir -p $(BIN)
	$(CC) -std=c99 -O2 -g $(STRICT) $(CFLAGS) $(INCLUDE) $$(pkg-config --cflags $(MODBUS_PACKAGES)) $(filter %.c,$^) \
		-o $@ $(LDFLAGS) $(LINK) $$(pkg-config --libs $(MODBUS_PACKAGES)) -lm

.PHONY: demo
demo: build ## Run the conveyor cell and its Python client; DEMO_SECONDS=10
	@$(PYTHON) scripts/demo.py --gateway $(BIN)/gateway --seconds $(DEMO_SECONDS)

.PHONY: test
test: setup test-rust test-instructions test-ffi test-c test-cpp test-consumers test-docs test-python test-csharp test-unity test-webgl test-cli test-modbus test-soak test-network test-security test-peers ## Run all tests

.PHONY: test-rust
test-rust: setup-build ## Rust: unit tests, layers, header and declarations, README
	@$(CARGO) test --quiet $(CARGO_FLAGS)

.PHONY: test-instructions
test-instructions: setup ## Instructions of the hot paths (set, cycle, arrival of a frame) against limits, where valgrind is
	@if command -v valgrind >/dev/null; then \
		$(CARGO) build --quiet --profile instructions --features bench-internals --bin instructions $(if $(CI),--locked); fi
	@$(PYTHON) bench/instructions/check.py $(OUTPUT)/instructions/instructions

.PHONY: test-ffi
test-ffi: build ## Every export with bad handles and pointers; requests
	@$(PYTHON) tests/python/test_ffi.py
	@$(PYTHON) tests/python/test_requests.py

C_TESTS := $(wildcard tests/c/*.c)

.PHONY: test-c
test-c: build ## C tests of the shared library, as C99 and as C++11
	@mkdir -p $(BIN)
	@$(CC) -std=c99 -g $(STRICT) $(CFLAGS) $(INCLUDE) $(C_TESTS) -o $(BIN)/tests-c99 $(LDFLAGS) $(LINK)
	@$(CXX) -x c++ -std=c++11 -g $(STRICT) $(CXXFLAGS) $(INCLUDE) $(C_TESTS) -o $(BIN)/tests-cpp11 $(LDFLAGS) $(LINK)
	@$(BIN)/tests-c99 c99
	@$(BIN)/tests-cpp11 cpp11

STRICT_CPP := $(STRICT) -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Wnon-virtual-dtor
CPP_OBJECTS := $(BIN)/tests-cpp-main.o $(BIN)/tests-cpp-modern.o

.PHONY: test-cpp
test-cpp: build ## C++ tests of realvirtual_ws.hpp: C++11 and C++20 in one program, without exceptions, all of C covered
	@$(PYTHON) tests/cpp/drift.py
	@$(CXX) -std=c++11 -g $(STRICT_CPP) $(CXXFLAGS) $(INCLUDE) -c tests/cpp/main.cpp -o $(BIN)/tests-cpp-main.o
	@$(CXX) -std=c++20 -g $(STRICT_CPP) $(CXXFLAGS) $(INCLUDE) -c tests/cpp/modern.cpp -o $(BIN)/tests-cpp-modern.o
	@$(CXX) $(CPP_OBJECTS) -o $(BIN)/tests-cpp $(LDFLAGS) $(LINK)
	@$(BIN)/tests-cpp
	@$(CXX) -std=c++11 -fno-exceptions -fno-rtti $(STRICT_CPP) $(CXXFLAGS) $(INCLUDE) tests/cpp/no_exceptions.cpp \
		-o $(BIN)/tests-cpp-no-exceptions $(LDFLAGS) $(LINK)
	@$(PYTHON) tests/cpp/no_exceptions.py $(BIN)/tests-cpp-no-exceptions

.PHONY: test-consumers
test-consumers: setup build ## Install into scratch directories; programs with pkg-config and CMake, the examples, the wheel
	@$(PYTHON) tests/consumers/run.py $(DEBUG)
	@$(MAKE) wheel LIBRARY_DIR=$(DEBUG) DIST=$(OUTPUT)/wheel
	@$(VENV_PYTHON) tests/python/wheel.py $(OUTPUT)/wheel

.PHONY: test-docs
test-docs: setup build ## Every block of README and docs runs, or says why it cannot
	@$(VENV_PYTHON) tests/docs/run.py $(DEBUG)

.PHONY: test-python
test-python: setup-python build ## The Python package; the examples and the demo, run and ended in all ways
	@$(VENV_PYTHON) -X dev -W error -m pytest -q -p no:cacheprovider -p realvirtual_ws.pytest_plugin \
		tests/python/package examples/python
	@$(VENV_PYTHON) tests/python/test_examples.py

DIST := dist

.PHONY: wheel
wheel: setup-python ## The Python wheel for this platform, with the library inside (release build, or LIBRARY_DIR); DIST=dist
ifndef LIBRARY_DIR
	$(call first,$(OUTPUT)/release)
	@$(CARGO) build --quiet --release $(if $(CI),--locked)
endif
	@rm -f $(DIST)/realvirtual_ws-*.whl
	@cd bindings/python && REALVIRTUAL_WS_LIBRARY=$(abspath $(or $(LIBRARY_DIR),$(OUTPUT)/release))/librealvirtual_ws.so \
		$(VENV_PYTHON) -m hatchling build --target wheel --directory $(abspath $(DIST))

.PHONY: test-wheel
test-wheel: wheel ## The wheel in a new virtual environment, outside the tree
	@$(VENV_PYTHON) tests/python/wheel.py $(DIST)

.PHONY: test-csharp
test-csharp: setup build ## The C# wrapper and its samples, under Mono and .NET Core; the protocol vectors
	@CSHARP_OUT=$(OUTPUT)/csharp tests/csharp/run.sh

.PHONY: test-unity
test-unity: setup build ## The Unity package: its archive, its scripts, editor scripts and samples in a small player
	@$(PYTHON) tests/unity/test_package.py
	@GATEWAY=$(BIN)/gateway CARGO_TARGET_DIR=$(OUTPUT) tests/unity/run.sh

.PHONY: test-webgl
test-webgl: setup build ## The library for WebGL under Node, without emscripten: vectors, a native server, C#
	@$(PYTHON) scripts/webgl.py check
	@node tests/webgl/run.js plain
	@$(PYTHON) tests/webgl/crossing.py
	@WEBGL_OUT=$(OUTPUT)/webgl tests/webgl/csharp.sh

.PHONY: test-cli
test-cli: setup build ## The command line tool: commands, exit codes, what its doctor finds
	@$(VENV_PYTHON) tests/cli/run.py

.PHONY: test-modbus
test-modbus: setup gateway-modbus ## The Modbus gateway between pymodbus and a twin
	@$(VENV_PYTHON) tests/modbus/run.py

.PHONY: test-soak
test-soak: setup-python build ## 1,000 signals both ways for 5 s with the server killed; 20 clients that come and go for 15 s
	@$(PYTHON) tests/soak/figures.py
	@$(PYTHON) tests/soak/soak.py --seconds 5
	@$(VENV_PYTHON) tests/soak/churn.py --seconds 15

.PHONY: test-network
test-network: setup build ## Stopped processes, a wall clock that jumps, and network namespaces where root allows them
	@$(PYTHON) tests/network/run.py

.PHONY: test-security
test-security: setup build ## nginx as TLS proxy, pages in Chromium, openssl, other clients: who gets in and who does not
	@$(VENV_PYTHON) tests/security/run.py

.PHONY: test-peers
test-peers: setup build ## The protocol document's own programs, and other WebSocket implementations
	@bash tests/peers/run.sh

.PHONY: test-clean
test-clean: ## `make demo` and `make test` in a fresh clone with an empty home
	@scripts/test-clean.sh

.PHONY: check
check: lint version-check docs bindings-check abi-check ## Everything but the tests: format, lints, documentation, generated files, ABI

.PHONY: fmt
fmt: ## Format the Rust sources
	@$(CARGO) fmt

.PHONY: lint
lint: setup-build ## rustfmt, clippy, and shellcheck where it is installed
	@$(CARGO) fmt --check
	@$(CARGO) clippy --quiet $(CARGO_FLAGS) --features bench-internals --all-targets -- -D warnings
	@scripts/lint-scripts.sh
	@$(PYTHON) scripts/unity_package.py check

.PHONY: docs
docs: setup-build ## Rust documentation, without a warning; the C++ header's too, where doxygen is installed
	@RUSTDOCFLAGS="-D warnings" $(CARGO) doc --quiet --no-deps $(CARGO_FLAGS)
	@if command -v doxygen >/dev/null; then TARGET=$(OUTPUT) doxygen docs/Doxyfile; \
		else echo "skipped: doxygen is not installed"; fi

.PHONY: version-check
version-check: ## The version is Cargo.toml's everywhere (docs/RELEASING.md)
	@$(PYTHON) tests/packages/test_version.py
	@$(PYTHON) scripts/version.py check

.PHONY: bindings
bindings: setup-build ## Write the C header, the C# layer, the Python declarations and the jslib anew from src/ffi
	@UPDATE_BINDINGS=1 $(CARGO) test --quiet $(CARGO_FLAGS) --test bindings
	@$(PYTHON) scripts/webgl.py write
	@$(PYTHON) scripts/unity_package.py core

.PHONY: bindings-check
bindings-check: setup-build
	@$(CARGO) test --quiet $(CARGO_FLAGS) --test bindings
	@$(PYTHON) scripts/webgl.py check

.PHONY: unity-core
unity-core: ## Copy the C# wrapper into the Unity package, and write its .meta files
	@$(PYTHON) scripts/unity_package.py core

.PHONY: unity-plugins
unity-plugins: setup-build ## Put the native libraries into the sample project, to open unity-sample in Unity
	$(call first,$(OUTPUT)/release)
	@$(CARGO) build --quiet --release
	@$(PYTHON) scripts/unity_package.py plugins

.PHONY: unity-package
unity-package: setup-build ## Write dist/com.realvirtual-ws.unity-<version>.tgz, with the native libraries that there are
	$(call first,$(OUTPUT)/release)
	@$(CARGO) build --quiet --release
	@$(PYTHON) scripts/unity_package.py pack

.PHONY: abi-check
abi-check: ## The C header against the last release's (docs/ABI.md), where abidiff is installed
	@$(PYTHON) scripts/abi_check.py

.PHONY: abi-baseline
abi-baseline: ## Take the C header as what the next release will have: docs/abi
	@$(PYTHON) scripts/abi_check.py --baseline

BENCH_VENV := $(OUTPUT)/bench/venv

.PHONY: bench
bench: ## This library beside other peers, in turns: bench/RESULTS.md and bench/plots; BENCH_ROUNDS=5, ten minutes
	@scripts/setup.sh bench
	@$(CARGO) build --quiet --release $(if $(CI),--locked)
	@$(CARGO) build --quiet --release --features bench-internals --example bench-peer
	@scripts/install.sh links $(OUTPUT)/release
	@[ -x $(BENCH_VENV)/bin/python ] || $(PYTHON) -m venv $(BENCH_VENV)
	@$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --requirement bench/requirements.txt
	@RV_OUTPUT=$(OUTPUT) $(BENCH_VENV)/bin/python bench/run.py

.PHONY: bench-lint
bench-lint: ## Every missed row of bench/RESULTS.md has its page in bench/profiles
	@$(PYTHON) bench/lint.py

.PHONY: bench-micro
bench-micro: setup-build ## Single steps (decode, encode, set, poll, import, cycles) against aims; bench/RESULTS.md
	@mkdir -p bench
	@RV_BENCH_RESULTS=$(abspath bench/RESULTS.md) $(CARGO) bench --quiet --features bench-internals,cli --bench micro

.PHONY: bench-tls
bench-tls: setup-build ## What TLS costs: a round trip, and 200 idle clients; bench/RESULTS.md
	@$(CARGO) build --quiet --release
	@scripts/install.sh links $(OUTPUT)/release
	@mkdir -p $(BIN)
	@$(CC) -std=c99 -O2 $(STRICT) $(CFLAGS) $(INCLUDE) bench/round_trip.c -o $(BIN)/round-trip \
		$(LDFLAGS) -L$(OUTPUT)/release -lrealvirtual_ws -Wl,-rpath,$(OUTPUT)/release -pthread
	@REALVIRTUAL_WS_LIBRARY=$(OUTPUT)/release/librealvirtual_ws.so $(PYTHON) bench/tls.py $(BIN)/round-trip

.PHONY: bench-python
bench-python: setup-build ## Polling from Python against a bare struct.iter_unpack; bench/RESULTS.md
	@$(CARGO) build --quiet --release
	@REALVIRTUAL_WS_LIBRARY=$(OUTPUT)/release/librealvirtual_ws.so $(PYTHON) bench/python_poll.py

.PHONY: verify
verify: verify-schedules verify-simulation verify-times verify-frames verify-loom verify-fuzz verify-autobahn verify-pulses verify-soak verify-slow verify-flood verify-stall verify-lives verify-network verify-proxy verify-modbus verify-sanitize verify-tsan verify-coverage verify-abi verify-deny verify-cross verify-packages verify-webgl ## All long checks

.PHONY: verify-schedules
verify-schedules: setup-build ## 10,000 schedules of crossing writes; RV_FIRST=n: from that seed on
	@RV_SCHEDULES=10000 $(CARGO) test --release --lib session::tests::crossing

.PHONY: verify-simulation
verify-simulation: setup-build ## 10,000 schedules of whole scenarios under faults, from seed RV_FIRST=n on; a seed alone: RV_SEED=n
	@RV_SCHEDULES=10000 $(CARGO) test --quiet --release --lib session::tests::scenario

.PHONY: verify-times
verify-times: setup-build ## What must end in time does, also by the clock; for a machine without other work
	@RV_SLACK=1 $(CARGO) test --quiet $(CARGO_FLAGS) --lib runtime::
	@RV_SLACK=1 $(CARGO) test --quiet $(CARGO_FLAGS) --test lifecycle --test errors
	@RV_SLACK=1 $(CARGO) test --quiet $(CARGO_FLAGS) --test faults -- e5

.PHONY: verify-frames
verify-frames: setup-build ## 100,000 peers that send random bytes after their handshake
	@RV_SEEDS=100000 $(CARGO) test --quiet --release --lib a37_

.PHONY: verify-loom
verify-loom: setup-build ## Every order of what the host's threads and the network thread do with the value table
	@$(CARGO) test --quiet --lib --manifest-path tests/loom/Cargo.toml --target-dir $(OUTPUT) $(if $(CI),--locked)

# The fuzz targets: fuzz/fuzz_targets says what each does.
FUZZ_TARGETS := messages types request lists calls
FUZZ ?= messages
FUZZ_SECONDS ?= 600
VERIFY_FUZZ_SECONDS ?= 60
CARGO_FUZZ := $(OUTPUT)/tools/bin/cargo-fuzz

$(CARGO_FUZZ):
	@$(CARGO) install --quiet --locked --root $(OUTPUT)/tools cargo-fuzz

# What a run finds stays in target/fuzz/corpus; the seeds in fuzz/seeds are only read.
fuzz_run = mkdir -p $(OUTPUT)/fuzz/corpus/$(1) && cd fuzz && CARGO_TARGET_DIR=$(OUTPUT)/fuzz $(CARGO) +nightly \
	fuzz run $(1) $(OUTPUT)/fuzz/corpus/$(1) seeds/$(1) -- \
	-max_total_time=$(2) -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1

.PHONY: fuzz
fuzz: setup-build $(CARGO_FUZZ) ## Fuzz one target for long (nightly Rust): make fuzz FUZZ=messages FUZZ_SECONDS=600
	@PATH="$(dir $(CARGO_FUZZ)):$$PATH"; $(call fuzz_run,$(FUZZ),$(FUZZ_SECONDS))

.PHONY: verify-fuzz
verify-fuzz: setup-build $(CARGO_FUZZ) ## Fuzz each target for VERIFY_FUZZ_SECONDS=60 (nightly Rust)
	@if ! $(CARGO) +nightly --version >/dev/null 2>&1; then echo "skipped: fuzzing needs nightly Rust"; exit; fi; \
		PATH="$(dir $(CARGO_FUZZ)):$$PATH"; $(foreach target,$(FUZZ_TARGETS),\
		($(call fuzz_run,$(target),$(VERIFY_FUZZ_SECONDS))) && echo "$(target): nothing found" &&) true

.PHONY: verify-autobahn
verify-autobahn: setup-build ## Autobahn|Testsuite against accepting and dialling (Python 2.7)
	@$(CARGO) build --quiet $(CARGO_FLAGS) --features harness --example autobahn
	@$(PYTHON) tests/autobahn/run.py $(DEBUG)/examples/autobahn $(OUTPUT)/autobahn

.PHONY: verify-coverage
verify-coverage: setup-build ## Line coverage of protocol, signals and session by the Rust tests: 95 % at least
	@scripts/coverage.sh $(OUTPUT) $(CARGO_FLAGS) --lib --test errors --test signal_lists

.PHONY: verify-pulses
verify-pulses: setup-build ## 2,000 pulses of a millisecond, received at 60 Hz
	@RV_PULSES=2000 $(CARGO) test --quiet $(CARGO_FLAGS) --test pulses -- --nocapture

.PHONY: soak
soak: setup-python ## Clients that come and go in release, with faults, and what the server uses; SOAK_SECONDS=60
	@$(CARGO) build --quiet --release
	@REALVIRTUAL_WS_LIBRARY=$(OUTPUT)/release/librealvirtual_ws.so \
		$(VENV_PYTHON) tests/soak/churn.py --seconds $(SOAK_SECONDS)

.PHONY: verify-soak
verify-soak: setup-build ## The soak in release; SOAK_SECONDS=60
	@$(CARGO) build --quiet --release
	@REALVIRTUAL_WS_LIBRARY=$(OUTPUT)/release/librealvirtual_ws.so \
		$(PYTHON) tests/soak/soak.py --seconds $(SOAK_SECONDS)

.PHONY: verify-slow
verify-slow: setup-build ## One of fifty clients stops reading, in release, for 2,000 rounds
	@RV_ROUNDS=2000 $(CARGO) test --quiet --release --test fifty_clients -- --nocapture

.PHONY: verify-flood
verify-flood: setup-build ## What 99 % of the others' values take while a client floods, in release, against a quiet server
	@RV_FLOOD_SECONDS=10 $(CARGO) test --quiet --release --test floods -- d8 d9 --nocapture

.PHONY: verify-proxy
verify-proxy: setup build ## Idle clients behind nginx, whose proxy_read_timeout is 60 s, for 90 s
	@RV_PROXY_READ_TIMEOUT=60 $(VENV_PYTHON) tests/security/run.py idle_clients pings_alone without_a_sign

.PHONY: verify-stall
verify-stall: setup-build ## What one client of fifty that stalls costs the others, in release; STALL_SECONDS=60, five times
	@RV_STALL_SECONDS=$(STALL_SECONDS) $(CARGO) test --quiet --release --test fifty_clients -- --ignored --nocapture

.PHONY: verify-lives
verify-lives: setup-build ## 1,000 lives of a server, 10,000 connections that come and go: nothing is left
	@RV_LIVES=1000 RV_CONNECTIONS=10000 $(CARGO) test --quiet $(CARGO_FLAGS) --test lifecycle -- f13 d12

.PHONY: verify-network
verify-network: setup build ## Cuts at every byte in every way, 5,000 corrupted bytes; outages at the library's own time-outs
	@RV_CUT_STEP=1 RV_CORRUPTIONS=5000 $(CARGO) test --quiet $(CARGO_FLAGS) --test faults -- crowd
	@$(PYTHON) tests/network/run.py --full

.PHONY: verify-modbus
verify-modbus: setup gateway-modbus ## The tests of the Modbus gateway, with the gateway under valgrind
	@$(VENV_PYTHON) tests/modbus/run.py --valgrind

.PHONY: verify-tsan
verify-tsan: setup-build ## ThreadSanitizer over sixteen threads on one interface (nightly Rust with rust-src, or Debian's)
	@scripts/tsan.sh $(OUTPUT)/tsan $(if $(CI),--locked)

ASAN_TARGET := $(OUTPUT)/asan
ASAN_HOST = $(shell $(CARGO) -vV | sed -n 's/^host: //p')
ASAN_LIBRARY = $(ASAN_TARGET)/$(ASAN_HOST)/debug
ASAN_FLAGS = $(CARGO_FLAGS) --target-dir $(ASAN_TARGET) --target $(ASAN_HOST)
# Not with it: allocation.rs counts allocations, of which the sanitizer makes some; fifty_clients.rs measures memory,
# of which the sanitizer keeps what was freed; abi.rs loads the library into programs without it; the rest does not run
# the library.
ASAN_TESTS := --lib $(addprefix --test ,concurrency errors exchange lifecycle pulses slow_peer)

.PHONY: verify-sanitize
verify-sanitize: build test-cpp ## AddressSanitizer over the Rust, C and FFI tests (nightly Rust); valgrind over C and C++
	@# It keeps what is freed for a while: RV_GROWTH_MIB.
	@RUSTFLAGS=-Zsanitizer=address RV_SCHEDULES=100 RV_GROWTH_MIB=300 $(CARGO) +nightly test --quiet --no-fail-fast $(ASAN_FLAGS) \
		$(ASAN_TESTS)
	@RUSTFLAGS=-Zsanitizer=address $(CARGO) +nightly build --quiet $(ASAN_FLAGS)
	@scripts/install.sh links $(ASAN_LIBRARY)
	@mkdir -p $(BIN)
	@$(CC) -std=c99 -g -fsanitize=address -fno-omit-frame-pointer $(STRICT) $(INCLUDE) $(C_TESTS) \
		-o $(BIN)/tests-asan -L$(ASAN_LIBRARY) -lrealvirtual_ws -Wl,-rpath,$(ASAN_LIBRARY) -pthread
	@RV_CALLS=200000 $(BIN)/tests-asan asan
	@# Python itself does not give back all that it has when it ends.
	@LD_PRELOAD=$$($(CC) -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0 \
		REALVIRTUAL_WS_LIBRARY=$(ASAN_LIBRARY)/librealvirtual_ws.so $(PYTHON) tests/python/test_ffi.py
	@$(CC) -std=c99 -g $(STRICT) $(INCLUDE) $(C_TESTS) -o $(BIN)/tests-valgrind $(LINK)
	@# "Possibly lost" is what Rust's standard library keeps of the main thread: 48 bytes, once.
	@for tests in "$(BIN)/tests-valgrind valgrind" $(BIN)/tests-cpp; do \
		valgrind --quiet --leak-check=full --show-leak-kinds=definite,indirect \
			--errors-for-leak-kinds=definite,indirect --error-exitcode=1 $$tests; done

.PHONY: verify-abi
verify-abi: abi-check ## The ABI check finds every kind of break, and lets additions pass
	@$(PYTHON) scripts/abi_check.py --self-test

DENY_VERSION := 0.20.2
DENY := $(OUTPUT)/tools/bin/cargo-deny

$(DENY):
	@echo "building cargo-deny $(DENY_VERSION), which takes some minutes"
	@nice $(CARGO) install --quiet --locked --root $(OUTPUT)/tools --version $(DENY_VERSION) cargo-deny

.PHONY: verify-deny
verify-deny: setup-build $(DENY) ## Licences, bans and sources of all dependencies; advisories, where their database can be had
	@$(DENY) check licenses bans sources
	@if $(DENY) fetch db >/dev/null 2>&1; then $(DENY) check advisories; else echo "skipped: no database of advisories"; fi

TARGETS := x86_64-pc-windows-gnu aarch64-unknown-linux-gnu x86_64-unknown-linux-gnu

.PHONY: cross
cross: ## Build for another platform into dist/native: make cross TARGET=x86_64-pc-windows-gnu
	@scripts/setup-cross.sh "$(TARGET)"
	@scripts/cross.sh "$(TARGET)"

.PHONY: test-cross
test-cross: build ## Test what is in dist/native: Windows under Wine, ARM64 under QEMU
	@for target in $(TARGETS); do scripts/setup-cross.sh $$target test; done
	@$(PYTHON) tests/platforms/run.py

.PHONY: verify-cross
verify-cross: setup build ## Build for Windows, Linux x64 and ARM64 (old glibc), test each, write docs/VERIFIED.md
	@for target in $(TARGETS); do scripts/setup-cross.sh $$target test; scripts/cross.sh $$target; done
	@$(PYTHON) tests/platforms/run.py --record
	@# What is built for users goes into the Unity package, and C# uses it.
	@$(PYTHON) scripts/unity_package.py pack
	@REALVIRTUAL_WS_LIBRARY=$(abspath dist/native/linux-x64/librealvirtual_ws.so) tests/csharp/run.sh

.PHONY: package
package: setup ## All that a release offers, into dist: archives, wheels, Unity, NuGet, checksums (docs/RELEASING.md)
	@for target in $(TARGETS); do scripts/setup-cross.sh $$target; scripts/cross.sh $$target; done
	@$(PYTHON) scripts/package.py

.PHONY: test-packages
test-packages: setup ## Use what is in dist from empty folders: Windows under Wine, ARM64 under QEMU
	@for target in $(TARGETS); do scripts/setup-cross.sh $$target test; done
	@$(VENV_PYTHON) tests/packages/run.py

.PHONY: verify-packages
verify-packages: package ## Make the packages, use each from an empty folder, write docs/VERIFIED.md
	@for target in $(TARGETS); do scripts/setup-cross.sh $$target test; done
	@$(VENV_PYTHON) tests/packages/run.py --record

.PHONY: verify-webgl
verify-webgl: build ## The library for WebGL compiled by emscripten, under Node and in a page in Chromium
	@scripts/setup.sh webgl
	@PYTHON=$(PYTHON) WEBGL_OUT=$(OUTPUT)/webgl tests/webgl/verify.sh

.PHONY: clean
clean: ## Remove everything that was built or installed here
	@rm -rf $(OUTPUT) dist .venv tests/node/node_modules
