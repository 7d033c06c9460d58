//! Who writes: the thread that has something to send, as far as that may take its time.

use std::io::{ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use parking_lot::Mutex;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::{frame, pair};
use crate::options::{Options, SendMode};
use crate::runtime::clock;
use crate::runtime::hub::{Hub, Link, run, try_run};
use crate::runtime::keys::Keys;
use crate::runtime::link::{Line, Outlet, websocket_config};
use crate::runtime::meter::Meter;
use crate::runtime::shared::Shared;
use crate::runtime::stream::MaybeTls;
use crate::session::{Input, Session};
use crate::signals::{Declaration, Signals};
use crate::value::{Access, Direction, Kind, ValueRef};

/// A server without a network thread: what is written is written by the test's own.
struct Server {
    hub: Mutex<Hub>,
    signals: Arc<Signals>,
    signal: u32,
}

impl Server {
    fn new() -> Self {
        let mut options = Options::server();
        options.send_mode = SendMode::Manual;
        let options = Arc::new(options);
        let signals = Arc::new(Signals::new(1).unwrap());
        let declaration = Declaration::new("a", Kind::Int, Direction::Input);
        let signal = signals.declare(&declaration, Direction::Input, Access::Write);
        let session = Session::new(Arc::clone(&options), Arc::clone(&signals), 1);
        let shared = Shared::new(options, Arc::clone(&signals), Keys::default());
        Self {
            hub: Mutex::new(Hub::new(session, Arc::new(shared))),
            signal: signal.unwrap(),
            signals,
        }
    }

    /// A client that has subscribed and read what came of that.
    async fn client(&self) -> std::net::TcpStream {
        let (near, far) = pair().await;
        let meter = Meter::after_handshake(MaybeTls::plain(far), &[], 1000);
        let config = websocket_config(1000);
        let socket = WebSocketStream::from_raw_socket(meter, Role::Server, Some(config)).await;
        let line = Line::new(socket, Role::Server);
        let link = Link::new(Outlet::of(line), Arc::new(AtomicUsize::new(1000)), None);
        let peer = self.hub.lock().add_link(link);
        let connected = Input::Connected {
            peer,
            address: "a test".to_owned(),
            note: String::new(),
            ip: None,
            grant: None,
        };
        run(&self.hub, connected);
        let text = r#"{"type":"subscribe","version":2,"subscribe":["a"]}"#;
        run(&self.hub, Input::Text { peer, text });
        let mut client = near.into_std().unwrap();
        client.set_nonblocking(false).unwrap();
        client
            .set_read_timeout(Some(Duration::from_secs(4)))
            .unwrap();
        let mut seen = Vec::new();
        while !seen.ends_with(b"}}") {
            seen.push(0);
            let last = seen.len() - 1;
            client.read_exact(&mut seen[last..]).unwrap();
        }
        client
    }

    /// What the host sets and flushes, until the hub has it.
    fn set(&self, value: i64) {
        let mut table = self.signals.table();
        table.set(self.signal, ValueRef::Int(value)).unwrap();
        table.flush();
    }

    fn flush(&self) -> bool {
        try_run(&self.hub, Input::Flush)
    }
}

/// The next frame that a client has; `None` when nothing is there.
fn read(client: &mut std::net::TcpStream, value: i64) -> bool {
    let text = format!(r#"{{"type":"data","version":2,"signals":{{"a":{value}}}}}"#);
    let expected = frame(0x81, false, text.as_bytes());
    client.set_nonblocking(true).unwrap();
    let mut got = vec![0; expected.len()];
    match client.read(&mut got) {
        Ok(length) => {
            assert_eq!(
                String::from_utf8_lossy(&got[..length]),
                String::from_utf8_lossy(&expected)
            );
            true
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
            false
        }
    }
}

#[tokio::test]
async fn a_flush_has_written_to_a_few_when_it_returns() {
    let server = Server::new();
    let mut clients = Vec::new();
    for _ in 0..4 {
        clients.push(server.client().await);
    }
    for value in 1..=3 {
        server.set(value);
        assert!(server.flush());
        for client in &mut clients {
            assert!(read(client, value), "frame {value}");
        }
    }
    assert!(!server.hub.lock().is_behind());
}

#[tokio::test]
async fn to_many_the_network_thread_writes_and_a_flush_that_finds_it_late_keeps_the_frame() {
    let server = Server::new();
    let mut clients = Vec::new();
    for _ in 0..5 {
        clients.push(server.client().await);
    }
    server.set(1);
    assert!(server.flush());
    assert!(server.hub.lock().is_behind());
    assert!(!clients.iter_mut().any(|client| read(client, 1)));
    server.set(2);
    // It is the network thread's then, which writes the frame before first.
    assert!(!server.flush());
    assert!(!clients.iter_mut().any(|client| read(client, 1)));
    run(&server.hub, Input::Flush);
    assert!(clients.iter_mut().all(|client| read(client, 1)));
    assert!(clients.iter_mut().all(|client| read(client, 2)));
    assert!(!server.hub.lock().is_behind());
}

#[tokio::test]
async fn a_flush_does_not_wait_for_a_hub_in_use() {
    let server = Server::new();
    let mut client = server.client().await;
    server.set(1);
    let held = server.hub.lock();
    let started = clock::now();
    assert!(!server.flush());
    assert!(clock::now().since(started) < Duration::from_secs(1));
    drop(held);
    assert!(!read(&mut client, 1));
    run(&server.hub, Input::Flush);
    assert!(read(&mut client, 1));
}
