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
# shellcheck source=scripts/debian.sh
. scripts/debian.sh

target=$1
shift
host=$(rustc -vV | sed -n 's/^host: //p')
runtimes=("$(rustc --print sysroot)/lib/rustlib/$host"/lib/librustc-*_rt.tsan.a)
flags=-Zsanitizer=thread
nightly_source=$(rustc +nightly --print sysroot 2>/dev/null || true)/lib/rustlib/src/rust/library
if [ ! -d "$nightly_source" ] && [ -f "${runtimes[0]}" ] && [ "$(id -u)" = 0 ] && [ ! -d /usr/lib/rustlib/src/rust/library ]; then
    install_debian "rustc-web cargo-web rust-web-src" || true
fi
if [ -d "$nightly_source" ]; then
    cargo=(cargo +nightly)
elif [ -x /usr/bin/cargo ] && [ -d /usr/lib/rustlib/src/rust/library ] && [ -f "${runtimes[0]}" ]; then
    cargo=(/usr/bin/cargo)
    export PATH=/usr/bin:/bin RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
    flags+=" -Zexternal-clangrt -Clinker=$target/link"
    # The runtime is for programs: a shared library that is linked beside them finds it there.
    mkdir -p "$target"
    cat >"$target/link" <<LINK
#!/bin/sh
case " \$* " in
    *" -shared "*) exec cc "\$@" ;;
    *) exec cc "\$@" -Wl,--whole-archive "${runtimes[0]}" -Wl,--no-whole-archive ;;
esac
LINK
    chmod +x "$target/link"
else
    echo "skipped: ThreadSanitizer needs nightly Rust with rust-src (rustup component add rust-src --toolchain nightly)," \
        "or Debian's rustc-web, cargo-web and rust-web-src beside a toolchain of rustup"
    exit
fi

# Not with it: a test that measures how long things take.
RUSTFLAGS=$flags TSAN_OPTIONS=halt_on_error=1 "${cargo[@]}" test --quiet -Zbuild-std --target "$host" --target-dir "$target" \
    "$@" --test concurrency -- --skip sets_without_a_pause
