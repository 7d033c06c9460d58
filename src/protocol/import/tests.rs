use super::*;
use proptest::prelude::*;

fn decode(signals: &str, types: &str, limit: usize) -> Catalog {
    let raw = |json| serde_json::from_str::<&RawValue>(json).ok();
    decode_catalog(raw(signals), raw(types), limit)
}

/// `name kind direction value`, with `~` before an inferred kind.
fn lines(catalog: &Catalog) -> Vec<String> {
    let line = |e: &CatalogEntry| {
        let guess = if e.inferred { "~" } else { "" };
        let wire = WireType {
            direction: e.direction,
            kind: e.kind,
        };
        format!("{} {guess}{} {:?}", e.name, wire.name(), e.value)
    };
    catalog.entries.iter().map(line).collect()
}

#[test]
fn a_request_and_answers() {
    insta::assert_snapshot!(import_request(), @r#"{"type":"import_request","version":2}"#);
    insta::assert_snapshot!(AnswerWriter::new().finish(), @r#"{"type":"import_answer","version":2,"signals":{},"signalTypes":{}}"#);
    let mut answer = AnswerWriter::new();
    answer.push("Sensor1", ValueRef::Bool(true), "PLCInputBool");
    answer.push("Drive \"A\"{", ValueRef::Float(0.0), "PLCInputFloat");
    answer.push("Status", ValueRef::Text("{"), "Text");
    insta::assert_snapshot!(answer.finish(), @r#"{"type":"import_answer","version":2,"signals":{"Sensor1":true,"Drive \"A\"{":0.0,"Status":"{"},"signalTypes":{"Sensor1":"PLCInputBool","Drive \"A\"{":"PLCInputFloat","Status":"Text"}}"#);
}

#[test]
fn b25_types_and_values_are_united() {
    let catalog = decode(
        r#"{"both":1,"untyped bool":true,"untyped int":7,"untyped text":"x","odd":2.5,"int":1.5,
            "mismatch":{},"late":"no","twice":1,"twice":2,"null":null,"bad type":false}"#,
        r#"{"only type":"PLCOutputText","both":"PLCInputInt","odd":"Quaternion","int":"plcoutputint",
            "mismatch":"Bool","late":"PLCInputInt","twice":"Text","twice":"Int","null":"Real",
            "bad type":5}"#,
        100,
    );
    insta::assert_snapshot!(lines(&catalog).join("\n"), @r#"
    both PLCInputInt Some(Int(1))
    untyped bool ~Bool Some(Bool(true))
    untyped int ~Float Some(Float(7.0))
    untyped text ~Text Some(Text("x"))
    odd ~Float Some(Float(2.5))
    int PLCOutputInt Some(Int(1))
    mismatch Bool None
    late PLCInputInt None
    twice Int Some(Int(2))
    null Float None
    bad type ~Bool Some(Bool(false))
    only type PLCOutputText None
    "#);
    assert_eq!((catalog.refused, catalog.refused_more), (vec![], 0));
}

#[test]
fn b25_what_cannot_be_imported_is_listed_alone() {
    let long = "ä".repeat(300);
    let catalog = decode(
        &format!(
            r#"{{"t":{{"x":1}},"nothing":null,"list":[1],"huge":1e400,"half":"\ud800","nul":"\u0000",
                "\ud800":1,"":1,"a\u0000":1,"{long}":1,"good":1e400,"fine":1}}"#
        ),
        r#"{"t":"Transform","good":"Float","untold":"Foo"}"#,
        100,
    );
    assert_eq!(
        lines(&catalog),
        ["good Float None", "fine ~Float Some(Float(1.0))"]
    );
    let names: Vec<&str> = catalog
        .refused
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let cut = &format!("\"{}", "ä".repeat(255));
    assert_eq!(
        names,
        [
            r#""\ud800""#,
            r#""""#,
            r#""a\u0000""#,
            cut,
            "t",
            "nothing",
            "list",
            "huge",
            "half",
            "nul",
            "untold"
        ]
    );
}

#[test]
fn b25_maps_that_are_absent_null_or_something_else() {
    assert_eq!(decode_catalog(None, None, 10), Catalog::default());
    assert_eq!(decode("null", "null", 10), Catalog::default());
    assert_eq!(
        lines(&decode(r#"{"a":1}"#, "null", 10)),
        ["a ~Float Some(Float(1.0))"]
    );
    assert_eq!(lines(&decode("null", r#"{"a":"Int"}"#, 10)), ["a Int None"]);
    let odd = decode("[1]", "\"x\"", 10);
    assert_eq!(odd.entries, []);
    assert_eq!(odd.refused.len(), 2);
}

#[test]
fn b23_a_million_names_are_capped() {
    let members = |count: u32, value: &str| {
        let members: Vec<String> = (0..count).map(|i| format!("\"n{i}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    };
    let catalog = decode(
        &members(1_000_000, "1"),
        &members(1_000_000, "\"Int\""),
        500,
    );
    assert_eq!(catalog.entries.len(), 500);
    assert_eq!(catalog.entries[499].value, Some(Value::Int(1)));
    assert_eq!((catalog.refused.len(), catalog.refused_more), (0, 999_500));
    let catalog = decode(&members(5000, "null"), "{}", usize::MAX);
    assert_eq!((catalog.refused.len(), catalog.refused_more), (1000, 4000));
}

#[test]
fn b17_names_are_kept_exactly() {
    let names = [
        "\u{e9}",
        "e\u{301}",
        "a.b[0].c",
        "__proto__",
        "q\"\\/\u{1f600}\n",
    ];
    let mut answer = AnswerWriter::new();
    for name in names {
        answer.push(name, ValueRef::Int(1), "Int");
    }
    let answer = answer.finish();
    let value: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let (signals, types) = (
        value["signals"].to_string(),
        value["signalTypes"].to_string(),
    );
    let mut read: Vec<String> = decode(&signals, &types, 10)
        .entries
        .into_iter()
        .map(|e| e.name)
        .collect();
    let mut expected = names.map(str::to_owned);
    read.sort();
    expected.sort();
    assert_eq!(read, expected);
}

proptest! {
    #[test]
    fn any_two_maps_are_read_without_panic(signals in "\\PC{0,60}", types in r#"[{}\[\]":,a-c0-9\\ud]{0,60}"#) {
        let _ = decode(&signals, &types, 3);
        let _ = decode(&types, &signals, 3);
    }
}
