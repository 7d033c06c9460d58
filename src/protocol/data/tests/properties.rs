//! What holds for every frame.

use proptest::prelude::*;

use super::*;
use crate::protocol::encode::{CLOSE, DATA_OPEN, SNAPSHOT_OPEN};
use crate::value::Value;

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX), -2_i64..3].prop_map(Value::Int),
        any::<f64>()
            .prop_filter("finite", |v| v.is_finite())
            .prop_map(Value::Float),
        (-1e6..1e6).prop_map(Value::Float),
        "[^\u{0}]{0,20}".prop_map(Value::Text),
        "[\u{1}-\u{7f}]{0,20}".prop_map(Value::Text),
    ]
}

/// Values are the same to the bit, so that `-0.0` is not `0.0`.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (a, b) => a == b,
    }
}

/// A well-formed frame with one byte changed, removed, doubled, or cut off behind it.
fn mutated() -> impl Strategy<Value = String> {
    let frames = prop::sample::select(vec![
        r#"{"type":"data","version":2,"signals":{"Bool":true,"Int":-42,"Float":1.5e3,"Text":"a\u00e9\n\ud83d\ude00","no":[1,{"a":null}]}}"#,
        r#"{"signals":{"Int":1e400,"\ud800":1,"Text":"\ud800"},"extra":[[[]]],"type":"snapshot"}"#,
        r#"{"type":"import_answer","version":2,"signals":{"a":1},"signalTypes":{"a":"PLCInputInt"}}"#,
        r#"{"type":"subscribe","version":2,"subscribe":["a","b"]}"#,
        r#"{"type":"config_result","version":2,"success":true,"message":"ok"}"#,
    ]);
    (frames, any::<prop::sample::Index>(), any::<u8>(), 0..4).prop_map(|(frame, at, byte, how)| {
        let mut bytes = frame.as_bytes().to_vec();
        let at = at.index(bytes.len());
        match how {
            0 => bytes[at] = byte,
            1 => drop(bytes.remove(at)),
            2 => bytes.insert(at, bytes[at]),
            _ => bytes.truncate(at),
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(
        values in prop::collection::btree_map("[^\u{0}]{1,12}", any_value(), 0..20),
        snapshot: bool,
    ) {
        let table = Table::new(values.iter().map(|(name, value)| (name.clone(), value.as_ref().kind())));
        let mut frame = String::from(if snapshot { SNAPSHOT_OPEN } else { DATA_OPEN });
        for (i, (name, value)) in values.iter().enumerate() {
            if i > 0 {
                frame.push(',');
            }
            write_key(&mut frame, name);
            write_value(&mut frame, value.as_ref());
        }
        frame.push_str(CLOSE);
        let mut decoder = Decoder::new();
        let decoded = decoder.decode(&frame, &table, true).unwrap();
        prop_assert_eq!(decoded.version, Version::Ok);
        prop_assert_eq!(matches!(decoded.message, Message::Snapshot), snapshot);
        let batch = decoder.batch();
        prop_assert_eq!(batch.entries.len(), values.len());
        for (entry, value) in batch.entries.iter().zip(values.values()) {
            prop_assert!(!entry.lossy && !entry.coerced);
            let read = batch.value(entry).to_owned();
            prop_assert!(same(&read, value), "{:?} {:?}", read, value);
        }
        prop_assert!(batch.refused.is_empty() && batch.unknown == 0 && batch.refused_names == 0);
    }

    #[test]
    fn arbitrary_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Decoder::new().decode(&String::from_utf8_lossy(&bytes), &Table::of_kinds(), false);
    }

    #[test]
    fn mutated_frames_do_not_panic_and_are_accepted_only_if_they_are_json(frame in mutated()) {
        let table = Table::of_kinds();
        let mut decoder = Decoder::new();
        let accepted = decoder.decode(&frame, &table, false).is_ok();
        // `RawValue` follows the grammar alone: lone surrogates and 1e400 are JSON.
        let json = serde_json::from_str::<&serde_json::value::RawValue>(&frame).is_ok();
        prop_assert!(json || !accepted, "{}", frame);
        for entry in &decoder.batch().entries {
            let kind = table.0[entry.signal as usize].1;
            prop_assert_eq!(decoder.batch().value(entry).kind(), kind);
        }
    }

    #[test]
    fn json_of_any_shape_does_not_panic(frame in r#"\{"type":"data","signals":\{("(Int|Text|\\ud800)":("[a\\u0d8]{0,4}"|[-0-9.e]{1,5}|\[\{\}\]|null),){0,3}"Bool":1\}\}"#) {
        let _ = Decoder::new().decode(&frame, &Table::of_kinds(), false);
    }
}
