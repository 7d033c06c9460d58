mod direct;
mod flow;
mod sizes;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::{at_most, frame, header, pair, within};
use crate::runtime::link::{
    Closed, Line, LinkEvent, LinkOptions, Outbound, Outlet, run, websocket_config,
};
use crate::runtime::meter::Meter;
use crate::runtime::stream::MaybeTls;

const CAP: usize = 1000;

#[derive(Debug, PartialEq)]
enum Event {
    Text(String),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Progress,
    Drained,
    Closed(Closed),
}

/// A link on one end of a connection.
struct End {
    send: Option<Outlet>,
    events: UnboundedReceiver<Event>,
    cap: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

fn quick() -> LinkOptions {
    LinkOptions {
        message_progress: Duration::from_millis(150),
        message_total: Duration::from_millis(400),
        close_wait: Duration::from_millis(300),
    }
}

async fn link(stream: TcpStream, role: Role, cap: usize, options: LinkOptions) -> End {
    let mut meter = Meter::after_handshake(MaybeTls::plain(stream), &[], cap);
    let config = websocket_config(cap);
    let cap = Arc::new(AtomicUsize::new(cap));
    meter.set_cap(cap.clone());
    let socket = WebSocketStream::from_raw_socket(meter, role, Some(config)).await;
    let line = Line::new(socket, role);
    let send = Outlet::of(line.clone());
    let (event, events) = unbounded_channel();
    let task = tokio::spawn(run(line, options, move |e| {
        let e = match e {
            LinkEvent::Settled => return,
            LinkEvent::Text(text) => Event::Text(text.to_owned()),
            LinkEvent::Ping(data) => Event::Ping(data.to_vec()),
            LinkEvent::Pong(data) => Event::Pong(data.to_vec()),
            LinkEvent::Progress => Event::Progress,
            LinkEvent::Drained => Event::Drained,
            LinkEvent::Closed(closed) => Event::Closed(closed),
        };
        event.send(e).unwrap();
    }));
    End {
        send: Some(send),
        events,
        cap,
        task,
    }
}

/// A server's link and the raw client at its other end.
async fn server() -> (End, TcpStream) {
    let (client, server) = pair().await;
    (link(server, Role::Server, CAP, quick()).await, client)
}

impl End {
    fn text(&self, text: impl Into<String>) {
        self.send(Outbound::Text(text.into().into()));
    }

    fn send(&self, outbound: Outbound) {
        let outlet = self.send.as_ref().unwrap();
        outlet.push(outbound);
        outlet.line().wake();
    }

    /// The next event that is more than progress.
    async fn next(&mut self) -> Event {
        loop {
            let event = within(self.events.recv()).await.expect("no more events");
            if event != Event::Progress {
                return event;
            }
        }
    }

    /// All events to the end, of which exactly the last is `Closed`.
    async fn rest(mut self) -> (Vec<Event>, Closed) {
        let mut events = Vec::new();
        while let Some(event) = within(self.events.recv()).await {
            events.push(event);
        }
        within(self.task).await.unwrap();
        let Some(Event::Closed(closed)) = events.pop() else {
            panic!("no Closed at the end of {events:?}");
        };
        assert!(!events.iter().any(|e| matches!(e, Event::Closed(_))));
        events.retain(|e| *e != Event::Progress);
        (events, closed)
    }
}

/// Reads unmasked frames to the end of the connection: opcode and payload.
async fn read_frames(stream: &mut TcpStream) -> Vec<(u8, Vec<u8>)> {
    let mut bytes = Vec::new();
    within(stream.read_to_end(&mut bytes))
        .await
        .expect("a reset instead of an end");
    frames_of(&bytes)
}

fn frames_of(mut rest: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut frames = Vec::new();
    while let [first, length, tail @ ..] = rest {
        let length = usize::from(*length);
        assert!(length < 126);
        frames.push((*first, tail[..length].to_vec()));
        rest = &tail[length..];
    }
    frames
}

fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    frame(0x88, true, &[&code.to_be_bytes(), reason].concat())
}

fn text(payload: impl AsRef<[u8]>) -> Vec<u8> {
    frame(0x81, true, payload.as_ref())
}

#[tokio::test]
async fn what_a_peer_must_not_send_closes_with_the_proper_code() {
    let mut cases: Vec<(&str, Vec<u8>, u16)> = vec![
        ("A4", frame(0x82, true, b"x"), 1003),
        ("A5", frame(0x81, false, b"x"), 1002),
        ("A9", frame(0x89, true, &[0; 126]), 1002),
        ("A9b", header(0x89, true, 1 << 40), 1002),
        ("A13a", frame(0xc1, true, b"x"), 1002),
        ("A13b", frame(0xa1, true, b"x"), 1002),
        ("A13c", frame(0x91, true, b"x"), 1002),
        ("A17", frame(0x09, true, b"x"), 1002),
        ("A18", frame(0x80, true, b"x"), 1002),
        ("A19", [frame(0x01, true, b"x"), text("y")].concat(), 1002),
        ("A20a", text(b"\xc0\xaf"), 1007),
        ("A20b", text(b"\xed\xa0\x80"), 1007),
        ("A20c", text(b"\xf4\x90\x80\x80"), 1007),
        ("A20d", text(b"\xe2\x82"), 1007),
        ("A22", frame(0x01, true, b"\xff"), 1007),
        (
            "A23",
            [
                frame(0x01, true, b"x"),
                frame(0x00, true, &[b'x'; 100]).repeat(20),
            ]
            .concat(),
            1009,
        ),
        ("A25a", header(0x81, true, (1 << 63) - 1), 1009),
        ("A25b", header(0x81, true, u64::MAX), 1009),
        ("A28a", frame(0x88, true, b"x"), 1002),
        ("A28b", close(1000, b"\xff"), 1007),
        ("A33b", text([b'x'; CAP + 1]), 1009),
        (
            "A33c",
            [frame(0x01, true, &[b'x'; CAP]), frame(0x80, true, b"x")].concat(),
            1009,
        ),
        (
            "D6",
            [header(0x81, true, 64 << 20), vec![b'x'; 4 << 20]].concat(),
            1009,
        ),
    ];
    let reserved = (0x83..=0x87).chain(0x8b..=0x8f);
    cases.extend(reserved.map(|first| ("A14", frame(first, true, b""), 1002)));
    for (name, bytes, code) in cases {
        let (end, mut client) = server().await;
        let (mut reader, mut writer) = client.split();
        // A message before it still counts.
        let bytes = [text("before"), bytes].concat();
        let mut got = Vec::new();
        let write = async {
            writer.write_all(&bytes).await.unwrap();
        };
        let (_, read) = within(async { tokio::join!(write, reader.read_to_end(&mut got)) }).await;
        read.unwrap_or_else(|error| panic!("{name}: {error}"));
        drop(client);
        assert_eq!(got[0], 0x88, "{name}");
        assert_eq!(
            got.len(),
            usize::from(got[1]) + 2,
            "{name}: one close frame"
        );
        assert_eq!(u16::from_be_bytes([got[2], got[3]]), code, "{name}");
        let (events, closed) = end.rest().await;
        assert_eq!(events, [Event::Text("before".into())], "{name}");
        assert_eq!(closed.code, Some(code), "{name}: {closed:?}");
        assert!(
            closed.by_us && !closed.clean && closed.error.is_some(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a6_masked_frames_from_a_server_are_refused() {
    let (mut far, near) = pair().await;
    let end = link(near, Role::Client, CAP, quick()).await;
    far.write_all(&text("x")).await.unwrap();
    let mut got = Vec::new();
    within(far.read_to_end(&mut got)).await.unwrap();
    assert_eq!((got[0], got[1] & 0x80), (0x88, 0x80));
    assert_eq!(end.rest().await.1.code, Some(1002));
}

#[tokio::test]
async fn what_is_allowed_is_accepted() {
    let cap = "x".repeat(CAP);
    let euro = "€".as_bytes();
    let fragments = |count: usize| {
        let mut bytes = frame(0x01, true, b"x");
        bytes.extend(frame(0x00, true, b"x").repeat(count - 2));
        bytes.extend(frame(0x80, true, b"x"));
        bytes
    };
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("A1", text(""), ""),
        (
            "A7",
            [&[0x81, 0xfe, 0, 1, 0, 0, 0, 0][..], b"x"].concat(),
            "x",
        ),
        ("A11", [frame(0x8a, true, b"?"), text("x")].concat(), "x"),
        ("A15a", fragments(2), "xx"),
        ("A15b", fragments(3), "xxx"),
        ("A15c", fragments(CAP), &cap),
        (
            "A16a",
            [frame(0x01, true, b""), frame(0x80, true, b"")].concat(),
            "",
        ),
        (
            "A16b",
            [
                frame(0x01, true, b"a"),
                frame(0x00, true, b""),
                frame(0x80, true, b"b"),
            ]
            .concat(),
            "ab",
        ),
        (
            "A21",
            [frame(0x01, true, &euro[..1]), frame(0x80, true, &euro[1..])].concat(),
            "€",
        ),
        ("A33a", text(&cap), &cap),
    ];
    for (name, bytes, expected) in cases {
        let (end, mut client) = server().await;
        client.write_all(&bytes).await.unwrap();
        client.write_all(&close(1000, b"bye")).await.unwrap();
        let frames = read_frames(&mut client).await;
        assert_eq!(
            frames,
            [(0x88, [&1000u16.to_be_bytes()[..], b"bye"].concat())],
            "{name}"
        );
        drop(client);
        let (events, closed) = end.rest().await;
        assert!(closed.clean, "{name}");
        let texts = events.iter().filter(|e| matches!(e, Event::Text(_)));
        assert!(texts.eq([&Event::Text(expected.to_owned())]), "{name}");
    }
}

#[tokio::test]
async fn a3_a10_bytes_one_by_one_and_pings_between_fragments() {
    let (mut end, mut client) = server().await;
    let _ = client.set_nodelay(true);
    let bytes = [
        frame(0x01, true, b"a"),
        frame(0x89, true, b"p"),
        frame(0x80, true, b"b"),
    ]
    .concat();
    for byte in bytes {
        client.write_all(&[byte]).await.unwrap();
        sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(end.next().await, Event::Ping(b"p".to_vec()));
    assert_eq!(end.next().await, Event::Text("ab".into()));
    let mut pong = [0; 3];
    within(client.read_exact(&mut pong)).await.unwrap();
    assert_eq!(&pong, b"\x8a\x01p");
}

#[tokio::test]
async fn a26_a27_closes_of_the_peer_are_answered() {
    for (sent, answer, code) in [
        (frame(0x88, true, b""), vec![], None),
        (close(1000, b""), vec![3, 232], Some(1000)),
        (close(3000, b""), vec![11, 184], Some(3000)),
        (close(4999, b"x"), vec![19, 135, b'x'], Some(4999)),
    ] {
        let (end, mut client) = server().await;
        client.write_all(&sent).await.unwrap();
        client.write_all(&text("A29: ignored")).await.unwrap();
        client.write_all(&sent).await.unwrap();
        assert_eq!(read_frames(&mut client).await, [(0x88, answer)]);
        drop(client);
        let (events, closed) = end.rest().await;
        assert!(events.is_empty());
        assert_eq!(closed.code, code);
        assert!(closed.clean && !closed.by_us && closed.error.is_none());
    }
    for bad in [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000] {
        let (_end, mut client) = server().await;
        client.write_all(&close(bad, b"")).await.unwrap();
        let frames = read_frames(&mut client).await;
        assert_eq!(frames[0].1[..2], 1002u16.to_be_bytes(), "A27b {bad}");
    }
}

#[tokio::test]
async fn a32_an_end_without_close_is_told() {
    let (end, client) = server().await;
    drop(client);
    let (_, closed) = end.rest().await;
    assert_eq!(
        (closed.code, closed.clean, closed.by_us),
        (None, false, false)
    );
    assert!(closed.error.is_some());
}
