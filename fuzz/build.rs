//! Compiles the C tests' sequences of calls, for the target `calls`.

fn main() {
    for path in ["../tests/c", "../include", "build.rs"] {
        println!("cargo::rerun-if-changed={path}");
    }
    cc::Build::new()
        .files(["../tests/c/sequences.c", "../tests/c/platform.c"])
        .include("../include")
        .define("FUZZ", None)
        .compile("calls");
}
