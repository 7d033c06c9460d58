#!/usr/bin/env bash
# Installs the library for C and C++ programs, and the command line tool, as Linux expects them. `make install` calls
# it, and sets what it reads.
#
#   scripts/install.sh install     headers, shared and static library, pkg-config file, CMake package, documents;
#                                  rvws with its man page and completions, if it was built
#   scripts/install.sh uninstall   removes them again, and directories that are empty then, but those of the system
#   scripts/install.sh links DIR   beside cargo's library in DIR, the names that an installation gives it
#   scripts/install.sh document PAGE COPY   copies a page as an installation has it
#
#   LIBRARY_DIR   where librealvirtual_ws.so, librealvirtual_ws.a and perhaps rvws are, of any target and profile
#   PRINTER       an rvws of the same sources that runs here and prints man page and completions, if that one does not
#   DESTDIR       put before every path, for packages; nothing that is written mentions it
#   prefix, bindir, libdir, includedir, datarootdir, mandir, docdir
#                 where to, absolute; /usr/local and the usual places below it
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

fail() {
    echo "install: $*" >&2
    exit 1
}

constant() { sed -n "s/^#define $1 \([0-9]*\)$/\1/p" "$root/include/realvirtual_ws.h"; }
major=$(constant RV_VERSION_MAJOR)
minor=$(constant RV_VERSION_MINOR)
version=$major.$minor.$(constant RV_VERSION_PATCH)
shared=librealvirtual_ws.so.$version

# The name under which programs look for the library at run time.
soname() { readelf -d "$1" | sed -n 's/.*(SONAME).*\[\(.*\)\]$/\1/p'; }

links() {
    local directory=$1 name
    name=$(soname "$directory/librealvirtual_ws.so")
    [ -n "$name" ] || fail "$directory/librealvirtual_ws.so has no SONAME"
    ln -sf librealvirtual_ws.so "$directory/$shared"
    ln -sf "$shared" "$directory/$name"
}

directories() {
    prefix=${prefix:-/usr/local}
    bindir=${bindir:-$prefix/bin}
    libdir=${libdir:-$prefix/lib}
    includedir=${includedir:-$prefix/include}
    datarootdir=${datarootdir:-$prefix/share}
    mandir=${mandir:-$datarootdir/man}
    docdir=${docdir:-$datarootdir/doc/realvirtual-ws}
    DESTDIR=${DESTDIR:-}
    local name
    for name in prefix bindir libdir includedir datarootdir mandir docdir; do
        [[ ${!name} = /* ]] || fail "$name is ${!name}: it must be an absolute path"
    done
    pcdir=$libdir/pkgconfig
    cmakedir=$libdir/cmake/realvirtual_ws
    tool=$DESTDIR$bindir/rvws
    page=$DESTDIR$mandir/man1/rvws.1
    # Of each shell: where it looks for what it completes after `rvws`.
    completions=(
        "bash $DESTDIR$datarootdir/bash-completion/completions/rvws"
        "zsh $DESTDIR$datarootdir/zsh/site-functions/_rvws"
        "fish $DESTDIR$datarootdir/fish/vendor_completions.d/rvws.fish"
    )
}

relative() { realpath --no-symlinks --canonicalize-missing --relative-to="$2" "$1"; }

# Writes packaging/$1.in with its @NAMES@ replaced to $2.
fill() {
    local bytes static_libraries
    # shellcheck disable=SC2016 # a variable of CMake's
    static_libraries='Threads::Threads;${CMAKE_DL_LIBS};m'
    bytes=$(readelf -h "$LIBRARY_DIR/librealvirtual_ws.so" | awk '/Class:/ { print $2 == "ELF64" ? 8 : 4 }')
    sed -e "s|@VERSION@|$version|g" -e "s|@VERSION_MAJOR@|$major|g" -e "s|@VERSION_MINOR@|$minor|g" \
        -e "s|@SHARED_FROM_LIBDIR@|$shared|g" -e "s|@SONAME@|$soname|g" -e "s|@POINTER_BYTES@|$bytes|g" \
        -e "s|@STATIC_FLAGS@|-lpthread -ldl -lm|g" -e "s|@STATIC_LIBRARIES@|$static_libraries|g" \
        -e "s|@PREFIX_FROM_PC@|$(relative "$prefix" "$pcdir")|g" \
        -e "s|@LIBDIR_FROM_PREFIX@|$(relative "$libdir" "$prefix")|g" \
        -e "s|@INCLUDEDIR_FROM_PREFIX@|$(relative "$includedir" "$prefix")|g" \
        -e "s|@INCLUDEDIR_FROM_CMAKE@|$(relative "$includedir" "$cmakedir")|g" \
        "$root/packaging/$1.in" >"$2"
    chmod 644 "$2"
}

# Copies a page. Links to the other installed ones and to the web stay; of the rest, which is not there, the words.
document() {
    sed -e 's|](docs/|](|g' -e 's,](\(https\?:[^)]*\|\(README\|CHANGELOG\|ABI\|OPERATIONS\)\.md\|LICENSE-[A-Z]*\)),]\x01\1\x02,g' \
        -e 's|\[\([^][]*\)\]([^)]*)|\1|g' -e 's|\x01|(|g' -e 's|\x02|)|g' "$1" >"$2"
    chmod 644 "$2"
}

# What the tool prints with these words, as the file $1.
printed() {
    local file=$1
    shift
    install -d "$(dirname "$file")"
    "$printer" "$@" >"$file"
    chmod 644 "$file"
}

install_tool() {
    if [ ! -f "$LIBRARY_DIR/rvws" ]; then
        echo "without the command line tool: there is no $LIBRARY_DIR/rvws (cargo build --release --features cli)"
        return
    fi
    install -d "$DESTDIR$bindir"
    install -m 755 "$LIBRARY_DIR/rvws" "$tool"
    local printer=${PRINTER:-$LIBRARY_DIR/rvws}
    if ! "$printer" --version >/dev/null 2>&1; then
        echo "rvws without its man page and completions: it does not run on this machine, and prints them itself"
        return
    fi
    printed "$page" man
    local completion
    for completion in "${completions[@]}"; do
        printed "${completion#* }" completions "${completion%% *}"
    done
}

install_all() {
    directories
    : "${LIBRARY_DIR:?install: LIBRARY_DIR is not set: the directory of the built library}"
    local file
    for file in librealvirtual_ws.so librealvirtual_ws.a; do
        [ -f "$LIBRARY_DIR/$file" ] || fail "there is no $LIBRARY_DIR/$file: build it with cargo build --release"
    done
    soname=$(soname "$LIBRARY_DIR/librealvirtual_ws.so")
    [ -n "$soname" ] || fail "$LIBRARY_DIR/librealvirtual_ws.so has no SONAME"

    install -d "$DESTDIR$includedir" "$DESTDIR$libdir" "$DESTDIR$pcdir" "$DESTDIR$cmakedir" "$DESTDIR$docdir"
    install -m 644 "$root/include/realvirtual_ws.h" "$root/include/realvirtual_ws.hpp" "$DESTDIR$includedir"
    install -m 755 "$LIBRARY_DIR/librealvirtual_ws.so" "$DESTDIR$libdir/$shared"
    ln -sf "$shared" "$DESTDIR$libdir/$soname"
    ln -sf "$soname" "$DESTDIR$libdir/librealvirtual_ws.so"
    install -m 644 "$LIBRARY_DIR/librealvirtual_ws.a" "$DESTDIR$libdir"
    fill realvirtual-ws.pc "$DESTDIR$pcdir/realvirtual-ws.pc"
    fill realvirtual_ws-config.cmake "$DESTDIR$cmakedir/realvirtual_ws-config.cmake"
    fill realvirtual_ws-config-version.cmake "$DESTDIR$cmakedir/realvirtual_ws-config-version.cmake"
    install -m 644 "$root"/LICENSE-{MIT,APACHE} "$DESTDIR$docdir"
    for file in README CHANGELOG docs/ABI docs/OPERATIONS; do
        document "$root/$file.md" "$DESTDIR$docdir/${file#docs/}.md"
    done
    install_tool
    echo "installed realvirtual-ws $version in $DESTDIR$prefix"
}

# Removes directories below the prefix that are empty, those above them that are empty then, and the prefix likewise.
remove_empty() {
    local directory
    for directory in "$@"; do
        while [[ $directory/ = "${prefix%/}"/* ]]; do
            rmdir "$DESTDIR$directory" 2>/dev/null || [ ! -e "$DESTDIR$directory" ] || break
            directory=$(dirname "$directory")
        done
    done
}

# What is installed there, so that another version than this tree's goes as well.
uninstall_all() {
    directories
    local soname file
    soname=$(readlink "$DESTDIR$libdir/librealvirtual_ws.so" || true)
    if [ -n "$soname" ]; then
        rm -f "$DESTDIR$libdir/$(readlink "$DESTDIR$libdir/$soname" || echo "$shared")" "$DESTDIR$libdir/$soname"
    fi
    rm -f "$DESTDIR$libdir"/librealvirtual_ws.{so,a} "$DESTDIR$includedir"/realvirtual_ws.{h,hpp} \
        "$DESTDIR$pcdir/realvirtual-ws.pc" "$DESTDIR$cmakedir"/realvirtual_ws-config{,-version}.cmake \
        "$DESTDIR$docdir"/{README,CHANGELOG,ABI,OPERATIONS}.md "$DESTDIR$docdir"/LICENSE-{MIT,APACHE}
    rm -f "$tool" "$page" "${completions[@]#* }"
    rmdir "$DESTDIR$cmakedir" "$DESTDIR$docdir" 2>/dev/null || true
    case ${prefix%/} in
        '' | /usr | /usr/local) ;; # whose directories are there before anything is in them
        *)
            remove_empty "$pcdir" "$libdir/cmake" "$includedir" "$docdir"
            for file in "$tool" "$page" "${completions[@]#* }"; do
                remove_empty "$(dirname "${file#"$DESTDIR"}")"
            done
            ;;
    esac
    echo "uninstalled realvirtual-ws from $DESTDIR$prefix"
}

case ${1:-} in
    install) install_all ;;
    uninstall) uninstall_all ;;
    links) links "${2:?install: links needs a directory}" ;;
    document) document "${2:?install: document needs a page}" "${3:?install: document needs a file to write}" ;;
    *)
        echo "usage: scripts/install.sh install | uninstall | links DIR | document PAGE COPY" >&2
        exit 2
        ;;
esac
