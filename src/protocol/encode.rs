//! Writing names and values as JSON.
//!
//! Numbers have one form each: an int has no point, a float always has a point or an exponent. Receivers that
//! guess a signal's kind from its value then guess right.

use crate::value::ValueRef;

/// The beginning of a `data` frame, up to the first signal.
pub const DATA_OPEN: &str = r#"{"type":"data","version":2,"signals":{"#;
/// The beginning of a `snapshot` frame, up to the first signal.
pub const SNAPSHOT_OPEN: &str = r#"{"type":"snapshot","version":2,"signals":{"#;
/// The end of a `data` or `snapshot` frame.
pub const CLOSE: &str = "}}";

/// A `data` frame without signals: a sign of life.
pub const EMPTY_DATA: &str = r#"{"type":"data","version":2,"signals":{}}"#;

/// Writes `"name":`. A caller that sends a name often keeps the result.
pub fn write_key(out: &mut String, name: &str) {
    write_text(out, name);
    out.push(':');
}

/// Writes a value in its canonical form.
///
/// A float that is not finite becomes `null`, which a receiver refuses for that signal alone; the public
/// interfaces do not let one in.
#[inline(always)]
pub fn write_value(out: &mut String, value: ValueRef<'_>) {
    match value {
        ValueRef::Bool(true) => out.push_str("true"),
        ValueRef::Bool(false) => out.push_str("false"),
        ValueRef::Int(v) => write_int(out, v),
        ValueRef::Float(v) => write_float(out, v),
        ValueRef::Text(v) => write_text(out, v),
    }
}

fn write_int(out: &mut String, value: i64) {
    out.push_str(itoa::Buffer::new().format(value));
}

fn write_float(out: &mut String, value: f64) {
    if !value.is_finite() {
        out.push_str("null");
        return;
    }
    let mut buffer = zmij::Buffer::new();
    let shortest = buffer.format_finite(value);
    // Between these bounds the formatter writes a point and no exponent.
    if value == 0.0 || (1e-5..1e16).contains(&value.abs()) {
        out.push_str(shortest);
    } else if let Some((mantissa, exponent)) = shortest.split_once('e') {
        // The formatter writes `1e+300` and `5e-07`; shorter forms say the same.
        out.push_str(mantissa);
        out.push('e');
        if exponent.starts_with('-') {
            out.push('-');
        }
        out.push_str(exponent.trim_start_matches(['+', '-', '0']));
    } else {
        out.push_str(shortest);
    }
}

/// Writes a JSON string.
pub(super) fn write_text(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    // Most texts need none, which is seen faster without stopping at the first.
    let mut escapes = false;
    for &byte in text.as_bytes() {
        escapes |= needs_escape(byte);
    }
    while escapes && let Some(at) = rest.bytes().position(needs_escape) {
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = tail.chars();
        match chars.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(control) => {
                const HEX: [u8; 16] = *b"0123456789abcdef";
                let code = control as usize;
                out.push_str("\\u00");
                out.push(char::from(HEX[code >> 4 & 15]));
                out.push(char::from(HEX[code & 15]));
            }
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

/// Every byte that needs one is ASCII, so it is a character of its own.
const fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(value: ValueRef<'_>) -> String {
        let mut out = String::new();
        write_value(&mut out, value);
        out
    }

    #[test]
    fn a_data_frame() {
        let mut out = String::from(DATA_OPEN);
        for (i, (name, value)) in [
            ("Sensor1", ValueRef::Bool(true)),
            ("Counter", ValueRef::Int(-1)),
            ("Speed", ValueRef::Float(0.0)),
            ("Weg \"ä\"\\", ValueRef::Text("Läuft\n")),
        ]
        .into_iter()
        .enumerate()
        {
            if i > 0 {
                out.push(',');
            }
            write_key(&mut out, name);
            write_value(&mut out, value);
        }
        out.push_str(CLOSE);
        insta::assert_snapshot!(out, @r#"{"type":"data","version":2,"signals":{"Sensor1":true,"Counter":-1,"Speed":0.0,"Weg \"ä\"\\":"Läuft\n"}}"#);
    }

    #[test]
    fn an_empty_data_frame_and_an_empty_snapshot() {
        assert_eq!(format!("{DATA_OPEN}{CLOSE}"), EMPTY_DATA);
        insta::assert_snapshot!(format!("{DATA_OPEN}{CLOSE}"), @r#"{"type":"data","version":2,"signals":{}}"#);
        insta::assert_snapshot!(format!("{SNAPSHOT_OPEN}{CLOSE}"), @r#"{"type":"snapshot","version":2,"signals":{}}"#);
    }

    #[test]
    fn floats_have_a_point_or_an_exponent() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-100.5, "-100.5"),
            (0.1, "0.1"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e16"),
            (9_007_199_254_740_992.0, "9007199254740992.0"),
            (1e300, "1e300"),
            (-1.5e300, "-1.5e300"),
            (9_999_999_999_999_998.0, "9999999999999998.0"),
            (1e-5, "0.00001"),
            (0.000_009_999_999_999_999_999, "9.999999999999999e-6"),
            (1e-7, "1e-7"),
            (2.5e-10, "2.5e-10"),
            (f64::MAX, "1.7976931348623157e308"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (5e-324, "5e-324"),
            (f64::NAN, "null"),
            (f64::INFINITY, "null"),
        ];
        for (value, text) in cases {
            assert_eq!(written(ValueRef::Float(value)), text);
        }
    }

    #[test]
    fn ints_have_no_point() {
        for (value, text) in [
            (0, "0"),
            (i64::MAX, "9223372036854775807"),
            (i64::MIN, "-9223372036854775808"),
        ] {
            assert_eq!(written(ValueRef::Int(value)), text);
        }
    }

    proptest! {
        #[test]
        fn every_text_reads_back(text in any::<String>()) {
            let read: String = serde_json::from_str(&written(ValueRef::Text(&text))).unwrap();
            prop_assert_eq!(read, text);
        }

        #[test]
        fn control_characters_read_back(text in "[\u{0}-\u{7f}]*") {
            let read: String = serde_json::from_str(&written(ValueRef::Text(&text))).unwrap();
            prop_assert_eq!(read, text);
        }

        #[test]
        fn every_float_reads_back_bit_by_bit_and_shows_that_it_is_one(value in any::<f64>()) {
            prop_assume!(value.is_finite());
            let text = written(ValueRef::Float(value));
            prop_assert!(text.contains(['.', 'e']));
            prop_assert!(!text.contains('+'));
            let read: f64 = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(read.to_bits(), value.to_bits());
        }
    }
}
