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
/// `out` NULL with `out_size` 0 leaves the report out; otherwise pass `sizeof(rv_import_report)`. The report has no
/// text: what a person should read of the import is the text of the `RV_EVENT_IMPORT_DONE` that comes here too, and
/// the log.
///
/// Blocks for at most `timeout_ms`, and a moment longer to disconnect; what has arrived by then is declared.
///
/// Returns `RV_OK`; `RV_ERR_TIMEOUT` when nobody answered; `RV_ERR_STATE` when another import is running or a server
/// is not started; `RV_ERR_CANCELLED` when another thread stopped the interface meanwhile; what `rv_wait_connected`
/// returns when there is no connection to be had; `RV_ERR_STRUCT_SIZE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_import(
    iface: *mut rv_interface,
    timeout_ms: u32,
    out: *mut rv_import_report,
    out_size: u32,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for `out_size` writable bytes at `out`, or NULL.
        let record = unsafe { memory::optional_record(out, out_size, "out") }?;
        let report = interface.import(ms(timeout_ms))?;
        if let Some(record) = record {
            record.write(&(&report).into());
        }
        Ok(())
    })
}

/// Begins what `rv_import` does and returns at once. `*token` gets a number that is never 0; the import ends in an
/// `RV_EVENT_IMPORT_DONE` with this token, and `rv_import_result` has its report. A client that is not started is
/// started for it and stopped afterwards.
///
/// Returns `RV_OK`; `RV_ERR_STATE` when a server is not started. That another import is running is this one's result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_import_begin(
    iface: *mut rv_interface,
    timeout_ms: u32,
    token: *mut u32,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for a writable number at `token`, or NULL.
        let token = unsafe { memory::out(token, "token") }?;
        token.write(interface.import_begin(ms(timeout_ms))?);
        Ok(())
    })
}

/// Takes the result of an import that `rv_import_begin` began. Pass `sizeof(rv_import_report)` as `out_size`. Does
/// not wait, so it can be called in each cycle instead of looking for the event. A result is given once, and is kept
/// until then; of results that nobody takes, the latest 64.
///
/// Returns 1 when the import is complete and its report is in `*out`; 0 while it runs, and also for a token whose
/// result was taken or that is none; the import's own failure, as `rv_import` would; `RV_ERR_NOT_FOUND` for the token
/// of another kind of request; `RV_ERR_STRUCT_SIZE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_import_result(
    iface: *mut rv_interface,
    token: u32,
    out: *mut rv_import_report,
    out_size: u32,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for `out_size` writable bytes at `out`, or NULL.
        let record = unsafe { memory::record(out, out_size, "out") }?;
        let report = interface.import_result(token)?;
        if let Some(report) = &report {
            record.write(&report.into());
        }
        Ok(report.is_some())
    })
}

/// Gives up a request that a `_begin` function began: its answer is ignored when it comes, and it ends in no event.
/// What the peer has done by then stays done. A token that is none, or whose request is complete, is ignored; a
/// result that was not taken yet is dropped. Does not wait.
///
/// Returns `RV_OK`.
#[unsafe(no_mangle)]
pub extern "C" fn rv_cancel(iface: *mut rv_interface, token: u32) -> i32 {
    guard::with(iface, |interface| interface.cancel(token))
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
