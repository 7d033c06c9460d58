//! Tells the linker the shared library's name, and with the feature `bindings` generates the C header and the Python
//! declarations from `src/ffi` into `OUT_DIR`. A build never writes into the source tree.

#[cfg(feature = "bindings")]
#[path = "build/bindings.rs"]
mod bindings;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let system = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let arguments: &[&str] = match system.as_str() {
        "linux" => &["-Wl,-soname,librealvirtual_ws.so.0"],
        // Android knows no versions in names. Its devices have pages of up to 16 KiB.
        "android" => &[
            "-Wl,-soname,librealvirtual_ws.so",
            "-Wl,-z,max-page-size=16384",
        ],
        _ => &[],
    };
    for argument in arguments {
        println!("cargo:rustc-cdylib-link-arg={argument}");
    }
    #[cfg(feature = "bindings")]
    bindings::generate();
}
