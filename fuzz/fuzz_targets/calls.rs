//! Sequences of C calls: tests/c/sequences.c, with the input in the place of its random numbers.

#![no_main]

// Its exports are what the C sources call.
use realvirtual_ws as _;

unsafe extern "C" {
    fn calls_from(input: *const u8, length: usize) -> u32;
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    // SAFETY: `data` lives until the call returns, with all calls that it makes.
    let defects = unsafe { calls_from(data.as_ptr(), data.len()) };
    assert_eq!(defects, 0);
});
