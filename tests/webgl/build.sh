#!/usr/bin/env bash
# Compiles the program of the tests with emscripten: build.sh NAME OUTPUT FLAG..., where NAME is `calls` (every rv_
# function for JavaScript tests under Node) or a C file for a page.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

name=$1 output=$2
shift 2
mkdir -p "$(dirname "$output")"
source=$name
if [ "$name" = calls ]; then
    source=${output%.js}.c
    python3 scripts/webgl.py calls >"$source"
    set -- "$@" --no-entry -s MODULARIZE=1 -s ENVIRONMENT=node -s ALLOW_MEMORY_GROWTH=1 \
        -s EXPORTED_FUNCTIONS=_malloc,_free --pre-js tests/webgl/expose.js
else
    set -- "$@" -s EXPORTED_FUNCTIONS=_main,_malloc
fi
# Debian's emscripten comes without the parser that it optimises with.
export NODE_PATH=$PWD/tests/node/node_modules
emcc -Wall -Wextra -Werror -Iinclude "$source" --js-library bindings/webgl/realvirtual_ws.jslib -o "$output" "$@"
