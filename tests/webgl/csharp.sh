#!/usr/bin/env bash
# Compiles the Unity package's scripts and its samples as Unity does for WebGL: unchanged, with the library inside the
# program. WEBGL_OUT is the folder for what is built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

out=${WEBGL_OUT:-target/webgl}
package=unity-sample/Packages/com.realvirtual-ws.unity
mkdir -p "$out"
compile() {
    local target=$1
    shift
    mcs -nologo -langversion:7.2 -warn:4 -warnaserror -define:UNITY_WEBGL -target:library "-lib:$out" -out:"$out/$target" "$@"
}
mapfile -t core < <(find $package/Runtime/Core -name '*.cs' | sort)
mapfile -t runtime < <(find $package/Runtime -name '*.cs' -not -path '*/Core/*' | sort)
mapfile -t samples < <(find $package/Samples~/Conveyor $package/Samples~/Mirror -name '*.cs' | sort)

compile UnityEngine.dll -nowarn:0067 tests/unity/engine/*.cs
compile RealvirtualWs.Core.dll -unsafe "${core[@]}"
compile RealvirtualWs.Unity.dll -nowarn:0649 -r:UnityEngine.dll -r:RealvirtualWs.Core.dll "${runtime[@]}"
compile Samples.dll -r:UnityEngine.dll -r:RealvirtualWs.Core.dll -r:RealvirtualWs.Unity.dll "${samples[@]}"
# The compiler writes the name of the library into the assembly as it stands.
if ! grep -q __Internal "$out/RealvirtualWs.Core.dll"; then
    echo "webgl: the C# wrapper looks for a library beside the program"
    exit 1
fi
echo "webgl: the Unity package and its samples compile for WebGL"
