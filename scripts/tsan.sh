#!/usr/bin/env bash
# ThreadSanitizer over many threads on one interface (tests/concurrency.rs). The standard library is built with it, so
# that it sees all locks and atomics.
#
#   scripts/tsan.sh TARGET_FOLDER CARGO_FLAG...
#
# Nightly Rust with rust-src does this; so does Debian's Rust with its sources, which has no sanitizers of its own: it
# takes their runtime from a toolchain of rustup.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target=$1
shift
host=$(rustc -vV | sed -n 's/^host: //p')
runtimes=("$(rustc --print sysroot)/lib/rustlib/$host"/lib/librustc-*_rt.tsan.a)
flags=-Zsanitizer=thread
if [ -d "$(rustc +nightly --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library" ]; then
    cargo=(cargo +nightly)
elif [ -x /usr/bin/cargo ] && [ -d /usr/lib/rustlib/src/rust/library ] && [ -f "${runtimes[0]}" ]; then
    cargo=(/usr/bin/cargo)
    export PATH=/usr/bin:/bin RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
    flags+=" -Zexternal-clangrt -Clink-arg=-Wl,--whole-archive -Clink-arg=${runtimes[0]} -Clink-arg=-Wl,--no-whole-archive"
else
    echo "skipped: ThreadSanitizer needs nightly Rust with rust-src (rustup component add rust-src --toolchain nightly)," \
        "or Debian's rustc-web, cargo-web and rust-web-src beside a toolchain of rustup"
    exit
fi

# Not with it: a test that measures how long things take.
RUSTFLAGS=$flags TSAN_OPTIONS=halt_on_error=1 "${cargo[@]}" test --quiet -Zbuild-std --target "$host" --target-dir "$target" \
    "$@" --test concurrency -- --skip sets_without_a_pause
