use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::{at_most, connect, frame, read_head, within};
use crate::error::{Error, ErrorCode};
use crate::options::Options;
use crate::runtime::admission::{self, Door, Policy};
use crate::runtime::link::websocket_config;

fn client(port: u16) -> Options {
    Options {
        port,
        connect_timeout: Duration::from_millis(400),
        ..Options::client()
    }
}

/// Connects to a server that answers each request with `answer`; `hang` keeps the connection open.
async fn failure(answer: &'static [u8], hang: bool, change: impl FnOnce(&mut Options)) -> Error {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut options = client(listener.local_addr().unwrap().port());
    change(&mut options);
    let server = async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        if !hang {
            let mut first = [0; 16];
            let _ = stream.read(&mut first).await;
        }
        let _ = stream.write_all(answer).await;
        if hang {
            std::future::pending::<()>().await;
        }
    };
    let server = tokio::spawn(server);
    let started = Instant::now();
    let error = within(connect(&options)).await.unwrap_err();
    at_most(Duration::from_secs(2), started);
    server.abort();
    error
}

#[tokio::test]
async fn answers_that_are_no_upgrade_are_told_apart() {
    use ErrorCode as Code;
    let cases: &[(&[u8], Code, &str)] = &[
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", Code::Handshake, "option path"),
        (b"HTTP/1.1 302 Found\r\nLocation: wss://other\x1b/\r\n\r\n", Code::Handshake, "redirect"),
        (b"HTTP/1.1 302 Found\r\nLocation: wss://other/\r\n\r\n", Code::Handshake, "wss://other/"),
        (b"HTTP/1.1 401 No\r\n\r\ntoken\n", Code::Denied, "token"),
        (b"HTTP/1.1 403 No\r\n\r\n", Code::Denied, "403"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", Code::Handshake, "the server behind it"),
        (b"HTTP/1.1 503 Busy\r\n\r\n", Code::Handshake, "503"),
        (b"HTTP/1.1 200 OK\r\n\r\n<html>", Code::Handshake, "200"),
        (b"HTTP/1.1 400 Bad\r\n\r\nThe plain HTTP request was sent to HTTPS port", Code::Handshake, "switch TLS on"),
        (b"HTTP/1.1 400 Bad\r\n\r\nbecause", Code::Handshake, "because"),
        (b"SSH-2.0-OpenSSH\r\n", Code::Handshake, "not HTTP"),
        (b"\x15\x03\x03\x00\x02\x02\x46", Code::Handshake, "speaks TLS"),
        (b"", Code::Handshake, "closed the connection"),
        (b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n", Code::Handshake, "Sec-WebSocket-Accept"),
    ];
    for (answer, code, words) in cases {
        // An escape in a header is no valid HTTP, which is an answer of its own.
        let words = if answer.contains(&0x1b) {
            "no WebSocket server"
        } else {
            words
        };
        let error = failure(answer, false, |_| {}).await;
        assert!(
            error.code() == *code || error.code() == Code::Connection && answer.is_empty(),
            "{error}"
        );
        if error.code() == *code {
            assert!(error.message().contains(words), "{error}");
        }
    }
}

#[tokio::test]
async fn c43_a_redirect_is_not_followed_and_no_token_goes_there() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = elsewhere.local_addr().unwrap();
    for status in ["301 Moved", "302 Found", "307 Again", "308 Again"] {
        let there = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut options = client(there.local_addr().unwrap().port());
        options.access_token = Some("t0ken".into());
        let server = async {
            let (mut stream, _) = there.accept().await.unwrap();
            let request = read_head(&mut stream).await;
            assert!(
                request.contains("t0ken"),
                "the server that was meant has it"
            );
            let answer = format!(
                "HTTP/1.1 {status}\r\nLocation: ws://{place}/\r\nContent-Length: 0\r\n\r\n"
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        };
        let (done, ()) = within(async { tokio::join!(connect(&options), server) }).await;
        let error = done.unwrap_err();
        assert_eq!(error.code(), ErrorCode::Handshake, "{status}: {error}");
        assert!(!error.message().contains("t0ken"), "{error}");
    }
    let came = tokio::time::timeout(Duration::from_millis(200), elsewhere.accept());
    assert!(came.await.is_err(), "nobody goes where a redirect points");
}

#[tokio::test]
async fn a_silent_server_times_out() {
    let error = failure(b"", true, |_| {}).await;
    assert_eq!(error.code(), ErrorCode::Unreachable);
    assert!(error.message().contains("upgrade"), "{error}");
    let error = failure(b"HTTP/1.1 101 Swi", true, |_| {}).await;
    assert_eq!(error.code(), ErrorCode::Unreachable);
}

#[tokio::test]
async fn c33_tls_to_a_plain_server_fails_quickly_and_says_so() {
    let error = failure(b"HTTP/1.1 400 Bad Request\r\n\r\n", false, |o| {
        o.tls.enabled = true
    })
    .await;
    assert_eq!(error.code(), ErrorCode::Tls);
    assert!(error.message().contains("does not speak TLS"), "{error}");
    let error = failure(b"", true, |o| o.tls.enabled = true).await;
    assert_eq!(error.code(), ErrorCode::Unreachable);
    assert!(error.message().contains("TLS"), "{error}");
}

/// A queue that is full: the system says nothing to whoever comes, as a firewall does.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn e9_a_filtered_port_times_out() {
    let listener =
        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let any: std::net::SocketAddr = "127.0.0.1:0".parse().unwrap();
    listener.bind(&any.into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let _first = TcpStream::connect(address).await.unwrap();
    let mut options = client(address.port());
    options.connect_timeout = Duration::from_millis(200);
    let started = Instant::now();
    let error = within(connect(&options)).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::Unreachable, "{error}");
    assert!(started.elapsed() >= options.connect_timeout);
}

#[tokio::test]
async fn nobody_there_is_refused_and_unknown_names_do_not_resolve() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    for address in ["127.0.0.1", "localhost"] {
        let mut options = client(port);
        options.address = address.into();
        options.connect_timeout = Duration::from_secs(3);
        let error = within(connect(&options)).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::Refused, "{error}");
        assert!(error.message().contains("is the server started"), "{error}");
    }
    let mut options = client(port);
    options.address = "no-such-host.invalid".into();
    options.connect_timeout = Duration::from_secs(3);
    let error = within(connect(&options)).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::Resolve, "{error}");
}

#[tokio::test]
async fn connects_to_our_own_server_by_name_and_with_a_path() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut options = client(listener.local_addr().unwrap().port());
    // Where the name also stands for ::1, that address refuses and the next one is taken.
    options.address = "localhost".into();
    options.path = Some("plant?token=1".into());
    options.connect_timeout = Duration::from_secs(3);
    let server = async {
        let (stream, peer) = listener.accept().await.unwrap();
        let policy = Policy::new(&Options::server());
        admission::accept(stream, Door::open(&policy), peer, websocket_config(1000)).await
    };
    let (client, server) = within(async { tokio::join!(connect(&options), server) }).await;
    let server = server.unwrap();
    assert_eq!(server.target, "/plant?token=1");
    assert_eq!(server.origin, None);
    client.unwrap();
}

#[tokio::test]
async fn a36_an_answer_in_drips_and_frames_right_behind_it_are_understood() {
    use futures_util::Stream;
    use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut options = client(listener.local_addr().unwrap().port());
    options.connect_timeout = Duration::from_secs(3);
    options.limits.max_message_bytes = 10;
    let server = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.set_nodelay(true);
        let request = read_head(&mut stream).await;
        let key = request
            .lines()
            .find_map(|l| l.strip_prefix("Sec-WebSocket-Key: "))
            .unwrap();
        let mut answer = format!(
            "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\r\n",
            derive_accept_key(key.as_bytes())
        )
        .into_bytes();
        let last = answer.split_off(answer.len() - 2);
        for byte in answer {
            stream.write_all(&[byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
        let rest = [
            last,
            frame(0x81, false, b"early"),
            frame(0x81, false, &[b'x'; 11]),
        ]
        .concat();
        stream.write_all(&rest).await.unwrap();
        stream
    };
    let (socket, _stream) = within(async { tokio::join!(connect(&options), server) }).await;
    let mut socket = socket.unwrap();
    let mut next = async || {
        within(std::future::poll_fn(|cx| {
            std::pin::Pin::new(&mut socket).poll_next(cx)
        }))
        .await
        .unwrap()
    };
    assert_eq!(next().await.unwrap().into_text().unwrap(), "early");
    assert!(
        next().await.is_err(),
        "the size limit holds from the first frame on"
    );
}

#[test]
fn a_connection_attempt_may_move_between_threads() {
    fn send<T: Send>(_: T) {}
    send(connect(&Options::client()));
}
