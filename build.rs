//! Gives the shared library its name, and with the feature `bindings` generates the C header and the Python
//! declarations from `src/ffi` into `OUT_DIR`. A build never writes into the source tree.

#[cfg(feature = "bindings")]
#[path = "build/bindings.rs"]
mod bindings;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,librealvirtual_ws.so.0");
    }
    #[cfg(feature = "bindings")]
    bindings::generate();
}
