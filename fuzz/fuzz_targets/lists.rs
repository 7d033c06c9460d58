//! Signal lists, JSON and CSV.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| realvirtual_ws::harness::list(data));
