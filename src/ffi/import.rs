//! Discovery and the filter on what a client gets.

use std::ffi::c_char;

use super::handle::rv_interface;
use super::lifecycle::ms;
use super::records::rv_import_report;
use super::{guard, memory, string};
use crate::error::{Error, Result};
use crate::interface::Interface;

/// Asks for the signals of the other side and declares them here. Names that exist keep their id and kind; nothing is
/// deleted. A client connects for this when it is not connected, and disconnects again afterwards; a server must be
/// started, and asks all its clients, of which some (web viewers) never answer. Store each signal's access with it:
/// see `rv_signal_info.access`.
///
/// `out` may be NULL when the report is not wanted; otherwise pass `sizeof(rv_import_report)` as `out_size`. Blocks
/// for at most `timeout_ms`; what has arrived by then is declared.
///
/// Returns `RV_OK`; `RV_ERR_TIMEOUT` when nobody answered; `RV_ERR_STATE` when another import is running or a server
/// is not started; what `rv_wait_connected` returns when there is no connection to be had; `RV_ERR_STRUCT_SIZE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_import(
    iface: *mut rv_interface,
    timeout_ms: u32,
    out: *mut rv_import_report,
    out_size: u32,
) -> i32 {
    guard::with(iface, |interface| {
        let record = if out.is_null() && out_size == 0 {
            None
        } else {
            // SAFETY: the header asks for `out_size` writable bytes at `out`, or NULL.
            Some(unsafe { memory::record(out, out_size, "out") }?)
        };
        let report = interface.import(ms(timeout_ms))?;
        if let Some(record) = record {
            record.write(&(&report).into());
        }
        Ok(())
    })
}

/// Client: asks the server for these `count` signals only, and for no others; the list replaces the former one and
/// holds for later connections too. Names that the server does not have yet count when it has them. A count of 0 asks
/// for nothing at all.
///
/// Returns `RV_OK`; `RV_ERR_NULL` and `RV_ERR_UTF8`, naming the entry; `RV_ERR_UNSUPPORTED` on a server.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_subscribe(
    iface: *mut rv_interface,
    names: *const *const c_char,
    count: u32,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for `count` pointers at `names`, or NULL.
        let names = unsafe { memory::slice(names, count as usize, "names") }?;
        let names: Vec<&str> = names
            .iter()
            .enumerate()
            .map(|(index, name)| {
                // SAFETY: the header asks for a string in each entry, or NULL.
                unsafe { string::required(*name, "name") }.map_err(|error| {
                    Error::new(error.code(), format!("names[{index}]: {}", error.message()))
                })
            })
            .collect::<Result<_>>()?;
        interface.subscribe(names.into_iter())
    })
}

/// Client: asks the server for all signals again. The protocol has no message for that, so this connects anew when a
/// list is in force.
///
/// Returns `RV_OK`, or `RV_ERR_UNSUPPORTED` on a server.
#[unsafe(no_mangle)]
pub extern "C" fn rv_subscribe_all(iface: *mut rv_interface) -> i32 {
    guard::with(iface, Interface::subscribe_all)
}
