use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::{UPGRADE, at_most, frame, pair, within};
use crate::options::Options;
use crate::runtime::admission::{self, Accepted, Door, Policy, Refusal};
use crate::runtime::link::websocket_config;

/// Sends `request` in one piece; gives all that came back and the server's verdict.
async fn ask(options: &Options, request: &[u8]) -> (String, Result<Accepted<TcpStream>, Refusal>) {
    let (mut client, server) = pair().await;
    let policy = Policy::new(options);
    let peer = client.local_addr().unwrap();
    let judge = async {
        let accepted =
            admission::accept(server, Door::open(&policy), peer, websocket_config(1 << 20)).await;
        // The client below reads to the end, which an accepted one has not reached.
        match accepted {
            Ok(mut accepted) => {
                accepted
                    .socket
                    .get_mut()
                    .inner_mut()
                    .shutdown()
                    .await
                    .unwrap();
                Ok(accepted)
            }
            refused => refused,
        }
    };
    let talk = async {
        let (mut reader, mut writer) = client.split();
        let mut answer = Vec::new();
        let write = async {
            let _ = writer.write_all(request).await;
        };
        let (_, read) = tokio::join!(write, reader.read_to_end(&mut answer));
        read.expect("a reset instead of an answer");
        drop(client);
        String::from_utf8(answer).unwrap()
    };
    let (verdict, answer) = within(async { tokio::join!(judge, talk) }).await;
    (answer, verdict)
}

fn request(lines: &str) -> String {
    format!("GET / HTTP/1.1\r\n{lines}{UPGRADE}\r\n")
}

fn status(answer: &str) -> u16 {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head[9..12].parse().unwrap();
    if status != 101 {
        assert!(head.contains("\r\nConnection: close"), "{answer}");
        let length = format!("Content-Length: {}", body.len());
        assert!(head.contains(&length) && !body.is_empty(), "{answer}");
    }
    status
}

#[tokio::test]
async fn c1_to_c10_host_and_origin_decide() {
    let strict = Options::server();
    let mut listed = Options::server();
    listed.allowed_origins = vec!["https://Viewer.example".into()];
    listed.allowed_hosts = vec!["twin.example".into()];
    let mut any = Options::server();
    any.allowed_origins = vec!["*".into()];
    let local = "Host: 127.0.0.1:1234\r\n";
    let long = format!("{local}Origin: http://{}\r\n", "a".repeat(8000));
    let cases: &[(&str, &Options, String, u16, &str)] = &[
        ("C1", &strict, local.into(), 101, ""),
        (
            "C2",
            &strict,
            format!("{local}Origin: http://evil.com\r\n"),
            403,
            "allowed_origins",
        ),
        (
            "C3",
            &strict,
            format!("{local}Origin: null\r\n"),
            403,
            "allowed_origins",
        ),
        (
            "C4a",
            &strict,
            format!("{local}Origin: http://127.0.0.1:3000\r\n"),
            403,
            "allowed_origins",
        ),
        (
            "C4b",
            &strict,
            format!("{local}Origin: http://127.0.0.1:1234\r\n"),
            101,
            "",
        ),
        (
            "C5",
            &strict,
            format!("{local}Origin: http://127.0.0.1.evil.com:1234\r\n"),
            403,
            "allowed_origins",
        ),
        (
            "C6a",
            &listed,
            format!("{local}Origin: https://viewer.EXAMPLE:443\r\n"),
            101,
            "",
        ),
        (
            "C6b",
            &listed,
            format!("{local}Origin: https://viewer.example:444\r\n"),
            403,
            "allowed_origins",
        ),
        (
            "C6c",
            &any,
            format!("{local}Origin: http://evil.com\r\n"),
            101,
            "",
        ),
        (
            "C7a",
            &strict,
            format!("{local}Origin: http://127.0.0.1:1234\r\nOrigin: http://evil.com\r\n"),
            400,
            "Origin",
        ),
        (
            "C7b",
            &strict,
            format!("{local}Origin: http://b\u{fc}cher\u{202e}\r\n"),
            403,
            "b\u{fc}cher\\u{202e}",
        ),
        ("C7c", &strict, long, 403, "…"),
        (
            "C7d",
            &strict,
            format!("{local}Origin: {}\r\n", "a".repeat(65536)),
            431,
            "16 KiB",
        ),
        (
            "C8a",
            &strict,
            "Host: evil.com\r\n".into(),
            403,
            "allowed_hosts",
        ),
        (
            "C8b",
            &any,
            "Host: evil.com\r\nOrigin: http://evil.com\r\n".into(),
            403,
            "allowed_hosts",
        ),
        ("C8c", &listed, "Host: twin.example\r\n".into(), 101, ""),
        ("C9a", &strict, String::new(), 400, "Host"),
        (
            "C9b",
            &strict,
            "Host: localhost\r\nHost: localhost\r\n".into(),
            400,
            "Host",
        ),
        ("C9c", &strict, "Host: a b\r\n".into(), 400, "malformed"),
    ];
    for (name, options, lines, expected, log) in cases {
        let (answer, verdict) = ask(options, request(lines).as_bytes()).await;
        assert_eq!(status(&answer), *expected, "{name}: {answer}");
        match verdict {
            Ok(_) => assert_eq!(*expected, 101, "{name}"),
            Err(refusal) => {
                assert_eq!(refusal.status, *expected, "{name}");
                assert!(refusal.log.contains(log), "{name}: {}", refusal.log);
                assert!(
                    refusal.log.chars().count() < 400 && !refusal.log.contains('\n'),
                    "{name}"
                );
                assert!(
                    !answer.contains("evil"),
                    "{name}: a refusal repeats nothing"
                );
            }
        }
    }
    for (target, host, expected) in [
        ("http://localhost:1/", "localhost:1", 101),
        ("http://evil.com/", "evil.com", 403),
        ("http://evil.com/", "localhost", 400),
        ("*", "localhost", 400),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n{UPGRADE}\r\n");
        let (answer, _) = ask(&strict, request.as_bytes()).await;
        assert_eq!(status(&answer), expected, "C10 {target} {host}");
    }
}

#[tokio::test]
async fn d2_d3_what_is_no_upgrade_gets_a_proper_answer() {
    let options = Options::server();
    let host = "Host: localhost\r\n";
    let without = |line: &str| {
        let kept: Vec<_> = UPGRADE
            .split_inclusive("\r\n")
            .filter(|l| !l.starts_with(line))
            .collect();
        format!("GET / HTTP/1.1\r\n{host}{}", kept.concat())
    };
    let lines: String = (0..200).map(|i| format!("X-{i}: y\r\n")).collect();
    let cases = [
        (
            "D2a",
            format!("GET / HTTP/1.1\r\n{host}X: {}\r\n\r\n", "a".repeat(4 << 20)),
            431,
        ),
        ("D2b", request(&format!("{host}{lines}")), 431),
        (
            "D2c",
            format!(
                "GET /{} HTTP/1.1\r\n{host}{UPGRADE}\r\n",
                "a".repeat(20_000)
            ),
            431,
        ),
        (
            "D3a",
            format!("POST / HTTP/1.1\r\n{host}Content-Length: 2\r\n\r\nhi"),
            405,
        ),
        ("D3b", format!("GET / HTTP/1.0\r\n{host}{UPGRADE}\r\n"), 400),
        ("D3c", format!("GET / HTTP/1.1\r\n{host}\r\n"), 426),
        (
            "D3d",
            format!(
                "{}Sec-WebSocket-Version: 8\r\n\r\n",
                without("Sec-WebSocket-Version")
            ),
            426,
        ),
        (
            "D3e",
            format!("{}\r\n", without("Sec-WebSocket-Version")),
            426,
        ),
        ("D3f", format!("{}\r\n", without("Sec-WebSocket-Key")), 400),
        (
            "D3g",
            format!(
                "{}Sec-WebSocket-Key: short==\r\n\r\n",
                without("Sec-WebSocket-Key")
            ),
            400,
        ),
        ("D3h", format!("{}\r\n", without("Connection")), 400),
        ("D3i", request(&format!("{host}Content-Length: 5\r\n")), 400),
        ("D3j", "NONSENSE\r\n\r\n".to_owned(), 400),
        ("D3k", "GET / HTTP/2.0\r\n\r\n".to_owned(), 400),
        ("D3l", "\0\0\0".to_owned(), 400),
        ("C33", "\u{16}\u{3}\u{1}\u{2}\0\u{1}".to_owned(), 400),
        ("D3m", request(&format!("{host} folded: x\r\n")), 400),
    ];
    for (name, request, expected) in cases {
        let (answer, verdict) = ask(&options, request.as_bytes()).await;
        assert_eq!(status(&answer), expected, "{name}: {answer}");
        assert_eq!(verdict.unwrap_err().status, expected, "{name}");
        if expected == 426 {
            assert!(answer.contains("Sec-WebSocket-Version: 13\r\n"));
            assert!(answer.contains("Upgrade: websocket\r\n"));
        }
    }
}

#[tokio::test]
async fn a_path_that_is_not_served_is_404() {
    let mut options = Options::server();
    options.path = Some("/plant".into());
    for (target, expected) in [("/plant?a=b", 101), ("/other", 404), ("/", 404)] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: [::1]\r\n{UPGRADE}\r\n");
        let (answer, verdict) = ask(&options, request.as_bytes()).await;
        assert_eq!(status(&answer), expected, "{target}");
        match verdict {
            Ok(accepted) => assert_eq!(accepted.target, target),
            Err(refusal) => assert!(refusal.log.contains("option path")),
        }
    }
}

#[tokio::test]
async fn d10_compression_and_subprotocols_are_not_negotiated() {
    let lines = "Host: localhost\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\
        Sec-WebSocket-Protocol: chat\r\n";
    let (answer, verdict) = ask(&Options::server(), request(lines).as_bytes()).await;
    assert_eq!(
        answer,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
    );
    assert_eq!(verdict.unwrap().origin, None);
}

#[tokio::test]
async fn a36_frames_in_the_segment_of_the_request_are_not_lost() {
    use futures_util::Stream;
    let mut bytes = request("Host: localhost\r\n").into_bytes();
    bytes.extend(frame(0x81, true, b"early"));
    let (_, verdict) = ask(&Options::server(), &bytes).await;
    let mut socket = verdict.unwrap().socket;
    let message = within(std::future::poll_fn(|cx| {
        std::pin::Pin::new(&mut socket).poll_next(cx)
    }))
    .await;
    assert_eq!(message.unwrap().unwrap().into_text().unwrap(), "early");
}

#[tokio::test]
async fn a_request_may_come_byte_by_byte() {
    let (mut client, server) = pair().await;
    let _ = client.set_nodelay(true);
    let options = Options::server();
    let policy = Policy::new(&options);
    let peer = client.local_addr().unwrap();
    let drip = async {
        for byte in request("Host: localhost\r\n").as_bytes() {
            client.write_all(&[*byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
        super::read_head(&mut client).await
    };
    let accept = admission::accept(server, Door::open(&policy), peer, websocket_config(1000));
    let (answer, verdict) = within(async { tokio::join!(drip, accept) }).await;
    assert_eq!(status(&answer), 101);
    assert!(verdict.is_ok());
}

#[tokio::test]
async fn d1_a_slow_handshake_is_cut_by_the_callers_time_limit() {
    let (mut client, server) = pair().await;
    let options = Options::server();
    let policy = Policy::new(&options);
    let peer = client.local_addr().unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nHost:").await.unwrap();
    let started = Instant::now();
    let accept = admission::accept(server, Door::open(&policy), peer, websocket_config(1000));
    assert!(timeout(Duration::from_millis(100), accept).await.is_err());
    at_most(Duration::from_secs(1), started);
    assert_eq!(within(client.read(&mut [0; 8])).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn a_client_that_leaves_is_no_error_to_answer() {
    for sent in [&b""[..], b"GET / HT"] {
        let (mut client, server) = pair().await;
        client.write_all(sent).await.unwrap();
        let peer = client.local_addr().unwrap();
        drop(client);
        let policy = Policy::new(&Options::server());
        let refusal = within(admission::accept(
            server,
            Door::open(&policy),
            peer,
            websocket_config(1),
        ))
        .await
        .unwrap_err();
        assert_eq!(refusal.status, 0);
    }
}

#[tokio::test]
async fn d11_a_client_too_many_gets_503() {
    let (mut client, server) = pair().await;
    let mut answer = String::new();
    let talk = async {
        client
            .write_all(request("Host: localhost\r\n").as_bytes())
            .await
            .unwrap();
        client.read_to_string(&mut answer).await.unwrap();
        client.shutdown().await.unwrap();
        drop(client);
    };
    within(async { tokio::join!(talk, admission::refuse_busy(server)) }).await;
    assert_eq!(status(&answer), 503);
}
