def _candidates(path: Union[str, Path, None]) -> List[str]:
    """The places where the library may be, in the order they are tried. A bare name is looked up by the system."""
    if path is not None:
        return [str(path)]
    variable = os.environ.get("REALVIRTUAL_WS_LIBRARY")
    if variable:
        return [variable]
    if sys.platform == "win32":
        name, installed = "realvirtual_ws.dll", "realvirtual_ws.dll"
    elif sys.platform == "darwin":
        name, installed = "librealvirtual_ws.dylib", "librealvirtual_ws.dylib"
    else:
        name, installed = "librealvirtual_ws.so", "librealvirtual_ws.so.0"
    package = Path(__file__).resolve().parent
    found = [package / name]
    checkout = package.parents[2]
    if (checkout / "Cargo.toml").is_file():
        found += [checkout / "target" / profile / name for profile in ("release", "debug")]
    return [*map(str, found), installed]


def _open(path: Union[str, Path, None]) -> Tuple[str, Library]:
    """The first library that is there, with where it was found."""
    tried = []
    for candidate in _candidates(path):
        if os.path.dirname(candidate):
            if os.path.isfile(candidate):
                return candidate, Library(os.path.abspath(candidate))
            tried.append(f"\n  {candidate}")
        else:
            try:
                return candidate, Library(candidate)
            except OSError:
                tried.append(f"\n  {candidate}, where this system looks for libraries")
    variable = os.environ.get("REALVIRTUAL_WS_LIBRARY")
    source = " (named by REALVIRTUAL_WS_LIBRARY)" if variable and path is None else ""
    raise OSError(
        f"the realvirtual-ws library was not found{source}; tried:{''.join(tried)}\n"
        "Build it with `cargo build --release`, or set REALVIRTUAL_WS_LIBRARY to its path."
    )


def load(path: Union[str, Path, None] = None) -> Library:
    """Loads the library, checks that it speaks this file's ABI, and declares its functions.

    It is `path`, else what the environment's REALVIRTUAL_WS_LIBRARY names, else the one beside this file, else in the
    build directory of a source checkout, else the system's. OSError says which of them were tried, or, of a library
    that does not fit, both versions.
    """
    found, library = _open(path)
    own = f"{RV_VERSION_MAJOR}.{RV_VERSION_MINOR}.{RV_VERSION_PATCH}"
    try:
        abi_version = library.rv_abi_version
    except AttributeError:
        raise OSError(f"{found} is no realvirtual-ws library: it has no rv_abi_version") from None
    abi = abi_version()
    if abi != RV_ABI_VERSION:
        raise OSError(
            f"{found} has ABI version {abi}, but this Python package ({own}) is for ABI version {RV_ABI_VERSION}: "
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
        raise OSError(
            f"{found} is realvirtual-ws {library.rv_version().decode()}, which is older than this Python package "
            f"({own}): it has no {', '.join(missing)}"
        )
    return library
