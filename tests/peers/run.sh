#!/bin/sh
# Tests against independent peers: the documentation's own examples, and peers over `websockets` (Python) and `ws`
# (Node). Needs the library (cargo build), Python with websockets, Node 20 or later, `npm ci --prefix tests/node`, and
# Mono for the C# example. What is missing is skipped, or fails when CI=true. Arguments: words that the names of the wanted cases contain.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=$here/../../.venv/bin/python
[ -x "$python" ] || python=python3
exec "$python" "$here/run.py" "$@"
