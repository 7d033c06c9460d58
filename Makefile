# Everything is one `make` away; `make` alone lists the targets. `make demo` and `make test` do their own set-up.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

CARGO ?= cargo
PYTHON ?= python3
DEMO_SECONDS ?= 10
SOAK_SECONDS ?= 60

# The same features in every debug build, so that the crate is compiled once. In CI Cargo.lock must be up to date.
CARGO_FLAGS := --features bindings,cli $(if $(CI),--locked)
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
DEBUG := $(TARGET)/debug
BIN := $(TARGET)/c

# What the Python declarations load. Not the newest build they find, but the one that `build` has just made.
export REALVIRTUAL_WS_LIBRARY := $(DEBUG)/librealvirtual_ws.so

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

.PHONY: build
build: setup-build ## Build the library, the command line tool (debug) and the C examples
	@$(CARGO) build --quiet $(CARGO_FLAGS)
	@ln -sf librealvirtual_ws.so $(DEBUG)/librealvirtual_ws.so.0
	@$(MAKE) --silent $(addprefix $(BIN)/,gateway monitor quickstart)

# `build` makes the library; these rules follow it in a second make, which sees the new file.
$(BIN)/%: examples/c/%.c examples/c/example.h include/realvirtual_ws.h $(DEBUG)/librealvirtual_ws.so
	mkdir -p $(BIN)
	$(CC) -std=c99 -O2 $(STRICT) $(CFLAGS) $(INCLUDE) $< -o $@ $(LDFLAGS) $(LINK)

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
test: setup test-rust test-ffi test-c test-python test-cli test-modbus test-soak test-peers ## Run all tests

.PHONY: test-rust
test-rust: setup-build ## Rust: unit tests, layers, header and declarations, README
	@$(CARGO) test --quiet $(CARGO_FLAGS)

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

.PHONY: test-python
test-python: build ## The examples and the demo, run and ended in all ways
	@$(PYTHON) tests/python/test_examples.py

.PHONY: test-cli
test-cli: setup build ## The command line tool: commands, exit codes, what its doctor finds
	@.venv/bin/python tests/cli/run.py

.PHONY: test-modbus
test-modbus: setup gateway-modbus ## The Modbus gateway between pymodbus and a twin
	@.venv/bin/python tests/modbus/run.py

.PHONY: test-soak
test-soak: build ## 1,000 signals both ways for 5 seconds, with the server killed in the middle
	@$(PYTHON) tests/soak/soak.py --seconds 5

.PHONY: test-peers
test-peers: setup build ## The protocol document's own programs, and other WebSocket implementations
	@bash tests/peers/run.sh

.PHONY: test-clean
test-clean: ## `make demo` and `make test` in a fresh clone with an empty home
	@scripts/test-clean.sh

.PHONY: check
check: lint docs bindings-check ## Everything but the tests: format, lints, documentation, generated files

.PHONY: fmt
fmt: ## Format the Rust sources
	@$(CARGO) fmt

.PHONY: lint
lint: setup-build ## rustfmt, clippy, and shellcheck where it is installed
	@$(CARGO) fmt --check
	@$(CARGO) clippy --quiet $(CARGO_FLAGS) --features bench-internals --all-targets -- -D warnings
	@scripts/lint-scripts.sh

.PHONY: docs
docs: setup-build ## Rust documentation, without a warning
	@RUSTDOCFLAGS="-D warnings" $(CARGO) doc --quiet --no-deps $(CARGO_FLAGS)

.PHONY: bindings
bindings: setup-build ## Write the C header, the C# layer and the Python declarations anew from src/ffi
	@UPDATE_BINDINGS=1 $(CARGO) test --quiet $(CARGO_FLAGS) --test bindings

.PHONY: bindings-check
bindings-check: setup-build
	@$(CARGO) test --quiet $(CARGO_FLAGS) --test bindings

.PHONY: bench-micro
bench-micro: setup-build ## Single steps (decode, encode, set, poll, import, cycles) against aims; bench/RESULTS.md
	@mkdir -p bench
	@RV_BENCH_RESULTS=$(abspath bench/RESULTS.md) $(CARGO) bench --quiet --features bench-internals --bench micro

.PHONY: verify
verify: verify-schedules verify-pulses verify-soak verify-slow verify-modbus verify-sanitize ## All long checks

.PHONY: verify-schedules
verify-schedules: setup-build ## 10,000 schedules of crossing writes
	@RV_SCHEDULES=10000 $(CARGO) test --release --lib session::tests::crossing

.PHONY: verify-pulses
verify-pulses: setup-build ## 2,000 pulses of a millisecond, received at 60 Hz
	@RV_PULSES=2000 $(CARGO) test --quiet $(CARGO_FLAGS) --test pulses -- --nocapture

.PHONY: verify-soak
verify-soak: setup-build ## The soak in release; SOAK_SECONDS=60
	@$(CARGO) build --quiet --release
	@REALVIRTUAL_WS_LIBRARY=$(TARGET)/release/librealvirtual_ws.so \
		$(PYTHON) tests/soak/soak.py --seconds $(SOAK_SECONDS)

.PHONY: verify-slow
verify-slow: setup-build ## One of fifty clients stops reading, in release, for 2,000 rounds
	@RV_ROUNDS=2000 $(CARGO) test --quiet --release --test fifty_clients -- --nocapture

.PHONY: verify-modbus
verify-modbus: setup gateway-modbus ## The tests of the Modbus gateway, with the gateway under valgrind
	@.venv/bin/python tests/modbus/run.py --valgrind

ASAN_TARGET := $(TARGET)/asan
ASAN_HOST = $(shell $(CARGO) -vV | sed -n 's/^host: //p')
ASAN_LIBRARY = $(ASAN_TARGET)/$(ASAN_HOST)/debug
ASAN_FLAGS = $(CARGO_FLAGS) --target-dir $(ASAN_TARGET) --target $(ASAN_HOST)
# Not with it: allocation.rs counts allocations, of which the sanitizer makes some; fifty_clients.rs measures memory,
# of which the sanitizer keeps what was freed; one unit test measures time; abi.rs loads the library into programs
# without it; the rest does not run the library.
ASAN_TESTS := --lib $(addprefix --test ,concurrency errors exchange lifecycle pulses slow_peer)

.PHONY: verify-sanitize
verify-sanitize: build ## AddressSanitizer over the Rust, C and FFI tests (needs nightly Rust), valgrind over the C tests
	@RUSTFLAGS=-Zsanitizer=address RV_SCHEDULES=100 $(CARGO) +nightly test --quiet --no-fail-fast $(ASAN_FLAGS) \
		$(ASAN_TESTS) -- --skip hostile_frames_are_answered_quickly
	@RUSTFLAGS=-Zsanitizer=address $(CARGO) +nightly build --quiet $(ASAN_FLAGS)
	@ln -sf librealvirtual_ws.so $(ASAN_LIBRARY)/librealvirtual_ws.so.0
	@mkdir -p $(BIN)
	@$(CC) -std=c99 -g -fsanitize=address -fno-omit-frame-pointer $(STRICT) $(INCLUDE) $(C_TESTS) \
		-o $(BIN)/tests-asan -L$(ASAN_LIBRARY) -lrealvirtual_ws -Wl,-rpath,$(ASAN_LIBRARY) -pthread
	@RV_CALLS=200000 $(BIN)/tests-asan asan
	@# Python itself does not give back all that it has when it ends.
	@LD_PRELOAD=$$($(CC) -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0 \
		REALVIRTUAL_WS_LIBRARY=$(ASAN_LIBRARY)/librealvirtual_ws.so $(PYTHON) tests/python/test_ffi.py
	@$(CC) -std=c99 -g $(STRICT) $(INCLUDE) $(C_TESTS) -o $(BIN)/tests-valgrind $(LINK)
	@# "Possibly lost" is what Rust's standard library keeps of the main thread: 48 bytes, once.
	@valgrind --quiet --leak-check=full --show-leak-kinds=definite,indirect \
		--errors-for-leak-kinds=definite,indirect --error-exitcode=1 $(BIN)/tests-valgrind valgrind

.PHONY: clean
clean: ## Remove everything that was built or installed here
	@rm -rf $(TARGET) .venv tests/node/node_modules
