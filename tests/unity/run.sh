#!/usr/bin/env bash
# Compiles the Unity package's scripts, editor scripts, samples and tests as C# 7.2 against stand-ins for Unity's
# classes, and runs them under Mono in the mini player, with the library that REALVIRTUAL_WS_LIBRARY names. Needs the
# example gateway in GATEWAY, and rvws in RVWS. Argument: a word that the names of the wanted tests contain.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
export UNITY_PACKAGE=$root/unity-sample/Packages/com.realvirtual-ws.unity
: "${REALVIRTUAL_WS_LIBRARY:?the native library to test}"
: "${GATEWAY:?the program made of examples/c/gateway.c}"
: "${RVWS:?the command line tool}"

if ! command -v mcs >/dev/null 2>&1 || ! command -v mono >/dev/null 2>&1; then
    echo "skipped: unity: Mono is not installed (make setup)"
    exit 0
fi

out=${CARGO_TARGET_DIR:-$root/target}/unity
mkdir -p "$out"
# Each stays as it is while its sources are older.
compile() {
    local target=$out/$1
    shift
    local argument newer=
    for argument in "$@"; do
        case $argument in
            -r:*) argument=$out/${argument#-r:} ;;
            -*) continue ;;
        esac
        [ "$target" -nt "$argument" ] || newer=1
    done
    [ -n "$newer" ] || return 0
    case $target in
        *.dll) set -- -target:library "$@" ;;
    esac
    mcs -nologo -langversion:7.2 -warn:4 -warnaserror -debug "-lib:$out" "-out:$target" "$@"
}

sources() { find "$@" -name '*.cs' | sort; }

mapfile -t core < <(sources "$UNITY_PACKAGE/Runtime/Core")
mapfile -t runtime < <(sources "$UNITY_PACKAGE/Runtime" | grep -v /Core/)
mapfile -t editor < <(sources "$UNITY_PACKAGE/Editor")
mapfile -t tests < <(sources "$here" "$UNITY_PACKAGE/Tests" | grep -v "^$here/e")
unity=(-r:UnityEngine.dll -r:RealvirtualWs.Core.dll -r:RealvirtualWs.Unity.dll)

compile UnityEngine.dll -nowarn:0067 "$here"/engine/*.cs
compile UnityEditor.dll -r:UnityEngine.dll "$here"/editor/*.cs
compile RealvirtualWs.Core.dll -unsafe "${core[@]}"
compile RealvirtualWs.Core.iOS.dll -unsafe -define:UNITY_IOS "${core[@]}"
compile RealvirtualWs.Unity.dll -nowarn:0649 -r:UnityEngine.dll -r:RealvirtualWs.Core.dll "${runtime[@]}"
compile RealvirtualWs.Unity.Editor.dll "${unity[@]}" -r:UnityEditor.dll "${editor[@]}"
references=()
for sample in Conveyor Mirror RealvirtualAdapter; do
    name=RealvirtualWs.Samples.$sample.dll
    compile "$name" "${unity[@]}" "$UNITY_PACKAGE/Samples~/$sample"/*.cs
    references+=("-r:$name")
done
compile RealvirtualWs.Unity.Editor.Tests.exe "${unity[@]}" -r:UnityEditor.dll -r:RealvirtualWs.Unity.Editor.dll \
    "${references[@]}" "${tests[@]}" "$root"/tests/csharp/{NUnit,Runner,Certificates}.cs

RV_SUITE=unity LD_LIBRARY_PATH=$(dirname "$REALVIRTUAL_WS_LIBRARY") exec mono --debug "$out/RealvirtualWs.Unity.Editor.Tests.exe" "$@"
