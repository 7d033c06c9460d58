//! The request with which a client asks for a WebSocket.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| realvirtual_ws::harness::request(data));
