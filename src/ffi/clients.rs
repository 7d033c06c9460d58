//! A server's clients.

use std::ffi::c_char;

use super::handle::rv_interface;
use super::records::rv_client_info;
use super::{guard, memory, string};

/// Server: copies the ids of the connected clients, at most `capacity` of them. Ids start at 1 and are never used
/// again.
///
/// Returns how many clients there are, which may be more than `capacity`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_client_ids(
    iface: *mut rv_interface,
    out: *mut u32,
    capacity: u32,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for room for `capacity` numbers at `out`, or NULL.
        let out = unsafe { memory::slots(out, capacity as usize, "out") }?;
        let ids = interface.client_ids();
        for (to, id) in out.iter_mut().zip(&ids) {
            to.write(*id);
        }
        Ok(ids.len())
    })
}

/// Server: copies what is known of a client to `*out`, and its name to `name`. Pass `sizeof(rv_client_info)` as
/// `out_size`. `name` NULL, `capacity` 0 and `required` NULL together leave the name out.
///
/// Returns `RV_OK`, `RV_ERR_NOT_FOUND` when it is no longer connected, `RV_ERR_STRUCT_SIZE`, or `RV_ERR_BUFFER` with
/// the size in `*required`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_get_client(
    iface: *mut rv_interface,
    client: u32,
    out: *mut rv_client_info,
    out_size: u32,
    name: *mut c_char,
    capacity: usize,
    required: *mut usize,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for `out_size` writable bytes at `out`, or NULL.
        let record = unsafe { memory::record(out, out_size, "out") }?;
        // SAFETY: the header asks for `capacity` bytes at `name` and a `size_t` at `required`, or NULL.
        let text = unsafe { string::optional_out(name, capacity, required, "name") }?;
        let info = interface.client(client)?;
        text.write(&info.name)?;
        record.write(&(&info).into());
        Ok(())
    })
}

/// Server: closes the connection to a client. Starts the closing and does not wait for it; an event tells when it is
/// done. Most clients come back by themselves.
///
/// Returns `RV_OK`, or `RV_ERR_NOT_FOUND` when it is no longer connected.
#[unsafe(no_mangle)]
pub extern "C" fn rv_disconnect_client(iface: *mut rv_interface, client: u32) -> i32 {
    guard::with(iface, |interface| interface.disconnect_client(client))
}

/// Sends a message of the host's own, for extensions of the protocol: a JSON object with a `type` of its own. Server:
/// to `client`, 0 = to all; client: to the server, `client` is 0. Does not wait. What peers send of that kind comes as
/// `RV_EVENT_RAW` with the option `raw_events`.
///
/// Returns `RV_OK`; `RV_ERR_ARGUMENT` when `json` is not a JSON object; `RV_ERR_NOT_CONNECTED` without any connection;
/// `RV_ERR_NOT_FOUND` for a client that is not connected.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_send_raw(
    iface: *mut rv_interface,
    client: u32,
    json: *const c_char,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for a string at `json`, or NULL.
        let json = unsafe { string::required(json, "json") }?;
        interface.send_raw((client != 0).then_some(client), json)
    })
}
