//! Who may connect to a server, and what they may do.

use std::ffi::c_char;

use safer_ffi::prelude::*;

use super::handle::rv_interface;
use super::memory::{self, Growing};
use super::options::lines;
use super::{guard, string};
use crate::access::Role;
use crate::error::{Error, ErrorCode, Result};

/// What the clients of one token or user may do. Set it to zero, then `struct_size` and what is allowed: whatever is
/// not, is not.
///
/// `read` and `write` are lists with a pattern on each line: a signal's name, in which `*` stands for any characters and
/// `?` for one; every other character stands for itself. A signal that a client may not read does not exist for it, in
/// values, catalogue and snapshot; one that it may write and not read is written blind. A value that it may not write is
/// refused and counted in `rv_stats.denied`; it gets the true one back if it may read it.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rv_role {
    /// `sizeof(rv_role)`.
    pub struct_size: u32,
    /// 1 = it may ask for the catalogue, of what it may read, and bring signals of its own, of what it may write.
    pub may_import: u8,
    /// 1 = it may read and set the configuration, and exchange messages of the host's own (`rv_send_raw`).
    pub may_config: u8,
    /// 0.
    pub reserved: [u8; 2],
    /// For the log; NULL = none.
    pub name: *const c_char,
    /// List: signals that it may read; NULL = none.
    pub read: *const c_char,
    /// List: signals that it may write; NULL = none.
    pub write: *const c_char,
}

// SAFETY: numbers and pointers, of any bit pattern; it is only read.
unsafe impl Growing for rv_role {
    const NAME: &'static str = "rv_role";
    const FIRST: usize = 8 + 3 * size_of::<usize>();
}
const _: () = assert!(size_of::<rv_role>() >= rv_role::FIRST);

/// # Safety
/// `role` is NULL, or an `rv_role` with its size and with valid strings stands there.
unsafe fn role(role: *const rv_role) -> Result<Role> {
    if role.is_null() {
        return Ok(Role::full());
    }
    // SAFETY: the caller's promise.
    let role = unsafe { memory::read(role, "role") }?;
    if role.reserved != [0; 2] || role.may_import > 1 || role.may_config > 1 {
        return Err(Error::new(
            ErrorCode::Argument,
            "a field of rv_role is out of its range: set the struct to zero before filling it in; may_import and may_config are 0 or 1",
        ));
    }
    // SAFETY: the caller's promise.
    let (name, read, write) = unsafe {
        (
            string::optional(role.name, "role.name")?,
            string::optional(role.read, "role.read")?,
            string::optional(role.write, "role.write")?,
        )
    };
    Ok(Role {
        name: name.unwrap_or_default().to_owned(),
        read: lines(read.unwrap_or_default()),
        write: lines(write.unwrap_or_default()),
        import: role.may_import != 0,
        config: role.may_config != 0,
    })
}

/// Server: lets clients in that present `token`, with what `role` allows; NULL = everything. At any time, also before
/// `rv_start`. From the first token or user on, nobody gets in without one; connections made before stay.
///
/// Clients present it as `Authorization: Bearer`, as `X-API-Key`, as `?token=`, `?access_token=` or `?apikey=`, or as the
/// subprotocol `rv.token.` with the token in base64url. Browsers can only do the last two, and a page that uses the
/// subprotocol must offer `rv.v2` beside it, which is the one that is answered. Only a digest of the token is kept.
///
/// Returns `RV_OK`; `RV_ERR_ARGUMENT` for a token that is empty, longer than 4096 bytes, or holds anything but visible
/// ASCII; `RV_ERR_EXISTS` when there is such a token; `RV_ERR_LIMIT` beyond 10,000; `RV_ERR_UNSUPPORTED` on a client;
/// `RV_ERR_STRUCT_SIZE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_add_token(
    iface: *mut rv_interface,
    token: *const c_char,
    role: *const rv_role,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for a string at `token`, and for an `rv_role` with its size and valid strings, or NULL.
        let (token, role) = unsafe { (string::required(token, "token")?, self::role(role)?) };
        interface.add_token(token, role)
    })
}

/// Server: takes a token back, also that of the option `access_token`. Connections that came by it close with code 1008.
/// Without any token or user left nobody gets in.
///
/// Returns `RV_OK`; `RV_ERR_NOT_FOUND` when there is no such token; `RV_ERR_UNSUPPORTED` on a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_revoke_token(iface: *mut rv_interface, token: *const c_char) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for a string at `token`, or NULL.
        let token = unsafe { string::required(token, "token") }?;
        interface.revoke_token(token)
    })
}

/// Server: lets clients in that present `user` and `password` as HTTP Basic, as `rv_add_token` does with a token.
///
/// Returns `RV_OK`; `RV_ERR_ARGUMENT` when one of them is empty, longer than 4096 bytes or holds a control character, or
/// the user a colon; `RV_ERR_EXISTS` when there is such a user; otherwise what `rv_add_token` returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_add_user(
    iface: *mut rv_interface,
    user: *const c_char,
    password: *const c_char,
    role: *const rv_role,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for strings at `user` and `password`, and for an `rv_role` with its size and valid
        // strings, or NULL.
        let (user, password, role) = unsafe {
            (
                string::required(user, "user")?,
                string::required(password, "password")?,
                self::role(role)?,
            )
        };
        interface.add_user(user, password, role)
    })
}

/// Server: takes a user back, also that of the option `user`, as `rv_revoke_token` does with a token.
///
/// Returns `RV_OK`; `RV_ERR_NOT_FOUND` when there is no such user; `RV_ERR_UNSUPPORTED` on a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_revoke_user(iface: *mut rv_interface, user: *const c_char) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for a string at `user`, or NULL.
        let user = unsafe { string::required(user, "user") }?;
        interface.revoke_user(user)
    })
}
