#!/usr/bin/env bash
# What a new user does: a fresh clone of the committed state, an empty home but for the Rust toolchain, then
# `make demo` and `make test`. Uncommitted changes are not part of it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM HUP

[ -z "$(git status --porcelain)" ] || echo "test-clean: uncommitted changes are left out"
git clone --quiet . "$scratch/clone"
mkdir "$scratch/home"
export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo} RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup} HOME=$scratch/home
unset CARGO_TARGET_DIR MAKEFLAGS MFLAGS MAKELEVEL REALVIRTUAL_WS_LIBRARY VIRTUAL_ENV
cd "$scratch/clone"
make demo
make test
left=$(git status --porcelain)
if [ -n "$left" ]; then
    echo "test-clean: the run changed the clone:"
    echo "$left"
    exit 1
fi
echo "test-clean: ok"
