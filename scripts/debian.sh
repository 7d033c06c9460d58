# shellcheck shell=bash
# Debian packages, for scripts/setup.sh and scripts/setup-cross.sh. To be sourced.

has() { command -v "$1" >/dev/null 2>&1; }

# Runs a command. What it prints is shown only when it fails: apt and debconf have a line for each step of each package.
quietly() {
    local log failed=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 || failed=$?
    [ "$failed" = 0 ] || cat "$log" >&2
    rm -f "$log"
    return "$failed"
}

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -qq "$@"; }

# Installs packages, through a command that is put before if there is one: install_debian "a list" [command]. Who may not
# is told what to install, and gets 1.
install_debian() {
    local packages=$1
    shift
    [ -n "$packages" ] || return 0
    if [ "$(id -u)" != 0 ] || ! has apt-get; then
        echo "setup: missing: $packages" >&2
        echo "setup: install them, on Debian: sudo apt-get install -y --no-install-recommends $packages" >&2
        return 1
    fi
    echo "setup: installing $packages"
    quietly apt_get update || return
    # shellcheck disable=SC2086 # a list of words
    quietly "$@" apt_get install -y --no-install-recommends $packages
}
