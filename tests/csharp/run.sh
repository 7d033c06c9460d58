#!/usr/bin/env bash
# Builds the C# wrapper, its samples and its tests, and runs the tests: under Mono, and under .NET Core where there is
# one. Quick when nothing has changed.
#
#   tests/csharp/run.sh [FILTER]   the tests whose name holds FILTER; default all
#
# CSHARP_OUT is the folder for what is built, REALVIRTUAL_WS_LIBRARY the native library to test, RVWS the command line tool.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

out=${CSHARP_OUT:-target/csharp}
library=${REALVIRTUAL_WS_LIBRARY:-$PWD/target/debug/librealvirtual_ws.so}
export RVWS=${RVWS:-$PWD/target/debug/rvws}
mkdir -p "$out/fake"
out=$(cd "$out" && pwd)

# newer TARGET SOURCE...: whether the target is missing or older than a source or a reference.
newer() {
    local target=$1 source
    shift
    [ -e "$target" ] || return 0
    for source in "$@"; do
        [ "${source#-r:}" -nt "$target" ] && return 0
    done
    return 1
}

# compile TARGET ARGUMENT... SOURCE...: what Unity's and .NET's compilers take, in the words of the oldest.
compile() {
    local target=$1
    shift
    newer "$target" "$@" || return 0
    mcs -nologo -langversion:7.2 -unsafe -warn:4 -warnaserror -out:"$target" "$@"
}

mapfile -t wrapper < <(find bindings/csharp/src -name '*.cs' | sort)
# Without a warning, missing documentation of a public member among them.
compile "$out/RealvirtualWs.dll" -target:library -doc:"$out/RealvirtualWs.xml" "${wrapper[@]}"
compile "$out/Gateway.exe" -r:"$out/RealvirtualWs.dll" bindings/csharp/samples/Gateway/*.cs
compile "$out/QuickStart.exe" -r:"$out/RealvirtualWs.dll" bindings/csharp/samples/QuickStart/*.cs
compile "$out/RealvirtualWs.Tests.exe" -main:Runner -r:"$out/RealvirtualWs.dll" tests/csharp/*.cs
if newer "$out/fake/librealvirtual_ws.so" tests/csharp/fake.c; then
    ${CC:-cc} -shared -fPIC tests/csharp/fake.c -o "$out/fake/librealvirtual_ws.so"
fi

export LD_LIBRARY_PATH=${library%/*}
export RV_VECTORS=$PWD/tests/vectors RV_FAKE_LIBRARY=$out/fake

echo "csharp: on $(mono --version | sed -n '1s/ (.*//p')"
RV_LAUNCH=mono mono "$out/RealvirtualWs.Tests.exe" "$@"

dotnet=$(find .venv/lib/python*/site-packages/dotnetcore2/bin -name dotnet 2>/dev/null | head -n 1 || true)
if [ -z "$dotnet" ]; then
    echo "csharp: .NET Core: skipped: there is no wheel dotnetcore2 for this machine"
    exit 0
fi
dotnet=$PWD/$dotnet
# What is only there with newer runtimes' declarations, such as Span, at least compiles.
framework=$(dirname "$(find "${dotnet%/*}" -name System.Private.CoreLib.dll | head -n 1)")
references=()
for name in System.Private.CoreLib System.Runtime System.Runtime.Extensions System.Collections System.Memory \
    System.Runtime.InteropServices System.Runtime.InteropServices.RuntimeInformation System.Threading \
    System.Threading.Tasks System.Threading.Thread netstandard; do
    references+=("-r:$framework/$name.dll")
done
mkdir -p "$out/netcore"
compile "$out/netcore/RealvirtualWs.dll" -target:library -nostdlib -noconfig -d:NETCOREAPP "${references[@]}" \
    "${wrapper[@]}"
cat >"$out/runtimeconfig.json" <<END
{ "runtimeOptions": { "framework": { "name": "Microsoft.NETCore.App", "version": "3.1.0" },
  "configProperties": { "System.Globalization.Invariant": true } } }
END
launch="$dotnet exec --runtimeconfig $out/runtimeconfig.json"
echo "csharp: on .NET Core 3.1"
export DOTNET_CLI_TELEMETRY_OPTOUT=1
# shellcheck disable=SC2086 # a command
RV_LAUNCH=$launch $launch "$out/RealvirtualWs.Tests.exe" "$@"
