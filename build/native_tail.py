
def _candidates(path):
    """The places where the library may be, in the order they are tried; each with a word on where it comes from."""
    if path is not None:
        return [Path(path)]
    variable = os.environ.get("REALVIRTUAL_WS_LIBRARY")
    if variable:
        return [Path(variable)]
    if sys.platform == "win32":
        name = "realvirtual_ws.dll"
    elif sys.platform == "darwin":
        name = "librealvirtual_ws.dylib"
    else:
        name = "librealvirtual_ws.so"
    package = Path(__file__).resolve().parent
    found = [package / name]
    checkout = package.parents[2]
    if (checkout / "Cargo.toml").is_file():
        found += [checkout / "target" / profile / name for profile in ("release", "debug")]
    return found


def find(path=None):
    """The path of the library: `path`, else the environment's REALVIRTUAL_WS_LIBRARY, else beside this package, else
    in the build directory of a source checkout."""
    candidates = _candidates(path)
    for candidate in candidates:
        if candidate.is_file():
            return candidate.resolve()
    tried = "".join(f"\n  {candidate}" for candidate in candidates)
    raise OSError(
        "the realvirtual-ws library was not found; tried:"
        + tried
        + "\nBuild it with `cargo build --release`, or set REALVIRTUAL_WS_LIBRARY to its path."
    )


def load(path=None):
    """Loads the library (see `find`), checks that it speaks this file's ABI, and declares its functions."""
    found = find(path)
    library = ctypes.CDLL(str(found))
    try:
        abi_version = library.rv_abi_version
    except AttributeError:
        raise OSError(f"{found} is no realvirtual-ws library: it has no rv_abi_version") from None
    abi_version.restype, abi_version.argtypes = FUNCTIONS["rv_abi_version"]
    abi = abi_version()
    if abi != RV_ABI_VERSION:
        raise OSError(
            f"{found} has ABI version {abi}, but these declarations are for ABI version {RV_ABI_VERSION}: "
            "install library and Python package of the same release"
        )
    missing = []
    for name, (restype, argtypes) in FUNCTIONS.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            missing.append(name)
            continue
        function.restype = restype
        function.argtypes = argtypes
    if missing:
        version = library.rv_version().decode()
        raise OSError(
            f"{found} is realvirtual-ws {version}, which is older than these declarations "
            f"({RV_VERSION_MAJOR}.{RV_VERSION_MINOR}.{RV_VERSION_PATCH}): it has no {', '.join(missing)}"
        )
    return library
