/* Wine 8 has no bcryptprimitives.dll, which Windows has had since version 8 and from which Rust's standard library
 * takes its random numbers. This stands in for it beside the tests; it is never shipped. */

#include <windows.h>

#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
    return RtlGenRandom(data, (ULONG)size);
}
