//! `subscribe`: the client names the signals it wants.

use std::collections::HashSet;

use serde_json::value::RawValue;

use super::encode::write_text;
use super::raw;
use crate::value::MAX_NAME_BYTES;

/// The message by which a client asks for these signals and no others.
#[must_use]
pub fn subscribe<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::from(r#"{"type":"subscribe","version":2,"subscribe":["#);
    for (i, name) in names.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write_text(&mut out, name);
    }
    out.push_str("]}");
    out
}

/// What a client asked for. It replaces what it asked for before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscribed {
    /// Each name once, in the client's order. Nobody need have declared them yet.
    pub names: Vec<String>,
    /// Elements that are no possible name, or beyond the limit.
    pub refused: u32,
}

/// Reads the list of a `subscribe`, at most `limit` names. Absent, `null` and `[]` ask for nothing; something
/// that is not a list does too and counts as one refused element.
#[must_use]
pub fn decode_subscribe(list: Option<&RawValue>, limit: usize) -> Subscribed {
    let mut subscribed = Subscribed::default();
    let Some(list) = list else {
        return subscribed;
    };
    let mut known = HashSet::new();
    let read = raw::elements(list.get(), |element| {
        let possible = raw::text(element)
            .filter(|name| (1..=MAX_NAME_BYTES).contains(&name.len()) && !name.contains('\0'));
        let Some(name) = possible else {
            subscribed.refused = subscribed.refused.saturating_add(1);
            return;
        };
        if known.contains(&name) {
            return;
        }
        if subscribed.names.len() < limit {
            subscribed.names.push(name.clone().into_owned());
            known.insert(name);
        } else {
            subscribed.refused = subscribed.refused.saturating_add(1);
        }
    });
    if read.is_err() && list.get() != "null" {
        subscribed.refused = subscribed.refused.saturating_add(1);
    }
    subscribed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(json: &str, limit: usize) -> (Vec<String>, u32) {
        let raw: &RawValue = serde_json::from_str(json).unwrap();
        let subscribed = decode_subscribe(Some(raw), limit);
        (subscribed.names, subscribed.refused)
    }

    #[test]
    fn names_are_escaped() {
        insta::assert_snapshot!(subscribe(["Sensor1", "a\"\\b"]), @r#"{"type":"subscribe","version":2,"subscribe":["Sensor1","a\"\\b"]}"#);
        insta::assert_snapshot!(subscribe([]), @r#"{"type":"subscribe","version":2,"subscribe":[]}"#);
    }

    #[test]
    fn b27_every_form_of_a_list_is_read() {
        let long = format!("[\"{}\",\"{}\"]", "x".repeat(512), "x".repeat(513));
        let cases: Vec<(&str, &str, &[&str], u32)> = vec![
            ("B27a empty", "[]", &[], 0),
            ("B27b null", "null", &[], 0),
            (
                "B27c unknown names are kept",
                r#"["nobody"]"#,
                &["nobody"],
                0,
            ),
            (
                "B27d duplicates",
                r#"["b","a","\u0062","a"]"#,
                &["b", "a"],
                0,
            ),
            ("B27e not an array", r#"{"a":1}"#, &[], 1),
            ("B27f a string", r#""a""#, &[], 1),
            (
                "B27g other elements",
                r#"[1,null,{},["a"],true,"a",1e400]"#,
                &["a"],
                6,
            ),
            (
                "B27h impossible names",
                r#"["","\ud800","a\u0000","a"]"#,
                &["a"],
                3,
            ),
            (
                "B27i past the limit",
                r#"["a","b","a","c","d","e"]"#,
                &["a", "b", "c"],
                2,
            ),
            (
                "B27k exact names",
                "[\"\u{e9}\",\"e\u{301}\",\"__proto__\",\"a.b\"]",
                &["\u{e9}", "e\u{301}", "__proto__"],
                1,
            ),
        ];
        for (case, json, names, refused) in cases {
            let expected = (names.iter().map(|n| (*n).to_owned()).collect(), refused);
            assert_eq!(decode(json, 3), expected, "{case}");
        }
        assert_eq!(decode(&long, 3), (vec!["x".repeat(512)], 1), "B27l length");
        assert_eq!(
            decode_subscribe(None, 3),
            Subscribed::default(),
            "B27m absent"
        );
    }

    #[test]
    fn b27j_a_million_names_are_capped() {
        let names: Vec<String> = (0..1_000_000).map(|i| format!("\"n{i}\"")).collect();
        let (kept, refused) = decode(&format!("[{}]", names.join(",")), 1000);
        assert_eq!((kept.len(), refused), (1000, 999_000));
    }
}
