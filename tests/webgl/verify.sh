#!/usr/bin/env bash
# Compiles the library for WebGL with emscripten as programs do, and runs it: the layout of every struct, all tests at
# each optimisation, and the client of page.c in a page. WEBGL_OUT is the folder for what is built; the page needs the
# native library and the Python package (make).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

out=${WEBGL_OUT:-target/webgl}
python=${PYTHON:-python3}
mkdir -p "$out/page"
for program in emcc node; do
    if ! command -v "$program" >/dev/null; then
        echo "webgl: $program is not installed: run scripts/setup.sh webgl" >&2
        exit 1
    fi
done

"$python" scripts/webgl.py layout >"$out/layout.c"
emcc -Iinclude -c "$out/layout.c" -o "$out/layout.o"
echo "webgl: $(grep -c '^_Static_assert' "$out/layout.c") sizes and offsets are emscripten's"

programs=()
while read -r name flags; do
    # shellcheck disable=SC2086 # a list of words
    tests/webgl/build.sh calls "$out/calls-$name.js" $flags
    programs+=("$out/calls-$name.js")
done <<'FLAGS'
O0 -O0
O2 -O2
Os -Os
O2-bigint -O2 -s WASM_BIGINT=1
FLAGS
node tests/webgl/run.js "${programs[@]}"

tests/webgl/build.sh tests/webgl/page.c "$out/page/page.js" -O2
cp tests/webgl/page.html "$out/page/"
"$python" tests/webgl/page.py "$out/page"
