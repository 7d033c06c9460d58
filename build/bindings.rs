//! The generators. They read the sources of `src/ffi`, and nothing else says what crosses.

#[path = "csharp.rs"]
mod csharp;
#[path = "header.rs"]
mod header;
#[path = "layout.rs"]
mod layout;
#[path = "model.rs"]
mod model;
#[path = "python.rs"]
mod python;

use std::path::{Path, PathBuf};

/// The files with exports and types, in the order of the header.
const SOURCES: &[&str] = &[
    "result",
    "enums",
    "library",
    "handle",
    "options",
    "records",
    "lifecycle",
    "signal",
    "value",
    "poll",
    "import",
    "clients",
    "access",
    "config",
    "lists",
];

pub fn generate() {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(variable("OUT_DIR"));
    let sources: Vec<PathBuf> = SOURCES
        .iter()
        .map(|name| root.join(format!("src/ffi/{name}.rs")))
        .collect();
    for path in ["build", "cbindgen.toml", "src/ffi"] {
        println!("cargo:rerun-if-changed={}", root.join(path).display());
    }
    no_source_is_forgotten(&root.join("src/ffi"), &sources);

    let model = model::read(&sources);
    write(
        &out.join("realvirtual_ws.h"),
        &header::generate(&root, &sources, &model),
    );
    write(&out.join("_native.py"), &python::generate(&model));
    write(
        &out.join("NativeMethods.g.cs"),
        &csharp::generate(&out.join("NativeMethods.raw.cs"), &sources, &model),
    );
}

/// An export in a file that is not listed would be missing from every binding.
fn no_source_is_forgotten(directory: &Path, sources: &[PathBuf]) {
    let entries = std::fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    for path in entries.flatten().map(|entry| entry.path()) {
        let exports =
            || std::fs::read_to_string(&path).is_ok_and(|text| text.contains("no_mangle"));
        if path.is_file() && !sources.contains(&path) && exports() {
            panic!(
                "{} has exports: list it in build/bindings.rs",
                path.display()
            );
        }
    }
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
