//! Type strings, and names against patterns.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| realvirtual_ws::harness::name_types(text));
