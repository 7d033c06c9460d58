//! The library as a whole: versions, names, errors, shutdown.

use std::ffi::{CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use once_cell::sync::Lazy;

use super::{fork, guard, handle, string};
use crate::error::{Error, ErrorCode};
use crate::interface::{Interface, live_count};

/// The version of this binary interface. It changes only when something that exists changes its meaning or its
/// layout; what is merely added keeps it.
pub const RV_ABI_VERSION: u32 = 1;
/// The first number of the library's version.
pub const RV_VERSION_MAJOR: u32 = 0;
/// The second number of the library's version.
pub const RV_VERSION_MINOR: u32 = 1;
/// The third number of the library's version.
pub const RV_VERSION_PATCH: u32 = 0;

const fn number(text: &str) -> u32 {
    match u32::from_str_radix(text, 10) {
        Ok(number) => number,
        Err(_) => panic!("the package's version is no number"),
    }
}

const _: () = assert!(
    RV_VERSION_MAJOR == number(env!("CARGO_PKG_VERSION_MAJOR"))
        && RV_VERSION_MINOR == number(env!("CARGO_PKG_VERSION_MINOR"))
        && RV_VERSION_PATCH == number(env!("CARGO_PKG_VERSION_PATCH")),
    "RV_VERSION_* must follow the package's version"
);

/// The `RV_ABI_VERSION` that the library was built with. A program that loads it at run time calls this first, and
/// uses nothing else when the number differs from its own header's. Never fails.
#[unsafe(no_mangle)]
pub extern "C" fn rv_abi_version() -> u32 {
    RV_ABI_VERSION
}

/// The library's version, such as "0.1.0". The string lives as long as the library is loaded. Never fails.
#[unsafe(no_mangle)]
pub extern "C" fn rv_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

static NAMES: Lazy<Vec<(i32, CString)>> = Lazy::new(|| {
    ErrorCode::ALL
        .iter()
        .filter_map(|code| Some((*code as i32, CString::new(code.name()).ok()?)))
        .collect()
});

/// The name of a result, such as "RV_ERR_KIND"; "RV_OK" for 0 and more, "RV_ERR_UNKNOWN" for a number that is none.
/// The string lives as long as the library is loaded. Never fails.
#[unsafe(no_mangle)]
pub extern "C" fn rv_result_name(result: i32) -> *const c_char {
    if result >= 0 {
        return c"RV_OK".as_ptr();
    }
    NAMES
        .iter()
        .find(|(code, _)| *code == result)
        .map_or(c"RV_ERR_UNKNOWN".as_ptr(), |(_, name)| name.as_ptr())
}

/// Copies what the last failed call of the calling thread said: what happened, where, and what to do about it. The
/// text is empty when nothing has failed yet; a success does not clear it. At most 1024 bytes.
///
/// Returns `RV_OK`, or `RV_ERR_BUFFER` with the size in `*required` (which, as everywhere, may be NULL, and counts
/// the NUL). Its own failures do not replace the text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_last_error(
    buf: *mut c_char,
    capacity: usize,
    required: *mut usize,
) -> i32 {
    // SAFETY: the header asks for `capacity` bytes at `buf` and a `size_t` at `required`, or NULL.
    let out = unsafe { string::out(buf, capacity, required) };
    match out.and_then(|out| guard::with_last(|text| out.write(text))) {
        Ok(()) => 0,
        Err(error) => error.code() as i32,
    }
}

/// How many interfaces exist in this process, other users' of the library included. For tests that look for leaks.
#[unsafe(no_mangle)]
pub extern "C" fn rv_live_count() -> u32 {
    if fork::is_child() { 0 } else { live_count() }
}

/// Stops and destroys every interface of the process, other users' of the library included. For the end of a
/// process, or before the library is unloaded; it need not be called.
///
/// Each interface is stopped as by `rv_stop`, with `timeout_ms` for all of them together; when the time is up, the
/// others are destroyed without a flush. Blocks. All handles are invalid afterwards, and calls that wait in other
/// threads return `RV_ERR_HANDLE`.
///
/// Returns `RV_OK`, or `RV_ERR_TIMEOUT` when something was not flushed in time.
#[unsafe(no_mangle)]
pub extern "C" fn rv_shutdown_all(timeout_ms: u32) -> i32 {
    guard::call(|| {
        let interfaces = handle::remove_all();
        let timeout = Duration::from_millis(timeout_ms.into());
        // One thread each, so that the time counts once and not for every interface.
        let unflushed = thread::scope(|scope| {
            let threads: Vec<_> = interfaces
                .iter()
                .map(|interface| {
                    thread::Builder::new().spawn_scoped(scope, move || stop(interface, timeout))
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.is_ok_and(|thread| thread.join().unwrap_or(false)))
                .filter(|flushed| !flushed)
                .count()
        });
        for interface in interfaces {
            let _ = catch_unwind(AssertUnwindSafe(|| interface.close()));
        }
        if unflushed > 0 {
            return Err(Error::new(
                ErrorCode::Timeout,
                format!(
                    "{unflushed} interface(s) could not be flushed in {timeout_ms} ms; all are destroyed"
                ),
            ));
        }
        Ok(())
    })
}

/// Whether nothing was left to flush. A broken interface must not keep the others alive.
fn stop(interface: &Interface, timeout: Duration) -> bool {
    let result = catch_unwind(AssertUnwindSafe(|| interface.stop(timeout)));
    !matches!(result, Ok(Err(error)) if error.code() == ErrorCode::Timeout)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    #[test]
    fn version_and_names_are_terminated_strings() {
        // SAFETY: the strings are static and terminated.
        unsafe {
            assert_eq!(
                CStr::from_ptr(rv_version()).to_str(),
                Ok(env!("CARGO_PKG_VERSION"))
            );
            assert_eq!(CStr::from_ptr(rv_result_name(3)), c"RV_OK");
            assert_eq!(CStr::from_ptr(rv_result_name(-1)), c"RV_ERR_HANDLE");
            assert_eq!(CStr::from_ptr(rv_result_name(-12345)), c"RV_ERR_UNKNOWN");
        }
    }
}
