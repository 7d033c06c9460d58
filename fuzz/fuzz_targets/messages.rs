//! Messages of a peer, a line each, at a server or a client.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| realvirtual_ws::harness::hear(data));
