# shellcheck shell=bash disable=SC2034 # its variables are used where it is sourced
# What scripts/cross.sh and scripts/setup-cross.sh share. To be sourced in the root of the repository.

CROSS=$(realpath -m "${CARGO_TARGET_DIR:-target}")/cross
TOOLS=$CROSS/tools
TOOL_VERSIONS="ziglang==0.15.2 cargo-zigbuild==0.24.0"

# The folder under dist/native that a target's files go to.
platform_of() {
    case $1 in
        x86_64-pc-windows-gnu) echo win-x64 ;;
        x86_64-unknown-linux-gnu) echo linux-x64 ;;
        aarch64-unknown-linux-gnu) echo linux-arm64 ;;
        *)
            echo "cross: no recipe for the target '$1'. There is one for x86_64-pc-windows-gnu," \
                "aarch64-unknown-linux-gnu and x86_64-unknown-linux-gnu; docs/CROSS.md says how to build for others." >&2
            return 1
            ;;
    esac
}

# Whether the active toolchain has the standard library of a target.
has_rustup_target() { [ -d "$(rustc --print sysroot)/lib/rustlib/$1/lib" ]; }
