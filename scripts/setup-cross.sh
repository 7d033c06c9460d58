#!/usr/bin/env bash
# Installs what building for another platform needs, and with `test` what its tests need. Quick when it is all there.
#
#   scripts/setup-cross.sh TARGET          to build for x86_64-pc-windows-gnu, aarch64- or x86_64-unknown-linux-gnu
#   scripts/setup-cross.sh TARGET test     also to run its tests here: Wine for Windows, QEMU for ARM64
#
# Missing Debian packages are installed with apt by root; others are told what to install. zig, which links against an
# old glibc, comes from PyPI into target/cross/tools.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/cross-env.sh
. scripts/cross-env.sh
# shellcheck source=scripts/debian.sh
. scripts/debian.sh

target=${1:-}
platform_of "$target" >/dev/null || exit 2

missing_packages() {
    if ! has_rustup_target "$target"; then
        [ -x /usr/bin/cargo ] && [ -x /usr/bin/rustc ] || echo rustc-web cargo-web
        [ -d /usr/lib/rustlib/src/rust/library ] || echo rust-web-src
    fi
    python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || echo python3-venv
    case $target in
        *-windows-gnu) has x86_64-w64-mingw32-gcc || echo gcc-mingw-w64-x86-64 ;;
        aarch64-*) has aarch64-linux-gnu-strip || echo binutils-aarch64-linux-gnu ;;
        *) has strip || echo binutils ;;
    esac
    [ "${2:-}" = test ] || return 0
    has objdump || echo binutils
    case $target in
        *-windows-gnu) has wine64 || [ -x /usr/lib/wine/wine64 ] || echo wine64 ;;
        aarch64-*)
            has qemu-aarch64 || echo qemu-user
            [ -e /usr/aarch64-linux-gnu/lib/libc.so.6 ] || echo libc6-arm64-cross
            ;;
    esac
}

packages=$(missing_packages "$@" | sort -u | xargs)
if ! install_debian "$packages"; then
    case $packages in
        *rust*) echo "setup: or, in place of the Rust packages: rustup target add $target" >&2 ;;
    esac
    exit 1
fi

if ! [ -f "$TOOLS/.stamp" ] || [ "$(cat "$TOOLS/.stamp")" != "$TOOL_VERSIONS" ]; then
    echo "setup: $TOOL_VERSIONS into $TOOLS"
    python3 -m venv --clear "$TOOLS"
    # shellcheck disable=SC2086 # a list of words
    "$TOOLS/bin/python" -m pip install --quiet --disable-pip-version-check $TOOL_VERSIONS
    printf '%s\n' "$TOOL_VERSIONS" >"$TOOLS/.stamp"
fi
