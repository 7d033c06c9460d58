#!/usr/bin/env bash
# Installs what building and testing need. Quick when it is all there, and safe to run again.
#
#   scripts/setup.sh build   what building and the demo need: Rust, C and C++ compilers, Python
#   scripts/setup.sh python  also the Python test packages and the wheel's build backend: .venv
#   scripts/setup.sh all     also CMake, Node, Mono, libmodbus and jansson (the Modbus gateway), faketime, iproute2 and
#                            nftables (the network tests), nginx, Chromium and openssl (the security tests), valgrind (if
#                            it may: the instruction counts) and the test packages: .venv (Python) and
#                            tests/node/node_modules (Node)
#   scripts/setup.sh webgl   also emscripten and Chromium, for `make verify-webgl`: about 2 GB
#   scripts/setup.sh bench   what building and the other peers of the benches need
#
# Missing Debian packages are installed with apt by root; others are told what to install. Rust is never installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/debian.sh
. scripts/debian.sh

what=${1:-all}
case $what in
    build | python | all | webgl | bench) ;;
    *)
        echo "usage: scripts/setup.sh [build|python|all|webgl|bench]" >&2
        exit 2
        ;;
esac

# Servers are for administrators, and not on everybody's PATH.
PATH=$PATH:/usr/sbin:/sbin

missing_packages() {
    has gcc || has cc || echo gcc libc6-dev
    has g++ || has c++ || echo g++
    has python3 || echo python3
    if [ "$what" != build ]; then
        python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || echo python3-venv
    fi
    if [ "$what" = bench ]; then
        has mosquitto || [ -x /usr/sbin/mosquitto ] || echo mosquitto
        has node || echo nodejs
        has npm || echo npm
        [ -e /usr/include/libwebsockets.h ] || echo libwebsockets-dev
        [ -e /usr/include/simdjson.h ] || echo libsimdjson-dev
        [ -e /usr/include/mosquitto.h ] || echo libmosquitto-dev
        has mcs || echo mono-mcs
        has mono || echo mono-runtime
        mono_libraries || echo libmono-corlib4.5-cil libmono-system4.0-cil libmono-system-core4.0-cil
    fi
    if [ "$what" = webgl ]; then
        has emcc || echo emscripten
        has chromium || has chromium-browser || has google-chrome || echo chromium
    fi
    if [ "$what" = all ] || [ "$what" = webgl ]; then
        has cmake || echo cmake
        has node || echo nodejs
        has npm || echo npm
        has mcs || echo mono-mcs
        has openssl || echo openssl
        has nginx || echo nginx-light
        has chromium || echo chromium
        has faketime || echo faketime
        has ip || echo iproute2
        has nft || echo nftables
        has mono || echo mono-runtime
        # Nothing needs it: without it, the check of instruction counts is skipped.
        [ "$what" != all ] || [ "$(id -u)" != 0 ] || has valgrind || echo valgrind
        pkg-config --exists libmodbus jansson 2>/dev/null || echo pkg-config libmodbus-dev libjansson-dev
        mono_libraries || echo libmono-corlib4.5-cil libmono-system4.0-cil libmono-system-core4.0-cil
    fi
}

# Debian packs Mono's libraries one by one.
mono_libraries() {
    local mono folder name
    mono=$(command -v mono) || return 1
    folder=$(dirname "$mono")/../lib/mono/4.5
    for name in mscorlib System System.Core; do
        [ -e "$folder/$name.dll" ] || return 1
    done
}

# The tests start nginx themselves, with a configuration of their own: its package starts nothing, now or at the next
# boot. Debian asks policy-rc.d, where there is one, whether a service may be started; 101 says no.
without_services() {
    local policy=/usr/sbin/policy-rc.d new=
    if [ ! -e "$policy" ]; then
        new=$policy
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
    fi
    local done=0 nginx=
    has nginx || nginx=new
    "$@" || done=$?
    [ -z "$new" ] || rm -f "$new"
    if [ -n "$nginx" ] && has nginx && has systemctl; then
        systemctl disable --quiet nginx 2>/dev/null || true
    fi
    return "$done"
}

# What installed packages depend on: the interpreter and the lists of packages. Kept as a stamp beside them.
fingerprint() {
    local program=$1
    shift
    "$program" --version
    cat "$@"
}

is_fresh() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

python_packages() {
    local stamp=.venv/.stamp print
    print=$(fingerprint python3 tests/python/requirements.txt tests/csharp/requirements.txt)
    if is_fresh "$stamp" "$print" && .venv/bin/python -c '' 2>/dev/null; then
        return 0
    fi
    echo "setup: Python test packages into .venv"
    python3 -m venv --clear .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/python/requirements.txt
    # A second runtime for the C# tests, which do without where it cannot be had.
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/csharp/requirements.txt \
        || echo "setup: without .NET Core: pip could not install what tests/csharp/requirements.txt names" >&2
    printf '%s\n' "$print" >"$stamp"
}

node_packages() {
    local stamp=tests/node/node_modules/.stamp print
    print=$(fingerprint node tests/node/package-lock.json)
    is_fresh "$stamp" "$print" && return 0
    echo "setup: Node test packages into tests/node/node_modules"
    (cd tests/node && npm ci --silent --no-audit --no-fund)
    printf '%s\n' "$print" >"$stamp"
}

if ! has cargo; then
    echo "setup: Rust is missing: install $(sed -n 's/^rust-version = "\(.*\)"/Rust \1/p' Cargo.toml) or later, with rustup for example" >&2
    exit 1
fi
install_debian "$(missing_packages | xargs)" without_services
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))'; then
    echo "setup: $(python3 --version) is too old: Python 3.9 or later is needed" >&2
    exit 1
fi
[ "$what" = build ] || python_packages
case $what in all | webgl | bench) node_packages ;; esac
