//! What the decoder keeps from frame to frame, and what hostile frames cost it.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use super::*;

#[test]
fn nothing_of_a_frame_is_left_after_another_or_after_a_malformed_one() {
    let table = Table::of_kinds();
    let mut decoder = Decoder::new();
    let full = r#"{"type":"data","signals":{"Int":1,"Text":"x","Bool":null,"no":1,"\u0000":1}}"#;
    for next in [
        r#"{"type":"data"}"#,
        r#"{"type":"import_request"}"#,
        r#"{"type":"data","signals":{"Int":2},"#,
        r#"{"type":"data","signals":{"Int":1e400},"type":"data"}"#,
        r#"{"type":"import_answer","signals":{"Int":2}}"#,
        "null",
    ] {
        decoder.decode(full, &table, false).unwrap();
        assert_eq!(decoder.batch().entries.len(), 2);
        let _ = decoder.decode(next, &table, false);
        assert_eq!(*decoder.batch(), Batch::default(), "{next}");
    }
}

#[test]
fn of_unknown_names_no_more_is_kept_than_a_name_can_have() {
    let table = Table::of_kinds();
    let mut decoder = Decoder::new();
    let long = "ä".repeat(100_001);
    let frame = format!(r#"{{"type":"data","signals":{{"{long}":1,"x{long}":2,"no":3}}}}"#);
    decoder.decode(&frame, &table, false).unwrap();
    assert_eq!(decoder.batch().unknown, 3);
    let lengths = decoder.batch().unknown_names().map(str::len);
    assert_eq!(lengths.collect::<Vec<_>>(), [512, 511, 2]);
}

#[test]
fn buffers_are_kept_but_a_megabyte_of_text_is_not() {
    let table = Table::new((0..100).map(|i| (format!("t{i}"), Kind::Text)));
    let frame = |len: usize| {
        let members: Vec<_> = (0..100)
            .map(|i| format!("\"t{i}\":\"{}\"", "x".repeat(len)))
            .collect();
        format!(r#"{{"type":"data","signals":{{{}}}}}"#, members.join(","))
    };
    let mut decoder = Decoder::new();
    let (small, large) = (frame(50), frame(MAX_TEXT_BYTES));
    decoder.decode(&small, &table, false).unwrap();
    let buffers = |d: &Decoder| {
        (
            d.batch.entries.as_ptr(),
            d.batch.text.as_ptr(),
            d.seen.signals.as_ptr(),
        )
    };
    let before = buffers(&decoder);
    for _ in 0..10 {
        decoder.decode(&small, &table, false).unwrap();
        assert_eq!(buffers(&decoder), before);
    }
    decoder.decode(&large, &table, false).unwrap();
    assert!(decoder.batch.text.capacity() > 6 << 20);
    decoder.decode(&small, &table, false).unwrap();
    assert!(decoder.batch.text.capacity() <= 2 << 20);
}

#[test]
fn the_stamp_may_wrap() {
    let table = Table::of_kinds();
    let mut decoder = Decoder::new();
    decoder
        .decode(r#"{"type":"data","signals":{"Int":1}}"#, &table, false)
        .unwrap();
    decoder.seen.stamp = u32::MAX - 1;
    for value in 2..6 {
        let frame = format!(r#"{{"type":"data","signals":{{"Text":"x","Int":{value}}}}}"#);
        decoder.decode(&frame, &table, false).unwrap();
        assert_eq!(
            show(&table, decoder.batch()),
            format!("Text=\"x\", Int={value}")
        );
    }
}

#[test]
fn likely_is_what_followed_last_time_or_else_the_next_id() {
    struct Recording(std::cell::RefCell<Vec<u32>>);
    impl Resolve for Recording {
        fn resolve(&self, name: &str) -> Option<(u32, Kind)> {
            self.0.borrow_mut().push(u32::MAX);
            name.parse().ok().map(|id| (id, Kind::Int))
        }
        fn kind_if(&self, signal: u32, name: &str) -> Option<Kind> {
            self.0.borrow_mut().push(signal);
            (name == signal.to_string()).then_some(Kind::Int)
        }
    }
    const HASHED: u32 = u32::MAX;
    let names = Recording(Default::default());
    let frame = r#"{"type":"data","signals":{"4":1,"no":1,"5":1,"4":1}}"#;
    let mut decoder = Decoder::new();
    let object: &dyn Resolve = &names;
    decoder.decode(frame, object, false).unwrap();
    decoder.decode(frame, &names, false).unwrap();
    let unknown_order = [
        [0, 0, HASHED].as_slice(),
        &[5, 5, HASHED],
        &[5],
        &[6, 6, HASHED],
    ];
    let known_order = [[4].as_slice(), &[5, 5, HASHED], &[5], &[4]];
    assert_eq!(
        *names.0.borrow(),
        [unknown_order, known_order].concat().concat()
    );
    // In an order that differs from the last one, and is that of the ids.
    names.0.borrow_mut().clear();
    let frame = r#"{"type":"data","signals":{"4":1,"5":1,"6":1}}"#;
    decoder.decode(frame, &names, false).unwrap();
    assert_eq!(*names.0.borrow(), [4, 5, 4, 6]);
}

/// How long this thread has had a processor so far: time in which others had it says nothing about the code. Where the
/// system does not tell, the time that has passed since the first call.
fn worked() -> Duration {
    static FIRST: LazyLock<Instant> = LazyLock::new(|| {
        #[expect(
            clippy::disallowed_methods,
            reason = "the test measures, the code does not"
        )]
        Instant::now()
    });
    let told = std::fs::read_to_string("/proc/thread-self/schedstat");
    let nanoseconds = told
        .ok()
        .and_then(|told| told.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| FIRST.elapsed(), Duration::from_nanos)
}

#[test]
fn hostile_frames_are_answered_quickly() {
    let table = Table::of_kinds();
    let mut decoder = Decoder::new();
    let bombs = [
        format!(
            r#"{{"type":"data","signals":{{"Float":0.{}}}}}"#,
            "123456789".repeat(400_000)
        ),
        format!(
            r#"{{"type":"data","signals":{{{}"Float":1e400}}}}"#,
            "\"Int\":1,".repeat(400_000)
        ),
        format!(
            r#"{{"signals":{{{}"Float":1e400}},"type":"data"}}"#,
            "\"\\u0049nt\":\"1\",".repeat(200_000)
        ),
        format!(r#"{{"type":"data","x":{}"#, "[".repeat(4 << 20)),
        "{\"type\":\"data\",\"signals\":{\"Int\":".repeat(100_000),
    ];
    for bomb in bombs {
        let begun = worked();
        let _ = decoder.decode(&bomb, &table, false);
        // Far above what an unoptimised build needs for 4 MiB; quadratic work would take hours.
        assert!(worked() - begun < Duration::from_secs(60));
    }
}
