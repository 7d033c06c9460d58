//! Declaring and describing signals.

use std::ffi::c_char;

use safer_ffi::prelude::*;

use super::checked::checked;
use super::enums::{rv_access, rv_access_in, rv_direction, rv_direction_in, rv_kind, rv_kind_in};
use super::handle::rv_interface;
use super::lifecycle::ms;
use super::memory::{self, Growing};
use super::records::{rv_signal_info, rv_value};
use super::value::value_ref;
use super::{guard, string};
use crate::error::{Error, ErrorCode, Result};
use crate::interface::{Declaration, Interface};

/// A signal with everything that can be said about it. Set it to zero, then `struct_size`, `name`, `kind`, and what
/// else is wanted.
#[derive_ReprC]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct rv_signal_options {
    /// `sizeof(rv_signal_options)`.
    pub struct_size: u32,
    /// What it holds.
    pub kind: rv_kind_in,
    /// Its direction; 0 = by the patterns, then `default_direction`.
    pub direction: rv_direction_in,
    /// What the host may do with it; 0 = by direction and perspective.
    pub access: rv_access_in,
    /// Its name: 1 to 512 bytes of UTF-8, compared byte for byte.
    pub name: *const c_char,
    /// For people; NULL = none.
    pub comment: *const c_char,
    /// For people, to group signals; NULL = none.
    pub folder: *const c_char,
    /// The value before anybody sets it. `kind` 0 = 0, 0.0 or ""; otherwise it is the signal's kind.
    pub initial: rv_value,
    /// The value that the host sees `failsafe_after_ms` after the connection to the signal's writer was lost. It is
    /// never sent, and its change carries `RV_CHANGE_FAILSAFE`. `kind` 0 = none.
    pub failsafe: rv_value,
    /// See `failsafe`.
    pub failsafe_after_ms: u32,
    /// Every change is sent, kept and polled by itself, up to so many (at most 65536); 0 = the newest with counters.
    /// When it is full the oldest goes, which `RV_CHANGE_OVERFLOW` and `rv_stats.queue_overflow` tell.
    pub fifo_depth: u32,
    /// Bool: how long a level lasts on the wire at least, for peers that sample; 0 = as set.
    pub min_hold_ms: u32,
    /// 0.
    pub reserved: u32,
    /// What people read in the place of the name, when it differs; NULL = the name.
    pub display_name: *const c_char,
}

// SAFETY: numbers and pointers, of any bit pattern; it is only read.
unsafe impl Growing for rv_signal_options {
    const NAME: &'static str = "rv_signal_options";
    const FIRST: usize = if size_of::<usize>() == 8 {
        120
    } else {
        16 + 3 * 4 + (align_of::<i64>() - 4) + 2 * size_of::<rv_value>() + 16
    };
}
const _: () = assert!(size_of::<rv_signal_options>() >= rv_signal_options::FIRST);

/// Declares a signal and gives its id: the next number, from 0, which never changes. Its access follows from the
/// direction and the option `own_perspective`. Signals can be added at any time; with the option
/// `catalog_push`, peers that asked for the catalogue get the new one.
///
/// Declaring a signal once more in the same way gives the same id.
///
/// Returns `RV_OK`; `RV_ERR_NAME` when the name is empty or longer than 512 bytes; `RV_ERR_EXISTS` when the name is
/// declared in another way; `RV_ERR_ARGUMENT` for a kind or direction that is none; `RV_ERR_LIMIT` beyond
/// `max_signals`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_add_signal(
    iface: *mut rv_interface,
    name: *const c_char,
    kind: rv_kind_in,
    direction: rv_direction_in,
    id: *mut u32,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for a string at `name` and a number at `id`, or NULL.
        let (name, id) = unsafe { (string::required(name, "name")?, memory::out(id, "id")?) };
        let kind: rv_kind = checked(kind, "kind")?;
        let direction: rv_direction = checked(direction, "direction")?;
        id.write(interface.add_signal(&Declaration::new(name, kind.into(), direction.into()))?);
        Ok(())
    })
}

/// As `rv_add_signal`, with everything that can be said about a signal.
///
/// Returns what `rv_add_signal` returns, and: `RV_ERR_STRUCT_SIZE`; `RV_ERR_KIND` when `initial` is of another kind;
/// `RV_ERR_KIND` also for a `failsafe` of another kind, or `min_hold_ms` of a signal that is no bool or has a FIFO;
/// `RV_ERR_NOT_FINITE` and `RV_ERR_TEXT` for a value that no signal can hold; `RV_ERR_LIMIT` for a deeper FIFO.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_add_signal_with(
    iface: *mut rv_interface,
    options: *const rv_signal_options,
    id: *mut u32,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for an `rv_signal_options` with its size, and for a number at `id`, or NULL.
        let (options, id) = unsafe { (memory::read(options, "options")?, memory::out(id, "id")?) };
        // SAFETY: the header asks for valid strings in it, or NULL.
        let declaration = unsafe { declaration(&options) }?;
        id.write(interface.add_signal(&declaration)?);
        Ok(())
    })
}

/// # Safety
/// The strings of `options` are NULL or NUL-terminated and do not change during the call.
unsafe fn declaration(options: &rv_signal_options) -> Result<Declaration<'_>> {
    check_reserved(options)?;
    // SAFETY: the caller's promise.
    let (name, comment, folder, display_name) = unsafe {
        (
            string::required(options.name, "name")?,
            string::optional(options.comment, "comment")?,
            string::optional(options.folder, "folder")?,
            string::optional(options.display_name, "display_name")?,
        )
    };
    let kind: rv_kind = checked(options.kind, "kind")?;
    let direction: rv_direction = checked(options.direction, "direction")?;
    let access: rv_access = checked(options.access, "access")?;
    let mut declaration = Declaration::new(name, kind.into(), direction.into());
    declaration.access = access.into();
    declaration.comment = comment.unwrap_or_default();
    declaration.folder = folder.unwrap_or_default();
    declaration.display_name = display_name.unwrap_or_default();
    if options.initial.kind != 0 {
        // SAFETY: the caller's promise.
        let (_, initial) = unsafe { value_ref(&options.initial) }?;
        if initial.kind() != declaration.kind {
            return Err(Error::new(
                ErrorCode::Kind,
                format!(
                    "the initial value of {name:?} is {}, but the signal is {}",
                    initial.kind().name(),
                    declaration.kind.name()
                ),
            ));
        }
        declaration.initial = Some(initial);
    }
    if options.failsafe.kind != 0 {
        // SAFETY: the caller's promise.
        let (_, failsafe) = unsafe { value_ref(&options.failsafe) }?;
        declaration.failsafe = Some((failsafe, ms(options.failsafe_after_ms)));
    }
    declaration.fifo_depth = options.fifo_depth;
    declaration.min_hold = ms(options.min_hold_ms);
    Ok(declaration)
}

fn check_reserved(options: &rv_signal_options) -> Result<()> {
    if options.reserved != 0 {
        return Err(Error::new(
            ErrorCode::Argument,
            "the reserved field of rv_signal_options is not zero: set the struct to zero before filling it in",
        ));
    }
    Ok(())
}

/// Finds a signal's id by its name. Case matters.
///
/// Returns `RV_OK` or `RV_ERR_NOT_FOUND`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_find_signal(
    iface: *mut rv_interface,
    name: *const c_char,
    id: *mut u32,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for a string at `name` and a number at `id`, or NULL.
        let (name, id) = unsafe { (string::required(name, "name")?, memory::out(id, "id")?) };
        id.write(interface.find_signal(name)?);
        Ok(())
    })
}

/// Returns the number of signals; the ids are 0 up to one less.
#[unsafe(no_mangle)]
pub extern "C" fn rv_signal_count(iface: *mut rv_interface) -> i32 {
    guard::with(iface, |interface| Ok(Interface::signal_count(interface)))
}

/// Copies what is known of a signal to `*out`. Pass `sizeof(rv_signal_info)` as `out_size`.
///
/// Returns `RV_OK`, `RV_ERR_NOT_FOUND` for an id that is none, or `RV_ERR_STRUCT_SIZE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_get_signal_info(
    iface: *mut rv_interface,
    id: u32,
    out: *mut rv_signal_info,
    out_size: u32,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for `out_size` writable bytes at `out`, or NULL.
        let record = unsafe { memory::record(out, out_size, "out") }?;
        record.write(&(&interface.signal_info(id)?).into());
        Ok(())
    })
}

/// Copies a signal's name. 513 bytes are always enough.
///
/// Returns `RV_OK`, `RV_ERR_NOT_FOUND`, or `RV_ERR_BUFFER` with the size in `*required`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_get_signal_name(
    iface: *mut rv_interface,
    id: u32,
    buf: *mut c_char,
    capacity: usize,
    required: *mut usize,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for `capacity` bytes at `buf` and a `size_t` at `required`, or NULL.
        let text = unsafe { string::out(buf, capacity, required) }?;
        text.write(&interface.signal_name(id)?)
    })
}

/// Changes what the host may do with a signal; `RV_ACCESS_DEFAULT` = by its direction and the perspectives.
///
/// Returns `RV_OK`, `RV_ERR_NOT_FOUND`, or `RV_ERR_ARGUMENT` for an access that is none.
#[unsafe(no_mangle)]
pub extern "C" fn rv_set_access(iface: *mut rv_interface, id: u32, access: rv_access_in) -> i32 {
    guard::with(iface, |interface| {
        let access: rv_access = checked(access, "access")?;
        interface.set_access(id, access.into())
    })
}
