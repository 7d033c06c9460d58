//! Short messages that call for much work: it is bounded, and counted here in what is made.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::server::Server;
use crate::value::{Kind, ValueRef};

const MS: fn(u64) -> Duration = Duration::from_millis;
/// What is made for one client in a second, and may be made ahead.
const BYTES: usize = 32 << 20;
/// What a look at a signal counts as.
const LOOK: usize = 50;

fn many(count: usize) -> Server {
    let server = Server::with(&[], |o| o.prefix_collisions = true);
    for n in 0..count {
        server.declare(&format!("Signal{n}"));
    }
    server
}

fn of_type<'a>(messages: &'a [Json], wanted: &str) -> Vec<&'a Json> {
    let is = |message: &&Json| message["type"] == wanted;
    messages.iter().filter(is).collect()
}

#[test]
fn b33_catalogues_are_made_at_a_pace_and_one_answers_all_that_were_asked_for_meanwhile() {
    let mut server = many(10_000);
    server.join(1, None);
    server.say(1, json!({"type": "import_request"}));
    let bytes = server.sent[&1][0].len() + 10_000 * LOOK;
    let start = server.now;
    let text = r#"{"type":"import_request"}"#;
    while server.now.since(start) < MS(1000) {
        for _ in 0..10 {
            server.input(crate::session::Input::Text { peer: 1, text });
        }
        server.cycle();
    }
    let made = server.sent.remove(&1).unwrap().len();
    // One second's worth, one ahead, and the one that went over it.
    assert!((10..=2 * BYTES / bytes + 2).contains(&made), "{made}");
    // One that waits is the answer to this, too.
    server.say(1, json!({"type": "import_request"}));
    server.wait(MS(100));
    assert_eq!(of_type(&server.heard(1), "import_answer").len(), 1);
    server.wait(MS(2000));
    assert_eq!(server.heard(1), Vec::<Json>::new());
    assert!(server.closed.is_empty());
}

#[test]
fn snapshots_are_made_at_a_pace_and_the_last_subscription_counts() {
    let mut server = Server::new(&["Last"]);
    server.set(&[("Last", 5)]);
    let text = "x".repeat(60_000);
    let names: Vec<String> = (0..30).map(|n| format!("T{n}")).collect();
    for name in &names {
        server.declare_as(name, Kind::Text);
        let id = server.signals.names().find(name).unwrap();
        server
            .signals
            .table()
            .set(id, ValueRef::Text(&text))
            .unwrap();
    }
    server.connect(1, None);
    let start = server.now;
    while server.now.since(start) < MS(1000) {
        server.say(1, json!({"type": "subscribe", "subscribe": names}));
    }
    let made = server.sent.remove(&1).unwrap().len();
    assert!(
        (20..=2 * BYTES / (30 * 60_000) + 2).contains(&made),
        "{made}"
    );
    server.say(1, json!({"type": "subscribe", "subscribe": ["Last"]}));
    server.set(&[("Last", 6)]);
    server.wait(MS(1000));
    let heard = server.heard(1);
    assert_eq!(heard.len(), 1, "what changed meanwhile is in the snapshot");
    assert_eq!(heard[0]["type"], "snapshot");
    assert_eq!(heard[0]["signals"], json!({"Last": 6}));
}

#[test]
fn names_are_looked_at_at_a_pace_and_the_last_name_counts() {
    let mut server = many(20_000);
    server.declare("X");
    server.declare("last/X");
    server.set(&[("X", 1), ("last/X", 2)]);
    server.connect(1, None);
    server.say(1, json!({"type": "subscribe", "subscribe": ["X"]}));
    for n in 0..1000 {
        let text = &json!({"type": "init", "name": format!("name{n}")}).to_string();
        server.input(crate::session::Input::Text { peer: 1, text });
    }
    let look = Duration::from_secs_f64((20_000 * LOOK) as f64 / BYTES as f64);
    let wait = server.session.peers[&1].effort.wait(server.now).unwrap();
    assert!(wait.since(server.now) <= look, "no look while it waits");
    server.values(1);
    server.say(1, json!({"type": "init", "name": "last"}));
    server.wait(look);
    assert_eq!(server.values(1), json!({"X": 2}));
}

#[test]
fn states_that_nobody_reads_are_bounded_together_and_whoever_holds_them_up_goes() {
    const HELD: usize = 64 << 20;
    let mut server = Server::new(&[]);
    let text = "x".repeat(60_000);
    for n in 0..1000 {
        let name = format!("T{n}");
        server.declare_as(&name, Kind::Text);
        let id = server.signals.names().find(&name).unwrap();
        server
            .signals
            .table()
            .set(id, ValueRef::Text(&text))
            .unwrap();
    }
    let bytes = 1000 * 60_000;
    let fit = u32::try_from(HELD / bytes).unwrap() + 1;
    // One after the other, each with its state on the way.
    for client in 1..=fit + 2 {
        server.stuck.insert(client);
        server.connect(client, None);
        server.wait(MS(300));
    }
    assert_eq!(server.sent.len(), fit as usize);
    // As soon as one reads, the next one gets its state, and no other does.
    server.stuck.remove(&1);
    server.input(crate::session::Input::Drained { peers: &[1] });
    assert_eq!(server.sent.len(), fit as usize + 1);
    assert!(server.closed.is_empty());
    server.sent.clear();
    // What is not read in time makes room for the last.
    server.wait(Duration::from_secs(17));
    assert!(server.sent.contains_key(&(fit + 2)));
    assert!(!server.closed.is_empty() && server.closed.values().all(|(code, _)| *code == 1008));
    assert!(!server.closed.contains_key(&1) && !server.closed.contains_key(&(fit + 2)));
}
