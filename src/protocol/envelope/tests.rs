use super::super::MAX_DEPTH;
use super::super::data::{Decoder, Resolve};
use super::*;
use crate::value::Kind;

struct Nothing;
impl Resolve for Nothing {
    fn resolve(&self, _: &str) -> Option<(u32, Kind)> {
        None
    }
}

fn decode(frame: &str) -> Result<Decoded<'_>, Malformed> {
    Decoder::new().decode(frame, &Nothing, false)
}

/// The message as its debug text, which is enough to compare.
fn message(frame: &str) -> String {
    match decode(frame) {
        Ok(decoded) => format!("{:?}", decoded.message),
        Err(malformed) => format!("malformed: {malformed}"),
    }
}

#[test]
fn what_is_not_one_json_object_is_malformed() {
    let cases = [
        ("B1a empty", ""),
        ("B1b blanks", " \n\t "),
        ("B1c null", "null"),
        ("B1d array", "[]"),
        ("B1e number", "1"),
        ("B1f string", "\"x\""),
        ("B1g array with a message", r#"[{"type":"data"}]"#),
        ("B5a trailing comma", r#"{"type":"data","signals":{},}"#),
        (
            "B5b comma in signals",
            r#"{"type":"data","signals":{"a":1,}}"#,
        ),
        ("B5c comment", r#"{"type":"data"/* */}"#),
        ("B5d line comment", "{\"type\":\"data\"} // x"),
        ("B5e byte order mark", "\u{feff}{\"type\":\"data\"}"),
        ("B5f two documents", r#"{"type":"data"}{"type":"data"}"#),
        ("B5g single quotes", "{'type':'data'}"),
        ("B5h cut off", r#"{"type":"data","signals":{"a":1"#),
        (
            "B5i control character in a key",
            "{\"type\":\"data\",\"signals\":{\"a\n\":1}}",
        ),
        (
            "B5j the same beside a bad value",
            "{\"type\":\"data\",\"signals\":{\"\\ud800\":1,\"a\n\":1}}",
        ),
        (
            "B5k unknown escape",
            r#"{"type":"data","signals":{"a":"\x"}}"#,
        ),
        ("B5l other blanks", "\u{a0}{\"type\":\"data\"}"),
        ("B13a NaN", r#"{"type":"data","signals":{"a":NaN}}"#),
        (
            "B13b -Infinity",
            r#"{"type":"data","signals":{"a":-Infinity}}"#,
        ),
        ("B13c leading zero", r#"{"type":"data","signals":{"a":01}}"#),
        ("B13d plus", r#"{"type":"data","signals":{"a":+1}}"#),
        ("B7a duplicate type", r#"{"type":"data","type":"data"}"#),
        (
            "B7b duplicate type, one null",
            r#"{"type":null,"type":"data"}"#,
        ),
        (
            "B7c duplicate type, one escaped",
            r#"{"type":"data","signals":{"a":1e400},"\u0074ype":"data"}"#,
        ),
        ("signals is an array", r#"{"type":"data","signals":[1]}"#),
        (
            "signals is a string",
            r#"{"type":"snapshot","signals":"x"}"#,
        ),
        (
            "signals first and a number",
            r#"{"signals":1,"type":"data"}"#,
        ),
        ("signals is true", r#"{"type":"data","signals":true}"#),
    ];
    for (case, frame) in cases {
        let reason = decode(frame).expect_err(case).reason;
        assert!(reason.len() <= 200, "{case}: {reason}");
        assert!(reason.bytes().all(|b| (b' '..=b'~').contains(&b)), "{case}");
    }
}

#[test]
fn a_huge_string_in_the_wrong_place_gives_a_short_reason() {
    for frame in [
        format!(r#"{{"type":"data","signals":"{}"}}"#, "x".repeat(100_000)),
        format!(r#"{{"signals":"{}","type":"data"}}"#, "x".repeat(100_000)),
    ] {
        let reason = decode(&frame).unwrap_err().reason;
        assert!(reason.contains("signals"), "{reason}");
        assert!(reason.len() < 200);
    }
}

#[test]
fn b4_depth_is_bounded_wherever_it_stands() {
    let nested = |open: &str, close: &str, n: usize| open.repeat(n) + "1" + &close.repeat(n);
    // Levels that the frame itself adds around the nested value.
    let places = [
        (1, r#"{"type":"data","extra":"#, "}"),
        (1, r#"{"type":"config_set","config":"#, "}"),
        (2, r#"{"type":"data","signals":{"unknown":"#, "}}"),
        (
            2,
            r#"{"type":"data","signals":{"\ud800":1,"unknown":"#,
            "}}",
        ),
        (2, r#"{"signals":{"unknown":"#, r#"},"type":"data"}"#),
        (2, r#"{"type":"import_answer","signals":{"a":"#, "}}"),
    ];
    for (above, head, tail) in places {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let frame = |n: usize| format!("{head}{}{tail}", nested(open, close, n));
            let deepest = MAX_DEPTH - above;
            assert!(decode(&frame(deepest)).is_ok(), "{head}");
            for n in [deepest + 1, 128, 100_000] {
                let reason = decode(&frame(n)).unwrap_err().reason;
                assert!(reason.contains("nested deeper"), "{head} {n}: {reason}");
            }
        }
    }
    for bomb in ["[", "{\"a\":", "{\"type\":\"data\",\"signals\":{\"a\":["] {
        assert!(decode(&bomb.repeat(100_000)).is_err());
    }
}

#[test]
fn b2_b3_unknown_missing_and_misspelt_types_are_unknown() {
    for frame in [
        "{}",
        r#" { "version" : 2 } "#,
        r#"{"type":"telemetry"}"#,
        r#"{"type":null}"#,
        r#"{"type":2}"#,
        r#"{"type":["data"],"signals":5}"#,
        r#"{"type":"Data","signals":{}}"#,
        r#"{"type":"INIT"}"#,
        r#"{"type":" data"}"#,
        r#"{"type":"\ud800"}"#,
        r#"{"\ud800":1,"type":"x"}"#,
    ] {
        assert_eq!(message(frame), "Unknown", "{frame}");
    }
}

#[test]
fn every_message_is_recognised_with_its_fields_in_any_order() {
    let cases = [
        (
            r#"{"type":"init","version":2,"name":"Me"}"#,
            r#"Init { name: Some("Me") }"#,
        ),
        (
            r#"{"name":"a\n\u001b","extra":{"b":[1]},"type":"init"}"#,
            r#"Init { name: Some("a\n\u{1b}") }"#,
        ),
        (r#"{"type":"init","name":null}"#, "Init { name: None }"),
        (r#"{"type":"init","name":7}"#, "Init { name: None }"),
        (r#"{"type":"init","name":"\udc00"}"#, "Init { name: None }"),
        (r#"{"\u0074ype":"\u0069nit"}"#, "Init { name: None }"),
        (r#"{"type":"data"}"#, "Data"),
        (r#"{"type":"data","signals":null}"#, "Data"),
        (r#"{"signals":null,"type":"snapshot"}"#, "Snapshot"),
        (r#"{"type":"import_request"}"#, "ImportRequest"),
        (
            r#"{"type":"import_answer","signals":null}"#,
            "ImportAnswer { signals: None, types: None }",
        ),
        (r#"{"type":"subscribe"}"#, "Subscribe { names: None }"),
        (r#"{"type":"config_get"}"#, "ConfigGet"),
        (
            r#"{"type":"config_answer","config":null}"#,
            "ConfigAnswer { config: None }",
        ),
        (
            r#"{"type":"config_set","config":[1]}"#,
            "ConfigSet { config: None }",
        ),
        (
            r#"{"type":"config_result","success":true,"message":"ok"}"#,
            r#"ConfigResult { success: Some(true), message: Some("ok") }"#,
        ),
        (
            r#"{"type":"config_result","success":"yes"}"#,
            "ConfigResult { success: None, message: None }",
        ),
        (r#"{"tag":"x","data":[]}"#, "Foreign(V1)"),
        (r#"{"type":"old","tag":null}"#, "Foreign(V1)"),
        (r#"{"type":"data","tag":"x"}"#, "Data"),
        (r#"{"type":"room_join","room":"a"}"#, "Foreign(Multiuser)"),
        (r#"{"type":"room_leave"}"#, "Foreign(Multiuser)"),
    ];
    for (frame, expected) in cases {
        assert_eq!(message(frame), expected, "{frame}");
    }
}

#[test]
fn raw_fields_are_slices_of_the_frame() {
    let frame = r#"{"type":"import_answer","signals": {"a" : 1} ,"signalTypes":{"a":"Int"}}"#;
    let Ok(Decoded {
        message: Message::ImportAnswer { signals, types },
        ..
    }) = decode(frame)
    else {
        panic!("not an import_answer");
    };
    assert_eq!(signals.unwrap().get(), r#"{"a" : 1}"#);
    assert_eq!(types.unwrap().get(), r#"{"a":"Int"}"#);
    let Ok(Decoded {
        message: Message::ConfigSet { config },
        ..
    }) = decode(r#"{"config":{"a":1e400},"type":"config_set"}"#)
    else {
        panic!("not a config_set");
    };
    assert_eq!(config.unwrap().get(), r#"{"a":1e400}"#);
}

#[test]
fn b32_any_version_is_accepted_and_told_apart() {
    let cases = [
        ("2", Version::Ok),
        ("2.0", Version::Ok),
        ("null", Version::Missing),
        ("1", Version::Other),
        ("3", Version::Other),
        ("\"2\"", Version::Other),
        ("{}", Version::Other),
        ("1e400", Version::Other),
    ];
    for (version, expected) in cases {
        let frame = format!(r#"{{"version":{version},"type":"data"}}"#);
        let decoded = decode(&frame).unwrap();
        assert_eq!(decoded.version, expected, "{version}");
        assert!(matches!(decoded.message, Message::Data));
    }
    assert_eq!(decode("{}").unwrap().version, Version::Missing);
}
