//! The C interface: every `rv_` export and every type that crosses it.
//!
//! The items here are the source of `include/realvirtual_ws.h` and of the raw bindings; `build.rs` turns their
//! documentation into the header's, so it is written for readers of C. An export guards against panics and forks,
//! checks its pointers, looks its handle up and calls the facade; it decides nothing itself.
#![allow(
    unsafe_code,
    reason = "the one place where foreign pointers are turned into references"
)]
#![allow(
    non_camel_case_types,
    reason = "types that cross carry their names in C, which the generators take over"
)]
#![cfg_attr(
    feature = "bench-internals",
    allow(missing_docs, reason = "the benches see structs with reserved fields")
)]

mod access;
mod checked;
mod clients;
mod config;
mod convert;
mod enums;
#[cfg(windows)]
mod event;
mod fork;
mod guard;
mod handle;
mod import;
mod library;
mod lifecycle;
mod lists;
mod memory;
mod options;
mod poll;
mod records;
mod result;
mod signal;
mod string;
mod value;

#[cfg(feature = "bench-internals")]
pub use {
    handle::{insert as handle_of, rv_interface},
    options::rv_options,
    records::{rv_change, rv_event, rv_info},
    value::rv_set_bool,
};
