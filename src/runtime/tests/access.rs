//! Tokens and passwords between real sockets: who gets in, by which way, and what nobody is told.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{UPGRADE, connect, pair, read_head, within};
use crate::access::{Role, TokenTransport};
use crate::error::{Cause, Error, ErrorCode};
use crate::options::Options;
use crate::runtime::admission::{self, Door, Policy, Refusal};
use crate::runtime::keys::Keys;
use crate::runtime::link::websocket_config;

/// With characters that a query and a header treat differently.
const TOKEN: &str = "s3same/open+sesame=&%";
const USER: &str = "b\u{f6}b";
const PASSWORD: &str = "pass:wo rd";

/// Who got in, by the role's name and address; or who did not.
type Verdict = Result<(Option<String>, IpAddr), Refusal>;

fn locked() -> Keys {
    let keys = Keys::default();
    let named = |name: &str| Role {
        name: name.to_owned(),
        ..Role::default()
    };
    keys.add_token(TOKEN, named("token")).unwrap();
    keys.add_user(USER, PASSWORD, named("user")).unwrap();
    keys
}

/// One request to a server with these options and keys, as from `peer`; gives the answer's head and the verdict.
async fn ask(
    options: &Options,
    keys: &Keys,
    peer: &str,
    target: &str,
    lines: &str,
) -> (String, Verdict) {
    let (mut client, server) = pair().await;
    let policy = Policy::new(options);
    let peer: SocketAddr = peer.parse().unwrap();
    let full =
        |address: IpAddr| (address.to_string() == "10.9.9.9").then_some("max_clients_per_address");
    let door = Door {
        policy: &policy,
        keys,
        full: &full,
    };
    let request = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n{lines}{UPGRADE}\r\n");
    client.write_all(request.as_bytes()).await.unwrap();
    let talk = async {
        let head = read_head(&mut client).await;
        // A refusing server waits for the end.
        let _ = client.shutdown().await;
        let _ = client.read_to_end(&mut Vec::new()).await;
        head
    };
    let accept = async {
        admission::accept(server, door, peer, websocket_config(1000))
            .await
            .map(|accepted| {
                let role = accepted.grant.map(|grant| grant.role.name.clone());
                (role, accepted.address)
            })
    };
    within(async { tokio::join!(talk, accept) }).await
}

fn status(head: &str) -> u16 {
    head[9..12].parse().unwrap()
}

const FROM: &str = "10.0.0.1:5000";

#[tokio::test]
async fn c11_to_c15_a_right_token_gets_in_by_each_way_and_nothing_else_does() {
    let basic = |pair: &str| {
        format!(
            "Authorization: Basic {}\r\n",
            BASE64.encode(pair.as_bytes())
        )
    };
    let protocol = |token: &str| {
        let token = BASE64URL_NOPAD.encode(token.as_bytes());
        format!("Sec-WebSocket-Protocol: rv.v2, rv.token.{token}\r\n")
    };
    let encoded = "s3same%2Fopen%2Bsesame%3D%26%25";
    let right = |way: &str| format!("{way}{TOKEN}\r\n");
    let cases: Vec<(&str, String, String, u16)> = vec![
        ("C11 nothing", "/".into(), String::new(), 401),
        (
            "C11 another scheme",
            "/".into(),
            "Authorization: Digest x\r\n".into(),
            401,
        ),
        (
            "C12 wrong",
            "/".into(),
            "Authorization: Bearer nonsense\r\n".into(),
            401,
        ),
        (
            "C12 empty",
            "/".into(),
            "Authorization: Bearer \r\n".into(),
            401,
        ),
        ("C12 empty key", "/".into(), "X-API-Key:\r\n".into(), 401),
        (
            "C12 wrong in the query",
            "/?token=x".into(),
            String::new(),
            401,
        ),
        ("C12 as a password", "/".into(), basic(TOKEN), 401),
        (
            "C12 no Base64",
            "/".into(),
            "Authorization: Basic ***\r\n".into(),
            401,
        ),
        (
            "C12 wrong password",
            "/".into(),
            basic("b\u{f6}b:pass"),
            401,
        ),
        (
            "C12 in another query",
            "/".into(),
            format!("Referer: /?token={encoded}\r\n"),
            401,
        ),
        (
            "C12 bad protocol",
            "/".into(),
            "Sec-WebSocket-Protocol: rv.token.***\r\n".into(),
            401,
        ),
        (
            "C13 a beginning",
            "/".into(),
            "X-API-Key: s3same\r\n".into(),
            401,
        ),
        (
            "C13 longer",
            "/".into(),
            format!("X-API-Key: {TOKEN}x\r\n"),
            401,
        ),
        (
            "C14 bearer",
            "/".into(),
            right("Authorization: Bearer "),
            101,
        ),
        (
            "C14 bearer in any case",
            "/".into(),
            right("authorization: bEARER   "),
            101,
        ),
        (
            "C14 basic",
            "/".into(),
            basic(&format!("{USER}:{PASSWORD}")),
            101,
        ),
        ("C14 key", "/".into(), right("X-API-Key: "), 101),
        ("C14 protocol", "/".into(), protocol(TOKEN), 101),
        (
            "C15 token",
            format!("/a?x=1&token={encoded}"),
            String::new(),
            101,
        ),
        (
            "C15 access_token",
            format!("/a?access_token={encoded}&y"),
            String::new(),
            101,
        ),
        (
            "C15 apikey",
            format!("/?apikey={encoded}"),
            String::new(),
            101,
        ),
        (
            "C15 every character escaped",
            format!("/?TOKEN={}", escaped(TOKEN)),
            String::new(),
            101,
        ),
        (
            "C14 beside what is meant for a proxy",
            format!("/?token={encoded}"),
            basic("proxy:x"),
            101,
        ),
        (
            "twice",
            "/".into(),
            "X-API-Key: a\r\nX-API-Key: b\r\n".into(),
            400,
        ),
        (
            "twice",
            "/".into(),
            "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n".into(),
            400,
        ),
        (
            "twice",
            format!("/?token={encoded}&apikey=x"),
            String::new(),
            400,
        ),
        (
            "twice",
            "/".into(),
            format!("{}{}", protocol("a"), protocol(TOKEN)),
            400,
        ),
    ];
    for (number, (case, target, lines, expected)) in (0_u32..).zip(cases) {
        let keys = locked();
        let from = format!("10.1.{number}.1:1");
        let (head, verdict) = ask(&Options::server(), &keys, &from, &target, &lines).await;
        assert_eq!(status(&head), expected, "{case}: {head}");
        let challenge = head.contains("\r\nWWW-Authenticate: Bearer realm=")
            && head.contains("\r\nWWW-Authenticate: Basic realm=");
        assert_eq!(challenge, expected == 401, "{case}: {head}");
        // C17: neither the answer nor the log repeats what was presented.
        let told = match verdict {
            Ok(_) => head,
            Err(refusal) => head + &refusal.log,
        };
        for secret in [
            "s3same",
            "nonsense",
            "pass",
            &BASE64URL_NOPAD.encode(TOKEN.as_bytes()),
        ] {
            // "password" is what the refusal speaks of.
            let told = told.replace("password", "");
            assert!(!told.contains(secret), "{case}: {told}");
        }
    }
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

#[tokio::test]
async fn the_subprotocol_with_the_token_is_never_the_one_that_is_answered() {
    let keys = locked();
    let token = BASE64URL_NOPAD.encode(TOKEN.as_bytes());
    for (offer, answered) in [
        (format!("rv.v2, rv.token.{token}"), true),
        (format!("rv.token.{token},other,rv.v2"), true),
        (format!("rv.token.{token}"), false),
        (format!("rv.token.{token}, rv.v22"), false),
    ] {
        let lines = format!("Sec-WebSocket-Protocol: {offer}\r\n");
        let (head, _) = ask(&Options::server(), &keys, FROM, "/", &lines).await;
        assert_eq!(status(&head), 101);
        let line = head.contains("\r\nSec-WebSocket-Protocol: rv.v2\r\n");
        assert_eq!(line, answered, "{head}");
        assert_eq!(head.contains("Sec-WebSocket-Protocol"), answered, "{head}");
    }
}

#[tokio::test]
async fn c20_many_wrong_tokens_have_to_wait_and_are_told_how_long() {
    let keys = locked();
    let options = Options::server();
    let mut answers = Vec::new();
    for n in 0..12 {
        let lines = format!("X-API-Key: guess{n}\r\n");
        let (head, verdict) = ask(&options, &keys, FROM, "/", &lines).await;
        let log = verdict.unwrap_err().log;
        assert!(!log.contains("guess"), "{log}");
        if status(&head) == 429 {
            assert!(head.contains("\r\nRetry-After: 1\r\n"), "{head}");
            assert!(!head.contains("WWW-Authenticate"), "{head}");
        }
        answers.push(status(&head));
    }
    assert_eq!(answers[..6], [401; 6]);
    // A slow machine may take longer than one wait, never longer than all.
    assert!(answers[6..].contains(&429), "{answers:?}");
    // Somebody else is none the worse for it.
    let lines = format!("X-API-Key: {TOKEN}\r\n");
    let (head, _) = ask(&options, &keys, "10.0.0.2:1", "/", &lines).await;
    assert_eq!(status(&head), 101);
}

#[tokio::test]
async fn a_trusted_proxy_tells_whom_it_speaks_for_and_nobody_else_does() {
    let mut options = Options::server();
    options.trusted_proxies = vec!["10.0.0.0/24".into(), "fd00::1".into()];
    for (peer, lines, expected) in [
        ("10.0.0.1:1", "", "10.0.0.1"),
        ("10.0.0.1:1", "X-Forwarded-For: 1.2.3.4\r\n", "1.2.3.4"),
        (
            "10.0.0.1:1",
            "x-forwarded-for: 6.6.6.6, 1.2.3.4\r\n",
            "1.2.3.4",
        ),
        (
            "10.0.0.1:1",
            "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 1.2.3.4, 10.0.0.7\r\n",
            "1.2.3.4",
        ),
        (
            "10.0.0.1:1",
            "X-Forwarded-For: 10.0.0.8, 10.0.0.7\r\n",
            "10.0.0.8",
        ),
        ("10.0.0.1:1", "X-Forwarded-For: 1.2.3.4:567\r\n", "1.2.3.4"),
        (
            "10.0.0.1:1",
            "X-Forwarded-For: [2001:db8::5]:567\r\n",
            "2001:db8::5",
        ),
        (
            "10.0.0.1:1",
            "X-Forwarded-For: 2001:db8::5\r\n",
            "2001:db8::5",
        ),
        (
            "10.0.0.1:1",
            "X-Forwarded-For: ::ffff:1.2.3.4\r\n",
            "1.2.3.4",
        ),
        ("10.0.0.1:1", "X-Forwarded-For: unknown\r\n", "10.0.0.1"),
        (
            "10.0.0.1:1",
            "X-Forwarded-For: 1.2.3.4, \u{e9}, 10.0.0.7\r\n",
            "10.0.0.7",
        ),
        (
            "10.0.0.1:1",
            "Forwarded: for=6.6.6.6, for=1.2.3.4;proto=https\r\n",
            "1.2.3.4",
        ),
        (
            "10.0.0.1:1",
            "Forwarded: proto=https;For=\"[2001:db8::5]:4\"\r\n",
            "2001:db8::5",
        ),
        ("10.0.0.1:1", "Forwarded: for=_hidden\r\n", "10.0.0.1"),
        (
            "10.0.0.1:1",
            "Forwarded: for=6.6.6.6, for=1.2.3.4, for=10.0.0.7\r\n",
            "1.2.3.4",
        ),
        (
            "10.0.0.1:1",
            "Forwarded: for=6.6.6.6\r\nForwarded: for=\"1.2.3.4:5\"\r\n",
            "1.2.3.4",
        ),
        // What a client may have written into its Host.
        (
            "10.0.0.1:1",
            "Forwarded: host=\"a;for=6.6.6.6\";for=1.2.3.4\r\n",
            "1.2.3.4",
        ),
        (
            "10.0.0.1:1",
            "Forwarded: for=1.2.3.4;host=\"a\\\",for=6.6.6.6\"\r\n",
            "1.2.3.4",
        ),
        // Malformed ones: the last proxy that can be read counts.
        (
            "10.0.0.1:1",
            "Forwarded: for=\"6.6.6.6, for=1.2.3.4\r\n",
            "10.0.0.1",
        ),
        (
            "10.0.0.1:1",
            "Forwarded: for=1.2.3.4;for=6.6.6.6\r\n",
            "10.0.0.1",
        ),
        (
            "10.0.0.1:1",
            "Forwarded: for=6.6.6.6, proto=https, for=10.0.0.7\r\n",
            "10.0.0.7",
        ),
        (
            "10.0.0.1:1",
            "X-Forwarded-For: 1.2.3.4\r\nForwarded: for=6.6.6.6\r\n",
            "1.2.3.4",
        ),
        ("[fd00::1]:1", "X-Forwarded-For: 1.2.3.4\r\n", "1.2.3.4"),
        ("10.0.1.1:1", "X-Forwarded-For: 1.2.3.4\r\n", "10.0.1.1"),
        ("10.0.1.1:1", "Forwarded: for=1.2.3.4\r\n", "10.0.1.1"),
    ] {
        let (_, verdict) = ask(&options, &Keys::default(), peer, "/", lines).await;
        assert_eq!(verdict.unwrap().1.to_string(), expected, "{peer} {lines}");
    }
    // It counts for the limit, and it is the one that guesses.
    let lines = "X-Forwarded-For: 10.9.9.9\r\n";
    let (head, verdict) = ask(&options, &Keys::default(), "10.0.0.1:1", "/", lines).await;
    assert_eq!(status(&head), 503);
    let log = verdict.unwrap_err().log;
    assert!(log.contains("10.9.9.9 (by the proxy 10.0.0.1:1)"), "{log}");
    assert!(log.contains("max_clients_per_address"), "{log}");
    let keys = locked();
    for n in 0..12 {
        let lines = format!("X-Forwarded-For: 7.7.7.7\r\nX-API-Key: guess{n}\r\n");
        let _ = ask(&options, &keys, "10.0.0.1:1", "/", &lines).await;
    }
    let lines = format!("X-Forwarded-For: 7.7.7.8\r\nX-API-Key: {TOKEN}\r\n");
    let (head, _) = ask(&options, &keys, "10.0.0.1:1", "/", &lines).await;
    assert_eq!(status(&head), 101);
}

/// A client with these options against a server of ours.
async fn meet(keys: Keys, change: impl FnOnce(&mut Options)) -> Result<Option<String>, Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut options = Options::client();
    options.port = listener.local_addr().unwrap().port();
    change(&mut options);
    options.validate().unwrap();
    let keys = Arc::new(keys);
    let server = async {
        let (stream, peer) = listener.accept().await.unwrap();
        let policy = Policy::new(&Options::server());
        let door = Door {
            policy: &policy,
            keys: &keys,
            full: &|_| None,
        };
        admission::accept(stream, door, peer, websocket_config(1000)).await
    };
    let (client, server) = within(async { tokio::join!(connect(&options), server) }).await;
    client?;
    Ok(server.unwrap().grant.map(|grant| grant.role.name.clone()))
}

#[tokio::test]
async fn c14_our_own_client_gets_in_by_each_way() {
    for transport in [
        TokenTransport::Auto,
        TokenTransport::XApiKey,
        TokenTransport::Query,
        TokenTransport::Subprotocol,
    ] {
        for path in [None, Some("/a?b=1".to_owned())] {
            let role = meet(locked(), |o| {
                o.access_token = Some(TOKEN.into());
                o.token_transport = transport;
                o.path = path;
            });
            assert_eq!(
                role.await.unwrap().as_deref(),
                Some("token"),
                "{transport:?}"
            );
        }
    }
    let role = meet(locked(), |o| {
        (o.user, o.password) = (Some(USER.into()), Some(PASSWORD.into()));
    });
    assert_eq!(role.await.unwrap().as_deref(), Some("user"));
    // A server that asks nobody lets everyone in, whatever they present.
    let role = meet(Keys::default(), |o| {
        o.access_token = Some("whatever".into());
        o.token_transport = TokenTransport::Subprotocol;
    });
    assert_eq!(role.await.unwrap(), None);
}

#[tokio::test]
async fn c12_our_own_client_says_why_it_did_not_get_in() {
    for (token, words) in [
        (None, "set option access_token"),
        (Some("wr0ng-token"), "is wrong"),
    ] {
        let error = meet(locked(), |o| o.access_token = token.map(str::to_owned));
        let error = error.await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::Denied);
        assert_eq!(error.cause(), Some(Cause::Status(401)));
        assert!(error.message().contains(words), "{error}");
        assert!(!error.message().contains("wr0ng"), "{error}");
    }
}

#[tokio::test]
async fn c18_a_server_that_repeats_the_token_brings_it_into_no_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let answers = [
        ("403 Forbidden", "X: y"),
        ("429 Too Many Requests", "Retry-After: 7"),
        ("404 Not Found", "X: y"),
        (
            "302 Found",
            "Location: https://elsewhere/?token=s3same%2Fopen%2Bsesame%3D%26%25",
        ),
    ];
    for (line, header) in answers {
        let mut options = Options::client();
        options.port = listener.local_addr().unwrap().port();
        options.access_token = Some(TOKEN.into());
        options.token_transport = TokenTransport::Query;
        options.path = Some("/p?apikey=0ther-s3cret".into());
        let server = async {
            let (mut stream, _): (TcpStream, _) = listener.accept().await.unwrap();
            let head = read_head(&mut stream).await;
            let body = head.lines().next().unwrap_or_default();
            assert!(body.contains("s3same") && body.contains("0ther"), "{body}");
            let answer = format!(
                "HTTP/1.1 {line}\r\n{header}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
            let _ = stream.shutdown().await;
            let _ = stream.read_to_end(&mut Vec::new()).await;
        };
        let (result, ()) = within(async { tokio::join!(connect(&options), server) }).await;
        let error = result.unwrap_err();
        let status: u16 = line[..3].parse().unwrap();
        assert_eq!(error.cause(), Some(Cause::Status(status)));
        let text = format!("{error} {error:?}");
        assert!(
            !text.contains("s3same") && !text.contains("0ther"),
            "{text}"
        );
        assert!(text.contains("***") || status == 302, "{text}");
        let wait = (status == 429).then(|| std::time::Duration::from_secs(7));
        assert_eq!(error.wanted_wait(), wait);
    }
}
