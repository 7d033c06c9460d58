//! From options to an interface and back.

use std::time::Duration;

use super::checked::checked;
use super::enums::rv_mode_in;
use super::handle::rv_interface;
use super::options::rv_options;
use super::records::{rv_info, rv_stats};
use super::{guard, handle, memory};
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
        *slot = handle::insert(Interface::new(options)?)?;
        Ok(())
    })
}

/// Starts. A server has its port when this returns; a client has begun to connect (`rv_wait_connected`) and goes on
/// trying. Starting what is started does nothing. Blocks for a moment.
///
/// Returns `RV_OK`. Server: `RV_ERR_PORT_IN_USE`, `RV_ERR_PERMISSION`, `RV_ERR_ADDRESS`, `RV_ERR_INSECURE_BIND`.
/// Both: `RV_ERR_SYSTEM`.
#[unsafe(no_mangle)]
pub extern "C" fn rv_start(iface: *mut rv_interface) -> i32 {
    guard::with(iface, Interface::start)
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
/// Returns `RV_OK`; `RV_ERR_TIMEOUT`; `RV_ERR_STATE` when it is not started; a client that has given up returns why,
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

pub fn ms(timeout_ms: u32) -> Duration {
    Duration::from_millis(timeout_ms.into())
}
