use std::collections::HashMap;

use super::super::encode::{write_key, write_value};
use super::super::envelope::{Message, Version};
use super::*;
use crate::value::MAX_TEXT_BYTES;

mod buffers;
mod properties;

/// Names and kinds; the id is the place in the list.
struct Table(Vec<(String, Kind)>, HashMap<String, u32>);

impl Table {
    fn new<N: Into<String>>(names: impl IntoIterator<Item = (N, Kind)>) -> Self {
        let names: Vec<_> = names
            .into_iter()
            .map(|(n, kind)| (n.into(), kind))
            .collect();
        let index = names
            .iter()
            .zip(0..)
            .map(|((name, _), id)| (name.clone(), id))
            .collect();
        Self(names, index)
    }

    /// One signal of each kind, called by the kind's name.
    fn of_kinds() -> Self {
        Self::new([Kind::Bool, Kind::Int, Kind::Float, Kind::Text].map(|kind| (kind.name(), kind)))
    }
}

impl Resolve for Table {
    fn resolve(&self, name: &str) -> Option<(u32, Kind)> {
        let id = *self.1.get(name)?;
        Some((id, self.0[id as usize].1))
    }
}

/// The batch as text: `name=value`, `!name` for refused, then the counters where they are not zero.
fn show(table: &Table, batch: &Batch) -> String {
    let name = |id: u32| table.0[id as usize].0.as_str();
    let mut out: Vec<String> = Vec::new();
    for entry in &batch.entries {
        let mut text = format!("{}=", name(entry.signal));
        write_value(&mut text, batch.value(entry));
        text.push_str(if entry.lossy { " lossy" } else { "" });
        text.push_str(if entry.coerced { " coerced" } else { "" });
        out.push(text);
    }
    out.extend(batch.refused.iter().map(|id| format!("!{}", name(*id))));
    if batch.unknown > 0 {
        out.push(format!("unknown {}", batch.unknown));
    }
    if batch.refused_names > 0 {
        out.push(format!("bad names {}", batch.refused_names));
    }
    out.join(", ")
}

/// What all three ways of reading a frame give, which must be the same: streamed, sliced because `type` comes
/// last, and value by value because one of them cannot be held.
fn read(table: &Table, signals: &str) -> String {
    let mut decoder = Decoder::new();
    let mut shown = |frame: &str| match decoder.decode(frame, table, false) {
        Ok(_) => show(table, decoder.batch()),
        Err(malformed) => format!("malformed: {malformed}"),
    };
    let streamed = shown(&format!(r#"{{"type":"data","signals":{signals}}}"#));
    let sliced = shown(&format!(r#"{{"signals":{signals},"type":"snapshot"}}"#));
    // No text holds that name, so the fast pass fails on it.
    let with_bad = signals
        .replacen('{', r#"{"\ud800":0,"#, 1)
        .replace(",}", "}");
    let careful = shown(&format!(r#"{{"type":"data","signals":{with_bad}}}"#));
    if !streamed.starts_with("malformed") {
        assert_eq!(streamed, sliced, "{signals}");
        let (rest, bad_names) = match streamed.rsplit_once("bad names ") {
            Some((rest, n)) => (rest, n.parse().unwrap()),
            None if streamed.is_empty() => ("", 0),
            None => (&*format!("{streamed}, "), 0),
        };
        let expected = format!("{rest}bad names {}", bad_names + 1);
        assert_eq!(careful, expected, "{signals}");
    }
    streamed
}

#[test]
fn the_documents_example() {
    let table = Table::new([
        ("Sensor1", Kind::Bool),
        ("DriveSpeed", Kind::Float),
        ("MotorOn", Kind::Bool),
        ("Counter", Kind::Int),
        ("Status", Kind::Text),
    ]);
    let frame = r#"{
      "type": "data",
      "signals": {
        "Sensor1": true,
        "DriveSpeed": 150.5,
        "MotorOn": false,
        "Counter": 42,
        "Status": "Running"
      }
    }"#;
    let mut decoder = Decoder::new();
    let decoded = decoder.decode(frame, &table, true).unwrap();
    assert!(matches!(decoded.message, Message::Data));
    assert_eq!(decoded.version, Version::Missing);
    insta::assert_snapshot!(show(&table, decoder.batch()), @r#"Sensor1=true, DriveSpeed=150.5, MotorOn=false, Counter=42, Status="Running""#);
}

#[test]
fn b8_to_b16_one_bad_value_costs_one_signal() {
    let long = "9".repeat(1_000_000);
    let million_zeros = format!("0.{}1", "0".repeat(1_000_000));
    let million_exponent = format!("1e{}", "9".repeat(1_000_000));
    let over = format!("\"{}\"", "x".repeat(MAX_TEXT_BYTES + 1));
    let cases: Vec<(&str, &str, &str, &str)> = vec![
        ("B8a null", "Int", "null", "!Int"),
        ("B8b object", "Int", r#"{"a":[1,{"b":"\ud800"}]}"#, "!Int"),
        ("B8c array", "Float", "[1,[2],1e400]", "!Float"),
        ("B8d empty object", "Text", "{}", "!Text"),
        ("B8e empty array", "Bool", "[ ]", "!Bool"),
        ("B9a 1e400", "Float", "1e400", "!Float"),
        ("B9b -1e400", "Int", "-1e400", "!Int"),
        ("B9c 1e400 to text", "Text", "1e400", "!Text"),
        ("B9d 1e-400", "Float", "1e-400", "Float=0.0"),
        ("B10a 1.0", "Int", "1.0", "Int=1"),
        ("B10b 1.5", "Int", "1.5", "Int=1 lossy coerced"),
        ("B10c 2^31", "Int", "2147483648", "Int=2147483648"),
        (
            "B10d 2^53+1",
            "Int",
            "9007199254740993",
            "Int=9007199254740993",
        ),
        (
            "B10e 2^63-1",
            "Int",
            "9223372036854775807",
            "Int=9223372036854775807",
        ),
        ("B10f 2^63", "Int", "9223372036854775808", "!Int"),
        ("B10g 2^64", "Int", "18446744073709551616", "!Int"),
        (
            "B10h -2^63",
            "Int",
            "-9223372036854775808",
            "Int=-9223372036854775808",
        ),
        ("B10i -2^63-1", "Int", "-9223372036854775809", "!Int"),
        ("B10j 1e3", "Int", "1e3", "Int=1000"),
        ("B10k -0", "Int", "-0", "Int=0"),
        ("B11a 1", "Float", "1", "Float=1.0"),
        ("B11b -0", "Float", "-0", "Float=-0.0"),
        ("B11c denormal", "Float", "5e-324", "Float=5e-324"),
        (
            "B11d 17 digits",
            "Float",
            "0.10000000000000001",
            "Float=0.1",
        ),
        (
            "B11e 17 digits",
            "Float",
            "1.7976931348623157e308",
            "Float=1.7976931348623157e308",
        ),
        (
            "B11f 2^64",
            "Float",
            "18446744073709551616",
            "Float=1.8446744073709552e19",
        ),
        ("B14a million digits", "Int", &long, "!Int"),
        ("B14b million digits", "Float", &long, "!Float"),
        ("B14c million zeros", "Float", &million_zeros, "Float=0.0"),
        (
            "B14d million digits of exponent",
            "Float",
            &million_exponent,
            "!Float",
        ),
        ("B15a 1", "Bool", "1", "Bool=true"),
        ("B15b 0", "Bool", "0", "Bool=false"),
        ("B15c \"true\"", "Bool", "\"true\"", "Bool=true coerced"),
        ("B15d true to int", "Int", "true", "Int=1"),
        ("B15e \"x\" to int", "Int", "\"x\"", "!Int"),
        ("B15f true to text", "Text", "true", "Text=\"true\" coerced"),
        ("B16a lone surrogate", "Text", r#""a\ud800b""#, "!Text"),
        ("B16b lone low surrogate", "Text", r#""\udc00""#, "!Text"),
        (
            "B16c two high surrogates",
            "Text",
            r#""\ud800\ud800""#,
            "!Text",
        ),
        ("B16d U+0000", "Text", r#""a\u0000b""#, "!Text"),
        (
            "B16e pair",
            "Text",
            r#""\ud83d\ude00""#,
            "Text=\"\u{1f600}\"",
        ),
        ("B16f too long", "Text", &over, "!Text"),
        ("B16g lone surrogate to int", "Int", r#""\ud800""#, "!Int"),
    ];
    for (case, name, value, expected) in cases {
        let table = Table::of_kinds();
        assert_eq!(
            read(&table, &format!(r#"{{"{name}":{value}}}"#)),
            expected,
            "{case}"
        );
        if value.len() > 2 * MAX_TEXT_BYTES {
            continue;
        }
        // Whatever happens to one signal, its neighbours before and after it come through.
        let (left, right) = if name == "Bool" {
            ("Int", "Text")
        } else {
            ("Bool", "Nobody")
        };
        let among = format!(r#"{{"{left}":1,"{name}":{value},"{right}":"0","Nobody2":{value}}}"#);
        let shown = read(&table, &among);
        assert!(shown.contains(&format!("{left}=")), "{case}: {shown}");
        assert!(shown.contains(expected), "{case}: {shown}");
        assert!(shown.contains("unknown "), "{case}: {shown}");
    }
}

#[test]
fn b6_of_a_duplicate_signal_the_last_wins_in_the_first_ones_place() {
    let table = Table::of_kinds();
    let cases = [
        (
            "B6a",
            r#"{"Int":1,"Bool":true,"Int":2,"Int":3}"#,
            "Int=3, Bool=true",
        ),
        (
            "B6b escaped",
            r#"{"Int":1,"Bool":true,"\u0049nt":2}"#,
            "Int=2, Bool=true",
        ),
        (
            "B6c last refused",
            r#"{"Int":1,"Bool":true,"Int":null}"#,
            "Bool=true, !Int",
        ),
        (
            "B6d first refused",
            r#"{"Int":null,"Bool":true,"Int":2}"#,
            "Bool=true, Int=2",
        ),
        (
            "B6e back and forth",
            r#"{"Int":1,"Int":{},"Bool":1,"Int":2,"Int":[],"Int":3}"#,
            "Int=3, Bool=true",
        ),
        (
            "B6f refused twice",
            r#"{"Int":{},"Int":1,"Int":[],"Int":null}"#,
            "!Int",
        ),
        (
            "B6g texts",
            r#"{"Text":"first","Bool":0,"Text":"second"}"#,
            "Text=\"second\", Bool=false",
        ),
        ("B6h flags", r#"{"Int":1.5,"Int":1}"#, "Int=1"),
        ("B6i unknown ones", r#"{"x":1,"x":2}"#, "unknown 2"),
    ];
    for (case, signals, expected) in cases {
        assert_eq!(read(&table, signals), expected, "{case}");
    }
}

#[test]
fn of_two_signals_fields_the_last_wins() {
    let table = Table::of_kinds();
    let mut decoder = Decoder::new();
    for frame in [
        r#"{"type":"data","signals":{"Bool":1,"no":1},"signals":{"Int":2}}"#,
        r#"{"signals":{"Bool":1},"type":"data","signals":{"Int":2}}"#,
        r#"{"signals":{"Bool":1},"signals":{"Int":2},"type":"data"}"#,
        r#"{"type":"data","signals":{"Bool":1e400},"signals":{"Int":2}}"#,
    ] {
        decoder.decode(frame, &table, false).unwrap();
        assert_eq!(show(&table, decoder.batch()), "Int=2", "{frame}");
    }
}

#[test]
fn b17_b21_names_match_byte_by_byte() {
    let longest = "x".repeat(512);
    let names = [
        "\u{e9}",
        "e\u{301}",
        "a.b.c",
        "__proto__",
        "q\"\\/",
        "\u{1f600}",
        " ",
        &longest,
    ];
    let table = Table::new(names.map(|name| (name, Kind::Int)));
    for (id, name) in names.iter().enumerate() {
        let mut signals = String::from("{");
        write_key(&mut signals, name);
        signals.push_str("7}");
        let mut decoder = Decoder::new();
        let frame = format!(r#"{{"type":"data","signals":{signals}}}"#);
        decoder.decode(&frame, &table, false).unwrap();
        assert_eq!(decoder.batch().entries.len(), 1, "{name}");
        assert_eq!(decoder.batch().entries[0].signal as usize, id);
    }
    let cases = [
        ("B17a empty", r#"{"":1}"#.to_owned(), "unknown 1"),
        (
            "B17b 513 bytes",
            format!(r#"{{"{longest}x":1}}"#),
            "unknown 1",
        ),
        (
            "B17c escaped as JSON may",
            r#"{"\ud83d\ude00":1,"\u00e9":2}"#.to_owned(),
            "\u{1f600}=1, \u{e9}=2",
        ),
        (
            "B17d lone surrogate",
            r#"{"\ud800":1,"a.b.c":2}"#.to_owned(),
            "a.b.c=2, bad names 1",
        ),
        (
            "B17e U+0000",
            r#"{"a.b.c\u0000":1,"a.b.c":2}"#.to_owned(),
            "a.b.c=2, bad names 1",
        ),
        (
            "B17f other case",
            r#"{"A.b.c":1,"__PROTO__":1}"#.to_owned(),
            "unknown 2",
        ),
        (
            "B21a unknown",
            r#"{"nobody":{"deep":[1e400]},"a.b.c":2}"#.to_owned(),
            "a.b.c=2, unknown 1",
        ),
    ];
    for (case, signals, expected) in cases {
        assert_eq!(read(&table, &signals), expected, "{case}");
    }
}

#[test]
fn b22_a_hundred_thousand_new_names_are_counted_and_nothing_else() {
    let names: Vec<String> = (0..100_000).map(|i| format!("\"n{i}\":{i}")).collect();
    let shown = read(&Table::of_kinds(), &format!("{{{}}}", names.join(",")));
    assert_eq!(shown, "unknown 100000");
}

#[test]
fn strict_refuses_what_loses_something_and_nothing_else() {
    let table = Table::of_kinds();
    let mut decoder = Decoder::new();
    let frame =
        r#"{"type":"data","signals":{"Int":1.5,"Bool":2,"Float":9007199254740993,"Text":1}}"#;
    decoder.decode(frame, &table, true).unwrap();
    assert_eq!(
        show(&table, decoder.batch()),
        "Bool=true coerced, Text=\"1\" coerced, !Int, !Float"
    );
}
