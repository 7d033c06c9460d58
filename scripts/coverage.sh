#!/usr/bin/env bash
# Line coverage of the layers without I/O (protocol, signals, session) by the Rust tests; fails below 95 %.
#
#   scripts/coverage.sh TARGET_FOLDER CARGO_FLAG...
#
# LLVM's tools must fit the compiler: rustup component add llvm-tools, or Debian's llvm of the same number.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/debian.sh
. scripts/debian.sh

least=95
layers=(protocol signals session)
target=$1
shift

llvm_number() { rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p'; }

tool() {
    local name=$1 major sysroot
    major=$(llvm_number)
    sysroot=$(rustc --print sysroot)
    for found in "$sysroot"/lib/rustlib/*/bin/"$name" "/usr/bin/$name-$major"; do
        if [ -x "$found" ]; then
            echo "$found"
            return
        fi
    done
    return 1
}

if ! tool llvm-cov >/dev/null && [ "$(id -u)" = 0 ]; then
    install_debian "llvm-$(llvm_number)" || true
fi
if ! profdata=$(tool llvm-profdata) || ! cov=$(tool llvm-cov); then
    echo "skipped: coverage needs LLVM's tools: rustup component add llvm-tools, or Debian's llvm-$(llvm_number)"
    exit 0
fi

# Only this crate is instrumented: a wrapper around the compiler of workspace members, not flags for all.
folder=$target/coverage
rm -f "$folder"/*.profraw
mkdir -p "$folder"
cat >"$folder/rustc" <<'WRAPPER'
#!/bin/sh
exec "$@" -C instrument-coverage
WRAPPER
chmod +x "$folder/rustc"
export RUSTC_WORKSPACE_WRAPPER=$folder/rustc
export LLVM_PROFILE_FILE=$folder/%p-%m.profraw
export RV_SCHEDULES=${RV_SCHEDULES:-200}

# The build script is instrumented, too, and its profiles are of no use.
programs=$(LLVM_PROFILE_FILE=/dev/null cargo test --no-run --message-format=json "$@" \
    | sed -n 's/.*"executable":"\([^"]*\)".*/\1/p')
objects=()
while read -r program; do
    filter=()
    case $program in
        # No test.
        */rvws) continue ;;
        # The library's own tests: those of the layers.
        */deps/realvirtual_ws-*) filter=("${layers[@]/%/::}") ;;
    esac
    "$program" --quiet "${filter[@]}" >"$folder/output" 2>&1 || {
        tail -n 30 "$folder/output"
        exit 1
    }
    objects+=(-object "$program")
done <<<"$programs"
"$profdata" merge --sparse "$folder"/*.profraw -o "$folder/all.profdata"

# Lines and missed lines of each file. Tests do not count for themselves.
"$cov" report "${objects[@]}" --instr-profile="$folder/all.profdata" \
    --ignore-filename-regex='(/tests/|tests\.rs$|/\.cargo/|/rustc/|/target/)' >"$folder/report"
failed=0
for layer in "${layers[@]}"; do
    percent=$(awk -v layer="$layer" '
        $1 ~ "(^|/)" layer "(\\.rs$|/)" { lines += $8; missed += $9 }
        END { printf "%.1f", lines ? 100 * (lines - missed) / lines : 0 }' "$folder/report")
    echo "$layer: $percent % of lines"
    if awk -v p="$percent" -v least="$least" 'BEGIN { exit p >= least }'; then
        failed=1
    fi
done
[ "$failed" = 0 ] || { echo "less than $least %: see $folder/report"; exit 1; }
