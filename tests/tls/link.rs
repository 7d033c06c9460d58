//! A connection with TLS, in use and at its end.

use crate::*;

#[test]
fn values_cross_a_connection_with_tls_in_both_directions() {
    let rig = Rig::new(|o| o.tls.enabled = true);
    let big = "0123456789".repeat(6000);
    let text = input(&rig.server, "Text", Kind::Text);
    let ids: Vec<u32> = (0..500)
        .map(|n| input(&rig.server, &format!("S{n}"), Kind::Int))
        .collect();
    let back = output(&rig.server, "Back", Kind::Int);
    for address in ["127.0.0.1", "localhost"] {
        let client = rig.client(|o| o.address = address.to_owned());
        let text_there = input(&client, "Text", Kind::Text);
        let last_there = input(&client, "S499", Kind::Int);
        let back_there = output(&client, "Back", Kind::Int);
        connect(&client);
        for round in 1..=20 {
            for id in &ids {
                set(&rig.server, *id, ValueRef::Int(round));
            }
            set(&rig.server, text, ValueRef::Text(&big[round as usize..]));
            set(&client, back_there, ValueRef::Int(round));
            until_holds(&client, last_there, ValueRef::Int(round));
            until_holds(&client, text_there, ValueRef::Text(&big[round as usize..]));
            until_holds(&rig.server, back, ValueRef::Int(round));
        }
        client.stop(SECOND).unwrap();
    }
}

#[test]
fn refusals_and_ends_are_told_inside_tls() {
    let rig = Rig::new(|o| o.limits.max_clients = 1);
    let mut first = rig.by_hand(|_| {}).unwrap();
    let head = upgrade(&mut first, rig.port(), "");
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    until("it is counted", || rig.server.info().clients == 1);

    let mut second = rig.by_hand(|_| {}).unwrap();
    second
        .write_all(request(rig.port(), "").as_bytes())
        .unwrap();
    let mut answer = String::new();
    // Fails where TLS does not say that it ends.
    second.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    drop(second);

    let stopping = std::thread::spawn({
        let server = rig.server;
        move || server.stop(LIMIT)
    });
    let (kind, close) = loop {
        let frame = raw::read_frame(&mut first);
        if frame.0 == 0x88 {
            break frame;
        }
    };
    assert_eq!((kind, &close[..2]), (0x88, &1001u16.to_be_bytes()[..]));
    first
        .write_all(&[0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9])
        .unwrap();
    first.flush().unwrap();
    // TLS ends in order: read_to_end fails on an end without close_notify.
    first.read_to_end(&mut Vec::new()).unwrap();
    drop(first);
    stopping.join().unwrap().unwrap();
}

#[test]
fn a_peer_that_ends_tls_without_a_word_is_as_one_that_ends_tcp() {
    let rig = Rig::new(|_| {});
    let mut stream = rig.by_hand(|_| {}).unwrap();
    let head = upgrade(&mut stream, rig.port(), "");
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    stream.sock.shutdown(std::net::Shutdown::Write).unwrap();
    rig.until_logged(&["ended the connection without a WebSocket close"]);
}
