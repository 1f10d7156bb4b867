#!/bin/sh
# Makes .venv what this checkout needs, and says nothing when it already is: prepare.sh run|test|libraries
set -eu
cd "$(dirname "$0")/.."
purpose="${1:-run}"

say() { echo "bucketdesk: $*" >&2; }

on_debian() { command -v apt-get >/dev/null 2>&1; }

# Installs Debian packages when that is allowed here; otherwise prints the line that somebody must type.
install_packages() {
    if ! on_debian; then
        say "please install with this system's own package program what Debian calls: $*"
        return 1
    elif [ "$(id -u)" -ne 0 ]; then
        say "please type this, and then the same make command again:"
        say "    sudo apt-get install -y --no-install-recommends $*"
        return 1
    fi
    say "installing $*"
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1 && return 0
    # The list of packages is missing or old on a fresh machine.
    apt-get update -qq && apt-get install -qq -y --no-install-recommends "$@" >/dev/null
}

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }
fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; }

find_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
        if fits "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

choose_python() {
    if ! python="$(find_python)"; then
        if [ -n "${PYTHON:-}" ]; then
            say "$PYTHON is not a Python from 3.11 to 3.13."
            exit 1
        fi
        say "no Python from 3.11 to 3.13 is installed."
        install_packages python3 python3-venv || exit 1
        python="$(find_python)" || { say "this system offers no Python from 3.11 to 3.13."; exit 1; }
    fi
    # Debian keeps the part that makes virtual environments in a package of its own.
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        install_packages "python$(version_of "$python")-venv" || exit 1
    fi
}

# Whether .venv works, was made in this folder (its commands name it) and has the Python that was asked for.
is_usable() {
    fits .venv/bin/python && grep -qF "$(pwd)/.venv" .venv/bin/activate &&
        [ "$(version_of .venv/bin/python)" = "$(version_of "${PYTHON:-.venv/bin/python}")" ]
}

make_environment() {
    stamp=".venv/prepared-for-$purpose"
    wanted="$(cat pyproject.toml "$@" | cksum)"
    if [ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ] && is_usable; then
        return 0
    fi
    choose_python
    say "preparing .venv with $("$python" -V); the first time takes a minute"
    if ! is_usable; then
        rm -rf .venv
        "$python" -m venv .venv
    fi
    rm -f "$stamp"
    for file; do
        set -- "$@" -r "$file"
        shift
    done
    install="env PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore .venv/bin/python -m pip install -qq"
    $install "$@" || { say "the packages could not be installed; the lines above say why."; exit 1; }
    $install --no-deps --no-build-isolation --editable .
    echo "$wanted" >"$stamp"
}

run_files="requirements/run.txt requirements/services.txt requirements/build.txt"
case "$purpose" in
run) make_environment $run_files ;;
test) make_environment $run_files requirements/test.txt ;;
libraries) choose_python ;;
*) say "prepare.sh knows run, test and libraries, not $purpose."; exit 2 ;;
esac

# What is missing of the libraries that Qt loads, as names of Debian packages; none on other systems than Linux.
[ "$(uname -s)" = Linux ] || exit 0
packages="$("${python:-.venv/bin/python}" requirements/libraries.py)"
# Those of the window are not needed to draw into memory, as the tests and the tour do.
[ -z "$packages" ] || install_packages $packages || .venv/bin/python -c 'import PySide6.QtWidgets' 2>/dev/null
