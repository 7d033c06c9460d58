//! Who comes to speak TLS and does not, or not to its end; and what is agreed on.

use crate::*;

#[test]
fn c33_a_plain_client_at_a_tls_server_is_told_in_plain_http() {
    let rig = Rig::new(|_| {});
    let mut stream = TcpStream::connect(("127.0.0.1", rig.port())).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream
        .write_all(request(rig.port(), "").as_bytes())
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.contains("use wss://"), "{answer}");
    drop(stream);
    rig.until_logged(&["plain text (ws://)", "switch TLS on"]);

    let client = client_with(&rig.server, |o| o.max_reconnect_attempts = Some(0));
    let error = refused(&client);
    assert_eq!(error.code(), ErrorCode::Handshake);
    assert_eq!(error.cause(), Some(Cause::IsTls), "{error}");
}

#[test]
fn d4_a_slow_tls_hello_is_cut_and_costs_nobody_else_anything() {
    let rig = Rig::new(|o| o.limits.handshake_timeout = 2 * SECOND);
    let hello = half_a_hello(&rig.authority);
    let open = || {
        let stream = TcpStream::connect(("127.0.0.1", rig.port())).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream
    };
    let began = Instant::now();
    let (mut silent, mut half, mut drip) = (open(), open(), open());
    half.write_all(&hello).unwrap();
    let mut plain = open();
    plain.write_all(b"GET / HT").unwrap();
    let slow: Vec<TcpStream> = (0..40).map(|_| open()).collect();
    let dripping = std::thread::spawn(move || {
        for byte in hello {
            if drip.write_all(&[byte]).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        until_cut(&mut drip);
    });
    let client = rig.client(|_| {});
    connect(&client);
    // While the others still have their time.
    assert!(began.elapsed() < 2 * SECOND, "{:?}", began.elapsed());
    until_cut(&mut silent);
    until_cut(&mut half);
    until_cut(&mut plain);
    dripping.join().unwrap();
    rig.until_logged(&["cut", "handshake took longer than 2000 ms"]);
    drop(slow);
}

#[test]
fn d4_handshakes_beyond_the_cap_are_cut_at_once() {
    let rig = Rig::new(|o| {
        o.limits.max_pending_handshakes = 2;
        o.limits.handshake_timeout = 4 * LIMIT;
    });
    let open = || TcpStream::connect(("127.0.0.1", rig.port())).unwrap();
    let waiting = [open(), open(), open()];
    rig.until_logged(&["cut", "max_pending_handshakes"]);
    drop(waiting);
    until("a place is free again", || rig.by_hand(|_| {}).is_ok());
}

#[test]
fn c35_a_client_that_goes_in_the_middle_of_the_handshake_is_forgotten() {
    let rig = Rig::new(|o| o.limits.max_pending_handshakes = 4);
    let hello = half_a_hello(&rig.authority);
    for length in [0, 1, 5, hello.len()] {
        for _ in 0..5 {
            let mut stream = TcpStream::connect(("127.0.0.1", rig.port())).unwrap();
            stream.write_all(&hello[..length]).unwrap();
            drop(stream);
        }
        until("a place is free again", || rig.by_hand(|_| {}).is_ok());
    }
    rig.until_logged(&["left without a byte"]);
    rig.until_logged(&["in the TLS handshake", "broke off"]);
    connect(&rig.client(|_| {}));
}

#[test]
fn c35_a_server_that_cuts_the_handshake_fails_the_client_quickly() {
    let hear = |stream: &mut TcpStream| {
        let mut buffer = [0; 4096];
        assert!(stream.read(&mut buffer).unwrap() > 0);
    };
    let closing = served(move |mut stream| hear(&mut stream));
    let garbage = served(move |mut stream| {
        hear(&mut stream);
        let _ = stream.write_all(&[0x16, 3, 3, 0, 4, 2, 0xff, 0xff, 0xff]);
    });
    let began = Instant::now();
    for port in [closing, garbage] {
        let error = refused(&client_of(port, |o| o.tls.insecure_skip_verify = true));
        assert_eq!(error.code(), ErrorCode::Tls, "{error}");
    }
    assert!(began.elapsed() < LIMIT, "{:?}", began.elapsed());

    let silent = served(|stream| {
        std::thread::spawn(move || until_cut(&mut { stream }));
    });
    let error = refused(&client_of(silent, |o| {
        o.tls.insecure_skip_verify = true;
        o.connect_timeout = SECOND / 2;
    }));
    assert_eq!(error.code(), ErrorCode::Unreachable, "{error}");
    assert!(error.message().contains("TLS"), "{error}");
}

#[test]
fn only_http_1_1_is_agreed_on_and_names_need_not_be_told() {
    let rig = Rig::new(|_| {});
    let error = rig
        .by_hand(|c| c.alpn_protocols = vec![b"h2".to_vec()])
        .unwrap_err();
    assert_eq!(alert(&error), Some(AlertDescription::NoApplicationProtocol));
    rig.until_logged(&["no HTTP/1.1", "ALPN"]);

    let both = rig.by_hand(|c| c.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()]);
    assert_eq!(both.unwrap().conn.alpn_protocol(), Some(&b"http/1.1"[..]));
    let mut none = rig.by_hand(|c| c.enable_sni = false).unwrap();
    assert_eq!(none.conn.alpn_protocol(), None);
    let same_site = format!("Origin: https://127.0.0.1:{}\r\n", rig.port());
    let head = upgrade(&mut none, rig.port(), &same_site);
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
}
