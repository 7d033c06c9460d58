//! Setting and getting values.

use std::ffi::c_char;

use super::checked::checked;
use super::enums::rv_kind;
use super::handle::rv_interface;
use super::records::{rv_change, rv_value};
use super::{guard, memory, string};
use crate::error::Result;
use crate::interface::{Interface, direct};
use crate::value::{Kind, ValueRef};

#[inline(always)]
fn set(iface: *mut rv_interface, id: u32, value: impl Fn() -> ValueRef<'static> + Copy) -> i32 {
    match guard::short(iface, move |key| direct::set(key, id, value())) {
        Some(wake) => {
            if wake {
                guard::afterwards(iface, Interface::wake_sender);
            }
            0
        }
        None => guard::long(iface, move |interface| interface.set(id, value())),
    }
}

/// Sets a bool: 0 = false, anything else = true. It goes out with the next cycle, or as `send_mode` says; a value
/// that is equal to the current one is nothing new. A pulse (1, then 0 before the 1 was sent) is not lost: it goes
/// out in two messages.
///
/// Setting never waits for the network, and allocates nothing once buffers have grown to what the signals need; a
/// signal with a FIFO keeps every value.
///
/// Returns `RV_OK`, `RV_ERR_NOT_FOUND` for an id that is none, `RV_ERR_KIND` when the signal is no bool, or
/// `RV_ERR_NOT_WRITABLE` when its access is `RV_ACCESS_READ`.
#[unsafe(no_mangle)]
pub extern "C" fn rv_set_bool(iface: *mut rv_interface, id: u32, value: u8) -> i32 {
    set(iface, id, move || ValueRef::Bool(value != 0))
}

/// Sets an int. As `rv_set_bool`.
#[unsafe(no_mangle)]
pub extern "C" fn rv_set_int(iface: *mut rv_interface, id: u32, value: i64) -> i32 {
    set(iface, id, move || ValueRef::Int(value))
}

/// Sets a float. As `rv_set_bool`; also `RV_ERR_NOT_FINITE` for NaN and the infinities.
#[unsafe(no_mangle)]
pub extern "C" fn rv_set_float(iface: *mut rv_interface, id: u32, value: f64) -> i32 {
    set(iface, id, move || ValueRef::Float(value))
}

/// Sets a float from a 32-bit one, by its shortest decimal form: 0.1f becomes 0.1 and travels as such, where
/// `rv_set_float` would be given 0.10000000149011612. As `rv_set_float`.
#[unsafe(no_mangle)]
pub extern "C" fn rv_set_float32(iface: *mut rv_interface, id: u32, value: f32) -> i32 {
    let value = widened(value);
    set(iface, id, move || ValueRef::Float(value))
}

/// The 64-bit float with the decimal form of `value`.
fn widened(value: f32) -> f64 {
    let exact = f64::from(value);
    // Every whole number of this size has the same decimal form in both.
    if !value.is_finite() || (value.abs() < 16_777_216.0 && value.fract() == 0.0) {
        return exact;
    }
    zmij::Buffer::new()
        .format_finite(value)
        .parse()
        .unwrap_or(exact)
}

/// Sets a text, which is copied. As `rv_set_bool`; also `RV_ERR_TEXT` beyond 65536 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_set_text(
    iface: *mut rv_interface,
    id: u32,
    value: *const c_char,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for a string at `value`, or NULL.
        let value = unsafe { string::required(value, "value") }?;
        interface.set(id, ValueRef::Text(value))
    })
}

/// Sets several signals together: all or, if one of them fails, none. They go out in one message, and no peer ever
/// sees half of them.
///
/// Returns what the functions for single values return; the message names the index that failed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_set_values(
    iface: *mut rv_interface,
    values: *const rv_value,
    count: u32,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for `count` values at `values`, or NULL.
        let values = unsafe { memory::slice(values, count as usize, "values") }?;
        interface.set_values(values.iter().map(|value| {
            // SAFETY: the header asks for a string in each text value, or NULL.
            unsafe { value_ref(value) }
        }))
    })
}

/// The signal and the value that `value` holds.
///
/// # Safety
/// If it is a text, its string is NULL or NUL-terminated and does not change during the call.
pub unsafe fn value_ref(value: &rv_value) -> Result<(u32, ValueRef<'_>)> {
    let inner = match checked(value.kind, "kind")? {
        rv_kind::RV_KIND_BOOL => ValueRef::Bool(value.integer != 0),
        rv_kind::RV_KIND_INT => ValueRef::Int(value.integer),
        rv_kind::RV_KIND_FLOAT => ValueRef::Float(value.number),
        rv_kind::RV_KIND_TEXT => {
            // SAFETY: the caller's promise.
            ValueRef::Text(unsafe { string::required(value.text, "text") }?)
        }
    };
    Ok((value.signal, inner))
}

/// # Safety
/// `out` is NULL, or the host lets us write a `T` there during the call.
#[inline(always)]
unsafe fn get<T>(
    iface: *mut rv_interface,
    id: u32,
    kind: Kind,
    out: *mut T,
    read: impl Fn(ValueRef<'_>) -> Option<T> + Copy,
) -> i32 {
    let short = move |key| {
        // SAFETY: the caller's promise.
        let out = unsafe { memory::out(out, "value") }.ok()?;
        out.write(direct::get(key, id, read)?);
        Some(())
    };
    match guard::short(iface, short) {
        Some(()) => 0,
        None => guard::long(iface, move |interface| {
            // SAFETY: the caller's promise.
            let out = unsafe { memory::out(out, "value") }?;
            out.write(interface.get(id, kind, read)?);
            Ok(())
        }),
    }
}

/// Copies a bool's current value, 0 or 1, to `*value`. Getting never waits for the network.
///
/// Returns `RV_OK`, `RV_ERR_NOT_FOUND` for an id that is none, or `RV_ERR_KIND` when the signal is no bool.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_get_bool(iface: *mut rv_interface, id: u32, value: *mut u8) -> i32 {
    let read = |value: ValueRef<'_>| match value {
        ValueRef::Bool(value) => Some(u8::from(value)),
        _ => None,
    };
    // SAFETY: the header asks for a writable byte at `value`, or NULL.
    unsafe { get(iface, id, Kind::Bool, value, read) }
}

/// Copies an int's current value to `*value`. As `rv_get_bool`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_get_int(iface: *mut rv_interface, id: u32, value: *mut i64) -> i32 {
    let read = |value: ValueRef<'_>| match value {
        ValueRef::Int(value) => Some(value),
        _ => None,
    };
    // SAFETY: the header asks for a writable number at `value`, or NULL.
    unsafe { get(iface, id, Kind::Int, value, read) }
}

/// Copies a float's current value to `*value`. As `rv_get_bool`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_get_float(iface: *mut rv_interface, id: u32, value: *mut f64) -> i32 {
    let read = |value: ValueRef<'_>| match value {
        ValueRef::Float(value) => Some(value),
        _ => None,
    };
    // SAFETY: the header asks for a writable number at `value`, or NULL.
    unsafe { get(iface, id, Kind::Float, value, read) }
}

/// Copies a text's current value. 65537 bytes are always enough. As `rv_get_bool`; also `RV_ERR_BUFFER` with the size
/// in `*required`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_get_text(
    iface: *mut rv_interface,
    id: u32,
    buf: *mut c_char,
    capacity: usize,
    required: *mut usize,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for `capacity` bytes at `buf` and a `size_t` at `required`, or NULL.
        let out = unsafe { string::out(buf, capacity, required) }?;
        interface.with_text(id, |text| out.write(text))?
    })
}

/// Copies the current values of `count` signals to `out`, in the order of `ids`, all of one moment. A record's counts
/// are 0: reading takes nothing away from polling. Texts come one by one with `rv_get_text`.
///
/// Returns `RV_OK`, or `RV_ERR_NOT_FOUND` for an id that is none; then the contents of `out` mean nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rv_get_values(
    iface: *mut rv_interface,
    ids: *const u32,
    out: *mut rv_change,
    count: u32,
) -> i32 {
    guard::with(iface, |interface| {
        // SAFETY: the header asks for `count` ids and room for `count` records, or NULL.
        let (ids, out) = unsafe {
            (
                memory::slice(ids, count as usize, "ids")?,
                memory::slots(out, count as usize, "out")?,
            )
        };
        interface.get_values(ids.iter().copied(), |index, change| {
            out[index].write(change.into());
        })
    })
}

/// Sends what is due now instead of with the next cycle. It starts the sending and does not wait for the network.
///
/// With `RV_SEND_MANUAL` nothing goes out without it: peers see all that is set before this call, and nothing of what is
/// set after it, also where they connect, subscribe, import or are slow meanwhile. What takes several messages, a pulse
/// or a FIFO, follows by itself. `rv_get_...` shows at once what is set. A new value of a peer's that comes before the
/// flush overtakes what is set, as in the other modes.
///
/// Returns `RV_OK`, also without a connection: then the values go out with the next one.
#[unsafe(no_mangle)]
pub extern "C" fn rv_flush(iface: *mut rv_interface) -> i32 {
    guard::with(iface, Interface::flush)
}

#[cfg(test)]
mod tests {
    use super::widened;

    #[test]
    #[expect(clippy::float_cmp, reason = "the very number is meant")]
    fn a_32_bit_float_keeps_its_decimal_form() {
        for (narrow, wide) in [
            (0.1f32, 0.1f64),
            (-2.3, -2.3),
            (1.5, 1.5),
            (16_777_216.0, 16_777_216.0),
            (0.0, 0.0),
            (f32::MAX, 3.402_823_5e38),
            (f32::from_bits(1), 1e-45),
        ] {
            assert_eq!(widened(narrow), wide);
            assert_eq!(widened(narrow) as f32, narrow);
        }
        assert!(widened(-0.0).is_sign_negative());
        assert!(widened(f32::NAN).is_nan());
        assert_eq!(widened(f32::INFINITY), f64::INFINITY);
    }
}
