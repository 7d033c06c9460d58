//! From options to an interface and back.

use std::time::Duration;

use super::checked::checked;
use super::enums::rv_mode_in;
use super::handle::rv_interface;
use super::options::rv_options;
use super::records::{rv_connection_report, rv_info, rv_stats};
use super::{fork, guard, handle, memory};
use crate::interface::Interface;

/// Fills `*options` with the defaults of a client or a server. Pass `sizeof(rv_options)` as `struct_size`. The
/// strings in it belong to the library and live as long as it is loaded.
///
/// Returns `RV_OK`, `RV_ERR_STRUCT_SIZE`, or `RV_ERR_ARGUMENT` for a `mode` that is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_options_init(
    options: *mut rv_options,
    struct_size: u32,
    mode: rv_mode_in,
) -> i32 {
    guard::call(|| {
        // SAFETY: the header asks for `struct_size` writable bytes at `options`, or NULL.
        let record = unsafe { memory::record(options, struct_size, "options") }?;
        let mut defaults = rv_options::defaults(checked(mode, "mode")?);
        defaults.struct_size = struct_size;
        record.write(&defaults);
        Ok(())
    })
}

/// Creates a server or a client. It does nothing on the network before `rv_start` (or `rv_import`). `*out` gets the
/// handle, or NULL; every handle ends with `rv_destroy`. The options are copied.
///
/// Returns `RV_OK`; `RV_ERR_STRUCT_SIZE` when `struct_size` is none; `RV_ERR_ARGUMENT`, `RV_ERR_ADDRESS` or
/// `RV_ERR_UTF8`, naming the option; `RV_ERR_LIMIT` when there are too many interfaces.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_create(options: *const rv_options, out: *mut *mut rv_interface) -> i32 {
    guard::call(|| {
        // SAFETY: the header asks for a writable pointer at `out`, or NULL.
        let slot = unsafe { memory::slots(out, 1, "out") }?;
        let slot = slot[0].write(std::ptr::null_mut());
        // SAFETY: the header asks for an `rv_options` with its size and with valid strings, or NULL.
        let options = unsafe { memory::read(options, "options")?.to_options() }?;
        // Before anything is locked that a fork could leave locked.
        fork::arm();
        *slot = handle::insert(Interface::new(options)?);
        Ok(())
    })
}

/// Starts. A server has its port when this returns; a client has begun to connect (`rv_wait_connected`) and goes on
/// trying. Starting what is started does nothing. Blocks for a moment.
///
/// Returns `RV_OK`. Server: `RV_ERR_PORT_IN_USE`, `RV_ERR_PERMISSION`, `RV_ERR_ADDRESS`, `RV_ERR_INSECURE_BIND`.
/// Both: `RV_ERR_TLS` when a certificate, a key or a pin cannot be used, `RV_ERR_SYSTEM`.
#[unsafe(no_mangle)]
pub extern "C" fn rv_start(iface: *mut rv_interface) -> i32 {
    guard::with(iface, Interface::start)
}

/// Reads the files of the options `tls_…` again. Connections that are made from now on use what they hold now; those that
/// stand stay as they are. Any thread, at any time; reads files, so it blocks for a moment.
///
/// Returns `RV_OK`; `RV_ERR_TLS` when something in them cannot be used, and everything stays as it was; `RV_ERR_STATE`
/// when the option `tls` is 0.
#[unsafe(no_mangle)]
pub extern "C" fn rv_reload_tls(iface: *mut rv_interface) -> i32 {
    guard::with(iface, Interface::reload_tls)
}

/// Stops: sends what is due, closes the connections, and gives the port back, which is free when this returns. It
/// can be started again; signals and values stay. Stopping what is stopped does nothing.
///
/// Blocks for at most `timeout_ms`; connections that are not through by then are dropped.
///
/// Returns `RV_OK`, or `RV_ERR_TIMEOUT` when something was dropped (it is stopped all the same).
#[unsafe(no_mangle)]
pub extern "C" fn rv_stop(iface: *mut rv_interface, timeout_ms: u32) -> i32 {
    guard::with(iface, |interface| interface.stop(ms(timeout_ms)))
}

/// Destroys an interface. From now on its handle is invalid; calls on it that wait in other threads return
/// `RV_ERR_HANDLE`. It sends nothing any more: call `rv_stop` first where the last values matter. Any thread, at any
/// time; returns within 500 ms.
///
/// Returns `RV_OK`, or `RV_ERR_HANDLE`, also when another thread was first.
#[unsafe(no_mangle)]
pub extern "C" fn rv_destroy(iface: *mut rv_interface) -> i32 {
    guard::call(|| {
        let interface = handle::remove(iface)?;
        // Inside the guard, and the last reference goes after it.
        interface.close();
        Ok(())
    })
}

/// Waits until there is a connection. Server: until a client has sent its first valid message.
///
/// Blocks for at most `timeout_ms`; 0 only asks.
///
/// Returns `RV_OK`; `RV_ERR_TIMEOUT`, or the cause when an attempt to connect has failed meanwhile; `RV_ERR_STATE` when it is not started; a client that has given up returns why,
/// such as `RV_ERR_REFUSED` or `RV_ERR_CERTIFICATE`.
#[unsafe(no_mangle)]
pub extern "C" fn rv_wait_connected(iface: *mut rv_interface, timeout_ms: u32) -> i32 {
    guard::with(iface, |interface| interface.wait_connected(ms(timeout_ms)))
}

/// Copies what the interface is doing to `*out`. Pass `sizeof(rv_info)` as `out_size`. Does not wait.
///
/// Returns `RV_OK` or `RV_ERR_STRUCT_SIZE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_get_info(
    iface: *mut rv_interface,
    out: *mut rv_info,
    out_size: u32,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for `out_size` writable bytes at `out`, or NULL.
        let record = unsafe { memory::record(out, out_size, "out") }?;
        record.write(&(&interface.info()).into());
        Ok(())
    })
}

/// Copies what the interface has counted to `*out`. Pass `sizeof(rv_stats)` as `out_size`. Does not wait.
///
/// Returns `RV_OK` or `RV_ERR_STRUCT_SIZE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_get_stats(
    iface: *mut rv_interface,
    out: *mut rv_stats,
    out_size: u32,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for `out_size` writable bytes at `out`, or NULL.
        let record = unsafe { memory::record(out, out_size, "out") }?;
        record.write(&(&interface.stats()).into());
        Ok(())
    })
}

/// Tries whether a client with these options would reach its server: connects, measures one round trip of a ping, and
/// disconnects. No interface is needed. `out` NULL with `out_size` 0 leaves the report out; otherwise pass
/// `sizeof(rv_connection_report)`.
///
/// Blocks for at most `timeout_ms`, and up to half a second more for a server that does not answer pings.
///
/// Returns `RV_OK` when there was a connection. Otherwise why not, with what to do about it in `rv_last_error`:
/// `RV_ERR_TIMEOUT`, `RV_ERR_RESOLVE`, `RV_ERR_REFUSED`, `RV_ERR_UNREACHABLE`, `RV_ERR_CONNECTION`,
/// `RV_ERR_HANDSHAKE`, `RV_ERR_DENIED`, `RV_ERR_TLS` or `RV_ERR_CERTIFICATE`. `RV_ERR_UNSUPPORTED` for a server's
/// options; what `rv_create` returns; `RV_ERR_STRUCT_SIZE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_test_connection(
    options: *const rv_options,
    timeout_ms: u32,
    out: *mut rv_connection_report,
    out_size: u32,
) -> i32 {
    guard::call(|| {
        // SAFETY: the header asks for `out_size` writable bytes at `out`, or NULL.
        let record = unsafe { memory::optional_record(out, out_size, "out") }?;
        // SAFETY: the header asks for an `rv_options` with its size and with valid strings, or NULL.
        let options = unsafe { memory::read(options, "options")?.to_options() }?;
        // There is an interface for the time of the test, although it has no handle.
        fork::arm();
        let report = Interface::test_connection(options, ms(timeout_ms))?;
        if let Some(record) = record {
            record.write(&(&report).into());
        }
        Ok(())
    })
}

/// Begins what `rv_test_connection` does and returns at once. `*out` gets the handle of an interface for this test
/// alone, or NULL: poll it for `RV_EVENT_TEST_DONE`, whose `result` is what `rv_test_connection` would return and
/// whose text says it in words, or call `rv_test_connection_result`, and then destroy it. Destroying it earlier gives
/// the test up.
///
/// Returns `RV_OK`; `RV_ERR_UNSUPPORTED` for a server's options; what `rv_create` returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_test_connection_begin(
    options: *const rv_options,
    timeout_ms: u32,
    out: *mut *mut rv_interface,
) -> i32 {
    guard::call(|| {
        // SAFETY: the header asks for a writable pointer at `out`, or NULL.
        let slot = unsafe { memory::slots(out, 1, "out") }?;
        let slot = slot[0].write(std::ptr::null_mut());
        // SAFETY: the header asks for an `rv_options` with its size and with valid strings, or NULL.
        let options = unsafe { memory::read(options, "options")?.to_options() }?;
        fork::arm();
        let (tested, _) = Interface::test_connection_begin(options, ms(timeout_ms))?;
        *slot = handle::insert(tested);
        Ok(())
    })
}

/// Takes the result of a test that `rv_test_connection_begin` began. Pass `sizeof(rv_connection_report)` as `out_size`.
/// Does not wait, so it can be called in each cycle instead of looking for the event. A result is given once.
///
/// Returns 1 when the test is complete and its report is in `*out`; 0 while it runs, and when its result was taken; the
/// test's own failure, as `rv_test_connection` would; `RV_ERR_STATE` for an interface that is no connection test;
/// `RV_ERR_STRUCT_SIZE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_test_connection_result(
    iface: *mut rv_interface,
    out: *mut rv_connection_report,
    out_size: u32,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for `out_size` writable bytes at `out`, or NULL.
        let record = unsafe { memory::record(out, out_size, "out") }?;
        let report = interface.test_connection_result()?;
        if let Some(report) = &report {
            record.write(&report.into());
        }
        Ok(report.is_some())
    })
}

pub fn ms(timeout_ms: u32) -> Duration {
    Duration::from_millis(timeout_ms.into())
}
