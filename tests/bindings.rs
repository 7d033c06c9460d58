//! The committed header and declarations are what the sources say.

use std::path::Path;

/// Compares a generated file with the committed one, or replaces that one for `make bindings`.
fn check(generated: &str, committed: &str) {
    let generated = Path::new(env!("OUT_DIR")).join(generated);
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join(committed);
    let new = std::fs::read_to_string(&generated).expect("the build script wrote it");
    if std::env::var_os("UPDATE_BINDINGS").is_some() {
        std::fs::create_dir_all(committed.parent().expect("a file in a directory"))
            .expect("writable");
        std::fs::write(&committed, new).expect("writable");
        return;
    }
    let old = std::fs::read_to_string(&committed)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    if let Some(line) = new
        .lines()
        .zip(old.lines())
        .position(|(new, old)| new != old)
    {
        panic!(
            "{} differs from what src/ffi says, first in line {}:\n  committed: {}\n  generated: {}\nrun `make bindings`",
            committed.display(),
            line + 1,
            old.lines().nth(line).unwrap_or_default(),
            new.lines().nth(line).unwrap_or_default()
        );
    }
    assert!(
        new == old,
        "{} is shorter or longer than what src/ffi says: run `make bindings`",
        committed.display()
    );
}

#[test]
fn the_committed_c_header_is_up_to_date() {
    check("realvirtual_ws.h", "include/realvirtual_ws.h");
}

#[test]
fn the_committed_python_declarations_are_up_to_date() {
    check("_native.py", "bindings/python/realvirtual_ws/_native.py");
}

#[test]
fn the_committed_csharp_layer_is_up_to_date() {
    check(
        "NativeMethods.g.cs",
        "bindings/csharp/src/RealvirtualWs/Interop/NativeMethods.g.cs",
    );
}
