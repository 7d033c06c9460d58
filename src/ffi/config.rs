//! Configuration messages: the library carries them, the hosts give them meaning.

use std::ffi::c_char;

use super::handle::rv_interface;
use super::lifecycle::ms;
use super::{guard, memory, string};
use crate::error::{Error, ErrorCode};

/// Server: publishes its configuration, a JSON object: clients that ask get it as it is now. It replaces the former
/// one. A server that has published one is also asked to change it: `RV_EVENT_CONFIG_SET`; until then such requests
/// are refused, and those that ask get `{}`. Does not wait.
///
/// Returns `RV_OK`; `RV_ERR_ARGUMENT` when it is not a JSON object; `RV_ERR_UNSUPPORTED` for a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_config_publish(iface: *mut rv_interface, json: *const c_char) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for a string at `json`, or NULL.
        interface.config_publish(unsafe { string::required(json, "json") }?)
    })
}

/// Server: answers an `RV_EVENT_CONFIG_SET`, whose `token` this is: `success` 0 = the configuration was not applied,
/// anything else = it was; `message` is for a person at the client, "" for nothing to say. What clients get to read
/// stays what `rv_config_publish` has published. A request that is not answered within 5 seconds is refused. Does not
/// wait.
///
/// Returns `RV_OK`, or `RV_ERR_NOT_FOUND` when nobody waits for it: it was answered, is too old, or the client left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_config_reply(
    iface: *mut rv_interface,
    token: u32,
    success: u8,
    message: *const c_char,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for a string at `message`, or NULL.
        let message = unsafe { string::required(message, "message") }?;
        interface.config_reply(token, success != 0, message)
    })
}

/// Client: asks the server for its configuration and copies it, a JSON object, to `buf`.
///
/// When it does not fit, it is kept for the next `rv_config_get` of this interface, which then neither asks again nor
/// waits; `rv_config_set` drops what is kept.
///
/// Blocks for at most `timeout_ms`.
///
/// Returns `RV_OK`; `RV_ERR_BUFFER` with the size in `*required`; `RV_ERR_TIMEOUT`; `RV_ERR_NOT_CONNECTED`;
/// `RV_ERR_CONNECTION` when the connection broke meanwhile; `RV_ERR_HANDSHAKE` when the answer is no JSON object;
/// `RV_ERR_STATE` when another such request is not answered yet; `RV_ERR_UNSUPPORTED` on a server.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_config_get(
    iface: *mut rv_interface,
    timeout_ms: u32,
    buf: *mut c_char,
    capacity: usize,
    required: *mut usize,
) -> i32 {
    guard::with_entry(iface, |entry| {
        // SAFETY: the header asks for `capacity` bytes at `buf` and a `size_t` at `required`, or NULL.
        let out = unsafe { string::out(buf, capacity, required) }?;
        let kept = entry.config.lock().take();
        let json = kept.map_or_else(|| entry.config_get(ms(timeout_ms)), Ok)?;
        let written = out.write(&json);
        if written.is_err() {
            *entry.config.lock() = Some(json);
        }
        written
    })
}

/// Begins what `rv_config_get` does and returns at once. `*token` gets a number that is never 0; it ends in an
/// `RV_EVENT_CONFIG_DONE` with this token, whose `result` is what `rv_config_get` would return and whose text is the
/// JSON, or why there is none.
///
/// Returns `RV_OK`, or `RV_ERR_UNSUPPORTED` on a server.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_config_get_begin(
    iface: *mut rv_interface,
    timeout_ms: u32,
    token: *mut u32,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for a writable number at `token`, or NULL.
        let token = unsafe { memory::out(token, "token") }?;
        token.write(interface.config_get_begin(ms(timeout_ms))?);
        Ok(())
    })
}

/// Client: asks the server to apply a configuration, a JSON object, and copies what the server says to it to
/// `message`, which may be empty. `message` NULL, `capacity` 0 and `required` NULL together leave that out.
///
/// The request goes out once, whatever the size of the buffer: a message that does not fit is cut between two
/// characters, `*required` tells what all of it would take, and the result is what the server decided, never
/// `RV_ERR_BUFFER`.
///
/// Blocks for at most `timeout_ms`. Servers made with this library answer within about 5 seconds.
///
/// Returns `RV_OK` when it was applied; `RV_ERR_DENIED` when it was not: the server's message is in `message` then as
/// well, and in `rv_last_error`; `RV_ERR_ARGUMENT` when it is not a JSON object, and nothing was sent; otherwise what
/// `rv_config_get` returns, with an empty message. After `RV_ERR_TIMEOUT` or `RV_ERR_CONNECTION` it may have been
/// applied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_config_set(
    iface: *mut rv_interface,
    json: *const c_char,
    timeout_ms: u32,
    message: *mut c_char,
    capacity: usize,
    required: *mut usize,
) -> i32 {
    guard::with_entry(iface, |entry| {
        // SAFETY: the header asks for a string at `json`, or NULL.
        let json = unsafe { string::required(json, "json") }?;
        // SAFETY: the header asks for `capacity` bytes at `message` and a `size_t` at `required`, or NULL.
        let out = unsafe { string::optional_out(message, capacity, required, "message") }?;
        entry.config.lock().take();
        let result = entry.config_set(json, ms(timeout_ms));
        match &result {
            Ok(message) => out.write_cut(message),
            Err(error) if error.code() == ErrorCode::Denied => out.write_cut(said(error)),
            Err(_) => out.none(),
        }
        result.map(|_| ())
    })
}

/// Begins what `rv_config_set` does and returns at once. `*token` gets a number that is never 0; it ends in an
/// `RV_EVENT_CONFIG_DONE` with this token, whose `result` is what `rv_config_set` would return and whose text is what
/// the server says, or why it could not be asked.
///
/// Returns `RV_OK`; `RV_ERR_ARGUMENT` when it is not a JSON object; `RV_ERR_UNSUPPORTED` on a server.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_config_set_begin(
    iface: *mut rv_interface,
    json: *const c_char,
    timeout_ms: u32,
    token: *mut u32,
) -> i32 {
    guard::with_entry(iface, |entry| {
        // SAFETY: the header asks for a string at `json`, or NULL.
        let json = unsafe { string::required(json, "json") }?;
        // SAFETY: the header asks for a writable number at `token`, or NULL.
        let token = unsafe { memory::out(token, "token") }?;
        entry.config.lock().take();
        token.write(entry.config_set_begin(json, ms(timeout_ms))?);
        Ok(())
    })
}

/// What the server said, without our own words before it.
fn said(refusal: &Error) -> &str {
    let message = refusal.message();
    message
        .split_once(": ")
        .map_or(message, |(_, theirs)| theirs)
}
