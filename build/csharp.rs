//! `bindings/csharp/src/RealvirtualWs/Interop/NativeMethods.g.cs`: what csbindgen makes of the sources.

use std::path::{Path, PathBuf};

use super::model::Model;

/// Where the library is linked into the program. Not in the editor, which loads it whatever the build target is.
const LINKED: &str = "(UNITY_IOS || UNITY_TVOS || UNITY_VISIONOS || UNITY_WEBGL) && !UNITY_EDITOR";

/// Generates by way of the file `raw`, because csbindgen writes nothing but files.
pub fn generate(raw: &Path, sources: &[PathBuf], model: &Model) -> String {
    let mut builder = csbindgen::Builder::new()
        .csharp_namespace("RealvirtualWs.Interop")
        .csharp_class_name("NativeMethods")
        .csharp_class_accessibility("internal")
        .csharp_dll_name("realvirtual_ws")
        .csharp_dll_name_if(LINKED, "__Internal")
        .csharp_use_function_pointer(false)
        .csharp_use_nint_types(false)
        .csharp_generate_const_filter(|name| name.starts_with("RV_"))
        .csharp_file_header(
            "// Generated from src/ffi by build.rs: do not edit, run `make bindings`.",
        )
        // Enumerations that no signature names are needed all the same.
        .always_included_types(model.enums.iter().map(|item| &item.name))
        .always_included_types(model.structs.iter().map(|item| &item.name));
    for source in sources {
        builder = builder.input_extern_file(source);
    }
    builder
        .generate_csharp_file(raw)
        .unwrap_or_else(|error| panic!("csbindgen: {error}"));
    let text =
        std::fs::read_to_string(raw).unwrap_or_else(|error| panic!("{}: {error}", raw.display()));

    // csbindgen spells the field `type` as Rust must (`r#type`); in C# it is an ordinary name.
    let text = text.replace(" r#", " ");

    // What csbindgen does not understand it leaves out with no more than a message, or passes through as it is.
    let functions = model
        .functions
        .iter()
        .map(|item| format!(" {}(", item.name));
    let constants = model
        .constants
        .iter()
        .map(|item| format!(" {} = {};", item.name, item.value));
    let enums = model
        .enums
        .iter()
        .map(|item| format!(" enum {} : ", item.name));
    let variants = model.enums.iter().flat_map(|item| &item.variants);
    let variants = variants.map(|item| format!(" {} = {},", item.name, item.value));
    let structs = model
        .structs
        .iter()
        .map(|item| format!(" struct {}\n", item.name));
    for expected in functions
        .chain(constants)
        .chain(enums)
        .chain(variants)
        .chain(structs)
    {
        assert!(text.contains(&expected), "csbindgen left out{expected}");
    }
    let mut code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let foreign = code.find(|line| {
        ["delegate*", "nint ", "bool ", "/*", "r#"]
            .iter()
            .any(|word| line.contains(word))
    });
    assert!(foreign.is_none(), "csbindgen wrote {foreign:?}");
    text
}
