//! One encoding for everyone who gets the same, and each its own where they differ.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::options::Options;
use crate::session::{Input, Output, Session};
use crate::signals::{Declaration, Signals};
use crate::time::Time;
use crate::value::{Access, Direction, Kind, ValueRef};

/// What one cycle sends to each client.
fn cycle(session: &mut Session, now: Time) -> BTreeMap<u32, Utf8Bytes> {
    session.handle(now, Input::Cycle { skipped: 0 });
    let mut outputs = Vec::new();
    session.outputs(&mut outputs);
    let mut sent = BTreeMap::new();
    for output in outputs {
        if let Output::Send { peer, text } = output {
            assert!(sent.insert(peer, text).is_none(), "one frame for each");
        }
    }
    for peer in sent.keys() {
        session.handle(now, Input::Drained { peers: &[*peer] });
    }
    sent
}

#[test]
fn clients_without_ties_share_a_text_and_the_others_get_what_is_theirs() {
    let mut options = Options::server();
    options.heartbeat = Duration::ZERO;
    let signals = Arc::new(Signals::new(1000).unwrap());
    let mut session = Session::new(Arc::new(options), Arc::clone(&signals), 7);
    for name in ["A", "B"] {
        let declaration = Declaration::new(name, Kind::Int, Direction::Input);
        signals
            .declare(&declaration, Direction::Input, Access::ReadWrite)
            .unwrap();
    }
    let mut now = Time::from_micros(1_000_000);
    session.handle(now, Input::Start);
    let texts = [
        r#"{"type":"init","version":2,"name":"plain"}"#,
        r#"{"type":"init","version":2,"name":"plain too"}"#,
        r#"{"type":"data","signals":{"B":7}}"#,
        r#"{"type":"subscribe","subscribe":["A"]}"#,
    ];
    for peer in 1..=4 {
        session.handle(
            now,
            Input::Connected {
                peer,
                address: "127.0.0.1:1".to_owned(),
                note: String::new(),
                ip: None,
                grant: None,
            },
        );
    }
    // The first states are through before anything is set.
    now = now + Duration::from_secs(1);
    session.handle(now, Input::Deadline);
    cycle(&mut session, now);
    for (peer, text) in (1..).zip(texts) {
        session.handle(now, Input::Text { peer, text });
    }
    let mut answers = Vec::new();
    session.outputs(&mut answers);
    for output in answers {
        if let Output::Send { peer, .. } = output {
            session.handle(now, Input::Drained { peers: &[peer] });
        }
    }

    let _ = signals.table().set(0, ValueRef::Int(5));
    let sent = cycle(&mut session, now);
    let values = |text: &Utf8Bytes| text.split_once("signals\":").unwrap().1.to_owned();
    assert_eq!(values(&sent[&1]), r#"{"A":5,"B":7}}"#);
    assert_eq!(values(&sent[&3]), r#"{"A":5}}"#, "B is its own");
    assert_eq!(values(&sent[&4]), r#"{"A":5}}"#, "it asked for no other");
    assert_eq!(sent[&1].as_ptr(), sent[&2].as_ptr());
    assert_eq!(sent[&3].as_ptr(), sent[&4].as_ptr());
}
