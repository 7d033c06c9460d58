use super::*;
use crate::value::Value;
use proptest::prelude::*;

/// Value, lossy, coerced.
type Fitted = Option<(Value, bool, bool)>;

fn fit(wire: Wire<'_>, kind: Kind, strict: bool) -> Fitted {
    let mut text = String::from("before");
    let fitted = coerce(wire, kind, strict, &mut text)?;
    let value = match fitted.value {
        Scalar::Bool(v) => Value::Bool(v),
        Scalar::Int(v) => Value::Int(v),
        Scalar::Float(v) => Value::Float(v),
        Scalar::Text { start, len } => {
            Value::Text(text[start as usize..(start + len) as usize].to_owned())
        }
    };
    Some((value, fitted.lossy, fitted.coerced))
}

#[test]
fn every_pair_of_kinds_follows_the_table() {
    use Wire::{Float as F, Int as I, Text as T, UInt as U};
    const TWO_53: i64 = 1 << 53;
    let b = |v, changed| Some((Value::Bool(v), false, changed));
    let i = |v, lossy| Some((Value::Int(v), lossy, lossy));
    let f = |v, lossy| Some((Value::Float(v), lossy, lossy));
    let i_from_text = |v, lossy| Some((Value::Int(v), lossy, true));
    let f_from_text = |v, lossy| Some((Value::Float(v), lossy, true));
    let t = |v: &str, changed| Some((Value::Text(v.into()), false, changed));
    let cases: Vec<(&str, Wire<'_>, Kind, Fitted)> = vec![
        ("B15a 1 to bool", I(1), Kind::Bool, b(true, false)),
        ("B15b 0 to bool", I(0), Kind::Bool, b(false, false)),
        ("B15c 2 to bool", I(2), Kind::Bool, b(true, true)),
        ("B15d 1.0 to bool", F(1.0), Kind::Bool, b(true, false)),
        ("B15e -0.0 to bool", F(-0.0), Kind::Bool, b(false, false)),
        ("B15f 0.5 to bool", F(0.5), Kind::Bool, b(true, true)),
        (
            "B15g 2^64-1 to bool",
            U(u64::MAX),
            Kind::Bool,
            b(true, true),
        ),
        (
            "B15h \"true\" to bool",
            T("true"),
            Kind::Bool,
            b(true, true),
        ),
        (
            "B15i \"FALSE\" to bool",
            T("FALSE"),
            Kind::Bool,
            b(false, true),
        ),
        ("B15j \"0.0\" to bool", T("0.0"), Kind::Bool, b(false, true)),
        ("B15k \"\" to bool", T(""), Kind::Bool, None),
        ("B15l \"yes\" to bool", T("yes"), Kind::Bool, None),
        ("true to int", Wire::Bool(true), Kind::Int, i(1, false)),
        ("B10a 1.0 to int", F(1.0), Kind::Int, i(1, false)),
        ("B10b 1.5 to int", F(1.5), Kind::Int, i(1, true)),
        ("B10c -1.5 to int", F(-1.5), Kind::Int, i(-1, true)),
        ("B10d 2^31 to int", I(1 << 31), Kind::Int, i(1 << 31, false)),
        (
            "B10e 2^53+1 to int",
            I(TWO_53 + 1),
            Kind::Int,
            i(TWO_53 + 1, false),
        ),
        ("B10f 2^63 to int", U(1 << 63), Kind::Int, None),
        (
            "B10g 2^64 to int",
            F(18_446_744_073_709_551_616.0),
            Kind::Int,
            None,
        ),
        (
            "B10h 2^63 as a float",
            F(9_223_372_036_854_775_808.0),
            Kind::Int,
            None,
        ),
        (
            "B10i -2^63 as a float",
            F(-9_223_372_036_854_775_808.0),
            Kind::Int,
            None,
        ),
        ("B10j 1e300 to int", F(1e300), Kind::Int, None),
        ("\"42\" to int", T("42"), Kind::Int, i_from_text(42, false)),
        (
            "\"+007\" to int",
            T("+007"),
            Kind::Int,
            i_from_text(7, false),
        ),
        ("\"1.5\" to int", T("1.5"), Kind::Int, i_from_text(1, true)),
        (
            "\"True\" to int",
            T("True"),
            Kind::Int,
            i_from_text(1, false),
        ),
        (
            "\"9223372036854775808\" to int",
            T("9223372036854775808"),
            Kind::Int,
            None,
        ),
        ("\"0x10\" to int", T("0x10"), Kind::Int, None),
        ("\" 1\" to int", T(" 1"), Kind::Int, None),
        ("\"1_000\" to int", T("1_000"), Kind::Int, None),
        (
            "\"\u{661}\" (Arabic one) to int",
            T("\u{661}"),
            Kind::Int,
            None,
        ),
        ("B11a 1 to float", I(1), Kind::Float, f(1.0, false)),
        ("B11b -0 to float", F(-0.0), Kind::Float, f(-0.0, false)),
        (
            "B11c denormal to float",
            F(5e-324),
            Kind::Float,
            f(5e-324, false),
        ),
        (
            "B11d 2^53+1 to float",
            I(TWO_53 + 1),
            Kind::Float,
            f(9_007_199_254_740_992.0, true),
        ),
        (
            "B11e i64::MAX to float",
            I(i64::MAX),
            Kind::Float,
            f(9_223_372_036_854_775_808.0, true),
        ),
        (
            "B11f i64::MIN to float",
            I(i64::MIN),
            Kind::Float,
            f(-9_223_372_036_854_775_808.0, false),
        ),
        (
            "B11g 2^63 to float",
            U(1 << 63),
            Kind::Float,
            f(9_223_372_036_854_775_808.0, false),
        ),
        (
            "B11h 2^64-1 to float",
            U(u64::MAX),
            Kind::Float,
            f(18_446_744_073_709_551_616.0, true),
        ),
        (
            "true to float",
            Wire::Bool(true),
            Kind::Float,
            f(1.0, false),
        ),
        ("not a number to float", F(f64::NAN), Kind::Float, None),
        ("not a number to text", F(f64::NAN), Kind::Text, None),
        (
            "\"-1.5e3\" to float",
            T("-1.5e3"),
            Kind::Float,
            f_from_text(-1500.0, false),
        ),
        ("\"1e400\" to float", T("1e400"), Kind::Float, None),
        ("\"NaN\" to float", T("NaN"), Kind::Float, None),
        ("\"inf\" to float", T("inf"), Kind::Float, None),
        ("\".5\" to float", T(".5"), Kind::Float, None),
        ("\"5.\" to float", T("5."), Kind::Float, None),
        ("\"1e\" to float", T("1e"), Kind::Float, None),
        ("\"-\" to float", T("-"), Kind::Float, None),
        ("\"+-1\" to float", T("+-1"), Kind::Float, None),
        ("1,5 to float", T("1,5"), Kind::Float, None),
        ("text to text", T("Läuft"), Kind::Text, t("Läuft", false)),
        ("empty text to text", T(""), Kind::Text, t("", false)),
        (
            "true to text",
            Wire::Bool(true),
            Kind::Text,
            t("true", true),
        ),
        ("-1 to text", I(-1), Kind::Text, t("-1", true)),
        (
            "2^64-1 to text",
            U(u64::MAX),
            Kind::Text,
            t("18446744073709551615", true),
        ),
        ("1.50 to text", F(1.50), Kind::Text, t("1.5", true)),
        ("B16b U+0000 to text", T("a\0b"), Kind::Text, None),
        ("B8 null, object or array", Wire::Unusable, Kind::Text, None),
        ("B8 null, object or array", Wire::Unusable, Kind::Bool, None),
    ];
    for (case, wire, kind, expected) in cases {
        assert_eq!(fit(wire, kind, false), expected, "{case}");
        let strict = expected.filter(|(_, lossy, _)| !lossy);
        assert_eq!(fit(wire, kind, true), strict, "strict: {case}");
    }
}

#[test]
fn a_text_of_64_kib_fits_and_one_byte_more_does_not() {
    let text = "x".repeat(MAX_TEXT_BYTES);
    assert!(fit(Wire::Text(&text), Kind::Text, false).is_some());
    assert!(fit(Wire::Text(&format!("{text}x")), Kind::Text, false).is_none());
}

proptest! {
    #[test]
    fn nothing_that_is_not_finite_comes_out(v in any::<f64>(), text in "[-+0-9.eE]{0,12}") {
        for wire in [Wire::Float(v), Wire::Text(&text)] {
            if let Some((Value::Float(out), ..)) = fit(wire, Kind::Float, false) {
                prop_assert!(out.is_finite());
            }
        }
    }

    #[test]
    fn a_whole_float_within_the_range_is_exact(v in -(1_i64 << 53)..(1_i64 << 53)) {
        prop_assert_eq!(
            fit(Wire::Float(v as f64), Kind::Int, true),
            Some((Value::Int(v), false, false))
        );
    }
}
