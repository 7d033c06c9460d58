#!/usr/bin/env bash
# Builds the release library and rvws for another platform and puts them, stripped, into dist/native/<platform>.
#
#   scripts/cross.sh TARGET     x86_64-pc-windows-gnu, aarch64-unknown-linux-gnu or x86_64-unknown-linux-gnu
#
# Where `rustup target add TARGET` was done, that standard library is used. Elsewhere Debian's Rust builds one from its
# sources (rust-web-src). For Linux zig links, against glibc 2.28; for Windows MinGW does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/cross-env.sh
. scripts/cross-env.sh

target=${1:-}
platform=$(platform_of "$target") || exit 2
glibc=2.28
built=$CROSS/$platform
dist=$PWD/dist/native/$platform

command=build rust_target=$target
case $target in
    *-linux-gnu) command=zigbuild rust_target=$target.$glibc ;;
esac
arguments=("$command" --quiet --release --features cli --target "$rust_target" --target-dir "$built" ${CI:+--locked})
[ -z "${CARGO_JOBS:-}" ] || arguments+=(--jobs "$CARGO_JOBS")

# No paths of this machine in what is shipped.
crates=${CARGO_HOME:-$HOME/.cargo}/registry/src
export RUSTFLAGS="--remap-path-prefix=$crates=crates --remap-path-prefix=$PWD=. ${RUSTFLAGS:-}"

echo "cross: building for $target"
if has_rustup_target "$target"; then
    PATH=$TOOLS/bin:$PATH cargo "${arguments[@]}"
else
    # Debian's compiler is a stable one; building a standard library is a feature of nightly ones.
    RUSTFLAGS="--remap-path-prefix=/usr/lib/rustlib/src/rust=rust $RUSTFLAGS" \
        PATH=$TOOLS/bin:/usr/bin:/bin RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
        CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc \
        /usr/bin/cargo "${arguments[@]}" -Z build-std=std,panic_unwind
fi

built=$built/$target/release
rm -rf "$dist"
mkdir -p "$dist"
case $target in
    *-windows-gnu)
        strip=x86_64-w64-mingw32-strip
        shared=realvirtual_ws.dll
        tool=rvws.exe
        cp "$built/$shared" "$built/librealvirtual_ws.dll.a" "$dist"
        # The import library for Microsoft's linker; MinGW's is the one that cargo made.
        definitions=$built/realvirtual_ws.def
        {
            printf 'LIBRARY %s\nEXPORTS\n' "$shared"
            x86_64-w64-mingw32-objdump -p "$built/$shared" | sed -n 's/^\t\[ *[0-9]*\] \(rv_[a-z0-9_]*\)$/\1/p'
        } >"$definitions"
        "$TOOLS/bin/python" -m ziglang dlltool -m i386:x86-64 -d "$definitions" -l "$dist/realvirtual_ws.lib"
        ;;
    *)
        strip="strip"
        [[ $target != aarch64-* ]] || strip=aarch64-linux-gnu-strip
        shared=librealvirtual_ws.so
        tool=rvws
        cp "$built/$shared" "$dist"
        ;;
esac
"$strip" --strip-unneeded "$dist/$shared"
"$strip" -o "$dist/$tool" "$built/$tool"
"$strip" --strip-debug -o "$dist/librealvirtual_ws.a" "$built/librealvirtual_ws.a"
(cd "$dist" && for file in *; do printf 'cross: dist/native/%s/%s  %s bytes\n' "$platform" "$file" "$(stat -c %s "$file")"; done)
