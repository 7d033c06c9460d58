//! Fitting a value from the wire to the kind of its signal.
//!
//! | to ↓ from → | bool | number | string |
//! |---|---|---|---|
//! | bool | as is | not zero | `true` or `false` in any case, or a decimal number that is not zero |
//! | int | 0, 1 | exact if whole and within 64 bits; a fraction is cut off towards zero (*lossy*) | as the bool or number in it |
//! | float | 0, 1 | finite; an int beyond 2^53 may be rounded (*lossy*) | as the bool or number in it |
//! | text | its JSON text | its JSON text, in our canonical form | at most 64 KiB, without U+0000 |
//!
//! Everything else is refused: `null`, objects, arrays, ints out of range, `""` or hexadecimal for a number.

use super::encode;
use crate::value::{Kind, MAX_TEXT_BYTES, ValueRef};

/// A value as it stands in a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wire<'a> {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number without point or exponent.
    Int(i64),
    /// The same, beyond `i64::MAX`.
    UInt(u64),
    /// Any other number.
    Float(f64),
    /// A string.
    Text(&'a str),
    /// `null`, an object or an array: no signal holds one.
    Unusable,
}

/// A value of a signal's kind; text lies in a buffer beside it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// A bool.
    Bool(bool),
    /// An int.
    Int(i64),
    /// A float; always finite.
    Float(f64),
    /// A piece of the text buffer.
    Text {
        /// Its first byte.
        start: u32,
        /// Its length in bytes.
        len: u32,
    },
}

/// A value that fits, and what fitting it cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coerced {
    /// The value.
    pub value: Scalar,
    /// Something of a number was lost: a fraction, or digits beyond a float's precision.
    pub lossy: bool,
    /// The sender would see another value than it sent. `1`, `1.0` and `true` are the same.
    pub coerced: bool,
}

impl Coerced {
    const fn same(value: Scalar) -> Self {
        Self {
            value,
            lossy: false,
            coerced: false,
        }
    }

    const fn changed_if(value: Scalar, coerced: bool) -> Self {
        Self {
            value,
            lossy: false,
            coerced,
        }
    }

    const fn lossy_if(value: Scalar, lossy: bool) -> Self {
        Self {
            value,
            lossy,
            coerced: lossy,
        }
    }
}

/// Fits `wire` to `kind`; text is appended to `text`. `strict` refuses what would be lossy. `None` = refused.
pub fn coerce(wire: Wire<'_>, kind: Kind, strict: bool, text: &mut String) -> Option<Coerced> {
    let fitted = match (kind, wire) {
        (_, Wire::Unusable) => None,
        (_, Wire::Float(v)) if !v.is_finite() => None,
        (Kind::Text, wire) => to_text(wire, text),
        (kind, Wire::Text(string)) => to_number(spelled(string)?, kind).map(|fitted| Coerced {
            coerced: true,
            ..fitted
        }),
        (kind, wire) => to_number(wire, kind),
    }?;
    (!strict || !fitted.lossy).then_some(fitted)
}

fn to_number(wire: Wire<'_>, kind: Kind) -> Option<Coerced> {
    match kind {
        Kind::Bool => to_bool(wire),
        Kind::Int => to_int(wire),
        Kind::Float => to_float(wire),
        Kind::Text => None,
    }
}

fn to_bool(wire: Wire<'_>) -> Option<Coerced> {
    let (value, same) = match wire {
        Wire::Bool(v) => (v, true),
        Wire::Int(v) => (v != 0, matches!(v, 0 | 1)),
        Wire::UInt(_) => (true, false),
        Wire::Float(v) => (v != 0.0, v == 0.0 || v == 1.0),
        Wire::Text(_) | Wire::Unusable => return None,
    };
    Some(Coerced::changed_if(Scalar::Bool(value), !same))
}

fn to_int(wire: Wire<'_>) -> Option<Coerced> {
    /// 2^63.
    const END: f64 = 9_223_372_036_854_775_808.0;
    match wire {
        Wire::Bool(v) => Some(Coerced::same(Scalar::Int(i64::from(v)))),
        Wire::Int(v) => Some(Coerced::same(Scalar::Int(v))),
        // -2^63 itself is out as well: the JSON reader gives it for whole numbers just below, which do not fit,
        // and spells the one that fits as an `Int`.
        Wire::Float(v) if v.trunc().abs() < END => {
            let whole = v.trunc();
            let value = Scalar::Int(whole as i64);
            Some(Coerced::lossy_if(value, whole != v))
        }
        Wire::Float(_) | Wire::UInt(_) | Wire::Text(_) | Wire::Unusable => None,
    }
}

fn to_float(wire: Wire<'_>) -> Option<Coerced> {
    match wire {
        Wire::Bool(v) => Some(Coerced::same(Scalar::Float(f64::from(u8::from(v))))),
        Wire::Int(v) => {
            let float = v as f64;
            let lossy = float as i128 != i128::from(v);
            Some(Coerced::lossy_if(Scalar::Float(float), lossy))
        }
        Wire::UInt(v) => {
            let float = v as f64;
            let lossy = float as u128 != u128::from(v);
            Some(Coerced::lossy_if(Scalar::Float(float), lossy))
        }
        Wire::Float(v) => Some(Coerced::same(Scalar::Float(v))),
        Wire::Text(_) | Wire::Unusable => None,
    }
}

fn to_text(wire: Wire<'_>, text: &mut String) -> Option<Coerced> {
    let begin = text.len();
    let start = u32::try_from(begin).ok()?;
    match wire {
        Wire::Bool(v) => encode::write_value(text, ValueRef::Bool(v)),
        Wire::Int(v) => encode::write_value(text, ValueRef::Int(v)),
        Wire::UInt(v) => text.push_str(itoa::Buffer::new().format(v)),
        Wire::Float(v) => encode::write_value(text, ValueRef::Float(v)),
        Wire::Text(v) if v.len() <= MAX_TEXT_BYTES && !v.as_bytes().contains(&0) => {
            text.push_str(v);
        }
        Wire::Text(_) | Wire::Unusable => return None,
    }
    let len = u32::try_from(text.len() - begin).ok()?;
    Some(Coerced::changed_if(
        Scalar::Text { start, len },
        !matches!(wire, Wire::Text(_)),
    ))
}

/// The bool or number that a string spells.
fn spelled(string: &str) -> Option<Wire<'static>> {
    if string.eq_ignore_ascii_case("true") {
        return Some(Wire::Bool(true));
    }
    if string.eq_ignore_ascii_case("false") {
        return Some(Wire::Bool(false));
    }
    if !is_decimal(string) {
        return None;
    }
    if let Ok(v) = string.parse() {
        return Some(Wire::Int(v));
    }
    if let Ok(v) = string.parse() {
        return Some(Wire::UInt(v));
    }
    let float: f64 = string.parse().ok()?;
    float.is_finite().then_some(Wire::Float(float))
}

/// Sign, digits, fraction, exponent; digits on both sides of a point. Keeps out what Rust would parse besides:
/// `inf`, `nan`, `.5`, `5.`.
fn is_decimal(string: &str) -> bool {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = match string.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (string, None),
    };
    let mantissa = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

#[cfg(test)]
mod tests;
