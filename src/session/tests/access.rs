//! Roles: what a client may see and do, and that the rest does not exist for it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::server::Server;
use crate::access::{Grant, Role};
use crate::session::{EventKind, Input, LogLevel};

/// Lists with blanks between the patterns.
fn grant(number: u32, read: &str, write: &str) -> Arc<Grant> {
    let list = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    Arc::new(Grant::new(
        number,
        Role {
            name: format!("role{number}"),
            read: list(read),
            write: list(write),
            ..Role::default()
        },
    ))
}

fn allowing(number: u32, read: &str, write: &str, import: bool, config: bool) -> Arc<Grant> {
    let mut role = grant(number, read, write).role.clone();
    (role.import, role.config) = (import, config);
    Arc::new(Grant::new(number, role))
}

#[test]
fn c36_what_a_client_may_not_write_is_denied_counted_and_answered_with_the_true_value() {
    let mut server = Server::new(&["A", "B"]);
    server.set(&[("A", 1), ("B", 2)]);
    assert_eq!(
        server.join(1, Some(&grant(1, "*", "B"))),
        json!({"A": 1, "B": 2})
    );
    server.join(2, None);
    server.say(1, json!({"type": "data", "signals": {"A": 5, "B": 6}}));
    assert_eq!((server.value("A"), server.value("B")), (1, 6));
    assert_eq!(server.denied(), 1);
    assert_eq!(
        server.values(1),
        json!({"A": 1}),
        "the true value comes back"
    );
    assert_eq!(server.values(2), json!({"B": 6}));
    assert_eq!(server.logged("may not write signal A"), 1);
    assert_eq!(server.logged("role1"), 1);
    for value in 7..20 {
        server.say(1, json!({"type": "data", "signals": {"A": value}}));
    }
    assert_eq!(server.denied(), 14);
    assert_eq!(server.logged("may not write"), 1, "once for each signal");
    // At most one a second.
    assert_eq!(server.values(1), json!({}));
    server.wait(Duration::from_secs(1));
    server.heard(1);
    // A peer that sends its whole state has this in it all the time.
    server.say(1, json!({"type": "data", "signals": {"A": 1}}));
    assert_eq!(server.denied(), 14);
    assert_eq!(server.session.stats().echoes, 1);
    server.say(1, json!({"type": "data", "signals": {"A": 9}}));
    assert_eq!(server.values(1), json!({"A": 1}));
    assert_eq!(server.session.stats().rejected_direction, 0);
}

#[test]
fn c37_to_subscribe_to_a_hidden_signal_is_to_subscribe_to_none() {
    let answers = |names: Json| {
        let mut server = Server::new(&["Line1/a", "Line2/b"]);
        server.set(&[("Line1/a", 1), ("Line2/b", 2)]);
        server.connect(1, Some(&grant(1, "Line1/*", "Line1/*")));
        server.say(1, json!({"type": "subscribe", "subscribe": names}));
        server.set(&[("Line2/b", 3)]);
        server.set(&[("Line1/a", 4), ("Line2/b", 5)]);
        server.wait(Duration::from_secs(2));
        let sent = server.sent.remove(&1).unwrap();
        (sent, server.session.stats())
    };
    let hidden = answers(json!(["Line1/a", "Line2/b"]));
    let unknown = answers(json!(["Line1/a", "Line2/x"]));
    assert_eq!(hidden, unknown);
    assert_eq!(hidden.0.len(), 2);
    assert!(hidden.0[0].contains("\"snapshot\"") && !hidden.0[0].contains("Line2"));
}

#[test]
fn c38_hidden_signals_are_in_no_catalogue() {
    let mut server = Server::with(&["Line1/a", "Line2/b"], |o| o.catalog_push = true);
    server.join(1, Some(&allowing(1, "Line1/*", "*", true, false)));
    server.say(1, json!({"type": "import_request"}));
    let answer = server.heard(1).remove(0);
    assert_eq!(answer["signalTypes"], json!({"Line1/a": "PLCInputInt"}));
    assert_eq!(answer["signals"], json!({"Line1/a": 0}));
    // Nor in one that is sent again because it grew.
    server.declare("Line2/new");
    server.declare("Line1/new");
    server.wait(Duration::from_millis(500));
    let pushed = server.heard(1).remove(0);
    let types = json!({"Line1/a": "PLCInputInt", "Line1/new": "PLCInputInt"});
    assert_eq!(pushed["signalTypes"], types);
    assert_eq!(server.denied(), 0);
}

#[test]
fn c38_a_hidden_signal_that_comes_is_noticed_by_no_answer_and_no_time() {
    let mut server = Server::with(&["Line1/a"], |o| o.catalog_push = true);
    server.join(1, Some(&allowing(1, "Line1/*", "*", true, false)));
    server.join(2, None);
    for client in [1, 2] {
        server.say(client, json!({"type": "import_request"}));
        assert_eq!(server.heard(client).len(), 1);
    }
    server.declare("Line2/new");
    server.wait(Duration::from_millis(200));
    server.declare("Line1/new");
    server.wait(Duration::from_millis(200));
    // Half of the delay of what it may see is still to come.
    assert_eq!(server.heard(1), Vec::<Json>::new());
    assert_eq!(server.heard(2).len(), 1);
    server.wait(Duration::from_millis(500));
    assert_eq!(server.heard(1).len(), 1);
    server.declare("Line2/newer");
    server.wait(Duration::from_millis(500));
    assert_eq!(server.heard(1), Vec::<Json>::new());
    assert_eq!(server.heard(2).len(), 1);
}

#[test]
fn c38_without_the_right_to_import_the_catalogue_is_empty() {
    let mut server = Server::with(&["A"], |o| o.catalog_push = true);
    server.join(1, Some(&grant(1, "*", "*")));
    for _ in 0..3 {
        server.say(1, json!({"type": "import_request"}));
    }
    for answer in server.heard(1) {
        assert_eq!(answer["type"], "import_answer");
        assert_eq!(
            (&answer["signals"], &answer["signalTypes"]),
            (&json!({}), &json!({}))
        );
    }
    assert_eq!((server.denied(), server.logged("catalogue")), (3, 1));
    server.declare("B");
    server.wait(Duration::from_millis(500));
    assert_eq!(server.heard(1), Vec::<Json>::new());
}

#[test]
fn c39_and_c40_hidden_signals_are_in_no_state_and_no_change() {
    let mut server = Server::new(&["Line1/a", "Line2/b", "Line2/c"]);
    server.set(&[("Line1/a", 1), ("Line2/b", 2), ("Line2/c", 3)]);
    let role = grant(1, "Line1/*", "Line2/b");
    assert_eq!(server.join(1, Some(&role)), json!({"Line1/a": 1}));
    server.join(2, None);
    server.set(&[("Line1/a", 4), ("Line2/b", 5), ("Line2/c", 6)]);
    assert_eq!(server.values(1), json!({"Line1/a": 4}));
    assert_eq!(
        server.values(2),
        json!({"Line1/a": 4, "Line2/b": 5, "Line2/c": 6})
    );
    // It writes blind, and hears nothing of it: neither the other's value nor its own in a snapshot.
    server.say(1, json!({"type": "data", "signals": {"Line2/b": 7}}));
    assert_eq!(server.value("Line2/b"), 7);
    server.say(
        2,
        json!({"type": "data", "signals": {"Line2/b": 8, "Line1/a": 9}}),
    );
    assert_eq!(server.values(1), json!({"Line1/a": 9}));
    server.say(1, json!({"type": "data", "signals": {"Line2/b": 10}}));
    server.say(
        1,
        json!({"type": "subscribe", "subscribe": ["Line1/a", "Line2/b", "Line2/c"]}),
    );
    assert_eq!(server.values(1), json!({"Line1/a": 9}));
    server.wait(Duration::from_secs(3));
    assert_eq!(server.values(1), json!({}));
    assert_eq!(server.denied(), 0);
}

#[test]
fn c41_to_write_a_hidden_signal_looks_as_to_write_none() {
    let answers = |name: &str, value: &Json| {
        let mut server = Server::new(&["Line1/a", "Line2/b"]);
        server.set(&[("Line1/a", 1), ("Line2/b", 2)]);
        server.join(1, Some(&grant(1, "Line1/*", "Line1/*")));
        let mut signals = serde_json::Map::new();
        signals.insert(name.to_owned(), value.clone());
        signals.insert("Line1/a".to_owned(), json!(3));
        for _ in 0..3 {
            server.say(1, json!({"type": "data", "signals": signals}));
            server.wait(Duration::from_secs(1));
        }
        assert_eq!((server.value("Line1/a"), server.value("Line2/b")), (3, 2));
        (server.sent.remove(&1), server.denied())
    };
    for value in [json!(5), json!(2), json!({}), json!("text"), json!(1.5)] {
        let (hidden, denied) = answers("Line2/b", &value);
        let (unknown, none) = answers("Line2/x", &value);
        assert_eq!(hidden, unknown, "{value}");
        assert_eq!((denied, none), (3, 0), "{value}");
    }
}

#[test]
fn c41_what_may_not_be_written_is_denied_whatever_is_written() {
    let mut server = Server::new(&["Seen", "Own", "Hidden"]);
    server.set(&[("Seen", 1), ("Own", 2), ("Hidden", 3)]);
    server.join(1, Some(&grant(1, "Seen Own", "Own")));
    for bad in [json!("x"), json!([1]), json!(null)] {
        let (denied, rejected) = (server.denied(), server.session.stats().rejected_type);
        for name in ["Seen", "Hidden", "Own", "Unknown"] {
            server.say(1, json!({"type": "data", "signals": {name: bad}}));
        }
        let stats = server.session.stats();
        assert_eq!(
            (stats.denied, stats.rejected_type),
            (denied + 2, rejected + 1)
        );
        // A hidden one is answered as one that is none: not at all.
        assert_eq!(server.values(1), json!({"Seen": 1, "Own": 2}));
        server.wait(Duration::from_secs(1));
    }
    assert_eq!(server.logged("may not write signal Hidden"), 1);
    assert_eq!(server.logged("cannot be converted"), 1);
}

#[test]
fn c42_patterns_hold_for_signals_that_come_later() {
    let mut server = Server::new(&[]);
    server.join(1, Some(&grant(1, "Line?/temp* *Motor", "*/set")));
    for name in [
        "Line1/temp",
        "LineX/temp.9",
        "Line10/temp",
        "Motor",
        "a Motor",
        "Motor2",
    ] {
        server.declare(name);
    }
    let all = [
        "Line1/temp",
        "LineX/temp.9",
        "Line10/temp",
        "Motor",
        "a Motor",
        "Motor2",
    ];
    server.set(&all.map(|name| (name, 5)));
    assert_eq!(
        server.values(1),
        json!({"Line1/temp": 5, "LineX/temp.9": 5, "Motor": 5, "a Motor": 5})
    );
    server.declare("x/set");
    server.declare("x/set2");
    server.say(
        1,
        json!({"type": "data", "signals": {"x/set": 1, "x/set2": 1}}),
    );
    assert_eq!((server.value("x/set"), server.value("x/set2")), (1, 0));
    assert_eq!(server.denied(), 1);
}

#[test]
fn clients_of_several_roles_each_get_their_own_part_of_one_change() {
    let mut server = Server::new(&["A", "B", "C"]);
    let (one, two) = (grant(1, "A B", ""), grant(2, "B C", ""));
    server.join(1, None);
    server.join(2, Some(&one));
    server.join(3, Some(&two));
    server.join(4, Some(&one));
    server.join(5, Some(&grant(3, "", "")));
    for round in 1..4 {
        server.set(&[("A", round), ("B", round), ("C", round)]);
        assert_eq!(
            server.values(1),
            json!({"A": round, "B": round, "C": round})
        );
        assert_eq!(server.values(2), json!({"A": round, "B": round}));
        assert_eq!(server.values(3), json!({"B": round, "C": round}));
        assert_eq!(server.values(4), json!({"A": round, "B": round}));
        assert_eq!(server.heard(5), Vec::<Json>::new());
    }
    // A role that allows everything is none.
    server.connect(6, Some(&Arc::new(Grant::new(9, Role::full()))));
    server.say(6, json!({"type": "data", "signals": {"A": 77}}));
    assert_eq!(server.value("A"), 77);
}

#[test]
fn c41_a_clients_own_catalogue_is_taken_over_as_far_as_it_may_write() {
    let catalogue = json!({
        "type": "import_answer",
        "signals": {"Mine/a": 1, "Yours/b": 2, "Yours/old": 99},
        "signalTypes": {"Mine/a": "PLCInputInt", "Yours/b": "PLCInputInt", "Yours/old": "PLCInputInt"},
    });
    let mut server = Server::with(&["Yours/old"], |o| o.auto_import = true);
    server.join(1, Some(&allowing(1, "*", "Mine/*", true, false)));
    server.join(2, Some(&grant(2, "*", "*")));
    server.say(2, catalogue.clone());
    assert_eq!(server.signals.names().len(), 1, "no right to import");
    assert_eq!(server.denied(), 1);
    server.say(1, catalogue);
    assert_eq!(server.signals.names().len(), 2);
    assert_eq!((server.value("Mine/a"), server.value("Yours/old")), (1, 0));
    assert_eq!(server.denied(), 3);
    // Nor is a client asked whose answer would not be taken.
    let until = server.now + Duration::from_secs(1);
    server.input(Input::Import { token: 1, until });
    assert_eq!(server.heard(1).len(), 1);
    assert_eq!(server.heard(2).len(), 1, "the new signal's value alone");
}

#[test]
fn c41_configuration_and_messages_of_the_hosts_own_need_their_right() {
    let mut server = Server::with(&[], |o| o.raw_events = true);
    server.input(Input::PublishConfig(r#"{"password":"x"}"#.to_owned()));
    server.join(1, Some(&allowing(1, "*", "*", true, false)));
    server.join(2, Some(&allowing(2, "", "", false, true)));
    for peer in [1, 2] {
        server.say(peer, json!({"type": "config_get"}));
        server.say(peer, json!({"type": "config_set", "config": {"a": 1}}));
        server.say(peer, json!({"type": "of_ours", "x": peer}));
    }
    let denied = server.heard(1);
    assert_eq!(denied[0]["config"], json!({}));
    assert_eq!(denied[1]["success"], json!(false));
    assert_eq!(server.heard(2)[0]["config"], json!({"password": "x"}));
    let told: Vec<_> = server
        .events
        .iter()
        .filter(|event| matches!(event.kind, EventKind::ConfigSet | EventKind::Raw))
        .map(|event| event.client)
        .collect();
    assert_eq!(told, [2, 2]);
    assert_eq!(server.denied(), 3);
    // To all means to those who may hear it; to one is to that one.
    let json = r#"{"type":"news"}"#.to_owned();
    let (peer, again) = (None, json.clone());
    server.input(Input::SendRaw { peer, json });
    assert_eq!((server.heard(1).len(), server.heard(2).len()), (0, 1));
    let peer = Some(1);
    server.input(Input::SendRaw { peer, json: again });
    assert_eq!(server.heard(1).len(), 1);
}

#[test]
fn c22_who_came_by_a_revoked_token_is_closed_and_heard_no_more() {
    let mut server = Server::new(&["A"]);
    let (one, two) = (grant(1, "*", "*"), Arc::new(Grant::new(2, Role::full())));
    server.join(1, Some(&one));
    server.join(2, Some(&two));
    server.join(3, Some(&two));
    server.join(4, None);
    two.revoke();
    server.input(Input::Revoke { grant: 2 });
    let closed: Vec<_> = server
        .closed
        .iter()
        .map(|(id, (code, _))| (*id, *code))
        .collect();
    assert_eq!(closed, [(2, 1008), (3, 1008)]);
    server.say(2, json!({"type": "data", "signals": {"A": 5}}));
    assert_eq!(server.value("A"), 0);
    server.set(&[("A", 6)]);
    assert_eq!(server.values(2), json!({}));
    assert_eq!(server.values(1), json!({"A": 6}));
    // One that was on its way in.
    server.connect(5, Some(&two));
    assert_eq!(server.closed[&5].0, 1008);
}

#[test]
fn the_name_of_another_client_alone_gives_nobody_its_place() {
    let quality = |by: &Arc<Grant>| {
        let mut server = Server::new(&["A"]);
        let own = grant(1, "*", "A");
        server.connect(1, Some(&own));
        server.say(1, json!({"type": "init", "name": "robot"}));
        server.say(1, json!({"type": "data", "signals": {"A": 1}}));
        let reason = String::new();
        server.input(Input::Closed { peer: 1, reason });
        server.connect(2, Some(by));
        server.say(2, json!({"type": "init", "name": "robot"}));
        server.wait(Duration::from_secs(3));
        let table = server.signals.table();
        table.slot(0).unwrap().quality
    };
    let own = grant(1, "*", "A");
    assert_eq!(quality(&own), crate::value::Quality::Good);
    assert_eq!(quality(&grant(2, "", "")), crate::value::Quality::Stale);
}

#[test]
fn b27_bad_subscriptions_and_other_nonsense_fill_no_log() {
    let mut server = Server::new(&["A"]);
    server.join(1, None);
    server.join(2, None);
    for n in 0..1000 {
        server.say(1, json!({"type": "subscribe", "subscribe": 5}));
        server.say(
            1,
            json!({"type": "data", "signals": {format!("N{n}"): 1, "A": {}}}),
        );
    }
    server.say(2, json!({"type": "subscribe", "subscribe": 5}));
    let warnings = |server: &Server| {
        let lines = server.log.iter();
        lines.filter(|(level, _)| *level == LogLevel::Warn).count()
    };
    // 20 s of that: 20 lines in each 10 s, a line on how many were left out, and the other client's own.
    assert!(
        (21..=65).contains(&warnings(&server)),
        "{}",
        warnings(&server)
    );
    assert_eq!(server.logged("in these 10 s is only counted"), 2);
    server.wait(Duration::from_secs(11));
    assert!(server.logged("more lines about 10.0.0.1 were left out") >= 2);
}

#[test]
fn c17_configurations_and_secrets_are_in_no_log() {
    let mut server = Server::with(&["A"], |o| {
        o.debug = true;
        o.access_token = Some("s3same-token".into());
    });
    server.join(1, None);
    for text in [
        r#"{"type":"config_set","config":{"password":"hunter22"}}"#,
        r#"{"config":{"password":"hunter22"},"type":"config_set""#,
        r#"{"type":"config_set","config":{"password":"hunter22"#,
        r#"{"type":"init","name":"s3same-token"}"#,
        r#"{"type":"data","signals":{"s3same-token":1}}"#,
        // Where the log cuts them, a secret stands.
        r#"{"type":"data","signals":{"A":"a text that goes on until the log has had enough, says: s3same-token"}}"#,
        r#"{"type":"data","signals":{"A":"text","and another":["","s3same-token""#,
    ] {
        server.input(Input::Text { peer: 1, text });
    }
    let reason = "told s3same-token".to_owned();
    server.input(Input::Closed { peer: 1, reason });
    for (_, line) in &server.log {
        assert!(
            !line.contains("hunter22") && !line.contains("s3same"),
            "{line}"
        );
    }
    for event in &server.events {
        assert!(!event.text.contains("s3same"), "{}", event.text);
    }
    assert!(server.logged("bytes with a configuration, not shown") >= 5);
    assert!(server.logged("***") >= 3);
}

#[test]
fn the_name_of_another_client_alone_brings_nobody_its_signals() {
    let mut server = Server::with(&[], |o| o.prefix_collisions = true);
    let grants = [1, 2, 3].map(|number| allowing(number, "*", "*", true, true));
    for (client, name) in [(1, "first"), (2, "cell")] {
        server.connect(client, Some(&grants[client as usize - 1]));
        server.say(client, json!({"type": "init", "name": name}));
    }
    let until = server.now + Duration::from_secs(5);
    server.input(Input::Import { token: 1, until });
    for (client, kind) in [(1, "PLCOutputInt"), (2, "PLCOutputFloat")] {
        server.say(
            client,
            json!({"type": "import_answer", "signals": {"X": client}, "signalTypes": {"X": kind}}),
        );
    }
    assert!(server.signals.names().find("cell/X").is_some());
    server.connect(3, Some(&grants[2]));
    server.say(3, json!({"type": "init", "name": "cell"}));
    server.wait(Duration::from_millis(300));
    assert_eq!(server.values(3), json!({"X": 1, "cell/X": 2.0}));
    server.say(3, json!({"type": "data", "signals": {"X": 7}}));
    assert_eq!(server.value("X"), 7);
    // By the same token it is the same client.
    server.connect(4, Some(&grants[1]));
    server.say(4, json!({"type": "init", "name": "cell"}));
    server.wait(Duration::from_millis(300));
    assert_eq!(server.values(4), json!({"X": 2.0}));
}
