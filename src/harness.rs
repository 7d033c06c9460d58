//! What fuzz targets and the Autobahn tests need of the inside; only with the feature `harness`, and no part of the interface.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Waker};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::{Builder, Runtime};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Bytes, Message};

use crate::lists::{self, ListFormat};
use crate::options::Options;
use crate::protocol::direction::{Parsed, Rules, WireType};
use crate::runtime::Loaded;
use crate::runtime::admission::{Door, Policy, accept};
use crate::runtime::connect::connect;
use crate::runtime::link::websocket_config;
use crate::session::{Input, Output, PeerId, Session};
use crate::signals::{Declaration, Kept, Signals, Slot, Table};
use crate::time::Time;
use crate::value::{Access, Direction, Kind, ValueRef};

const PEER: PeerId = 1;
/// What a message of the harness may have.
const LARGEST: usize = 32 << 20;
const FRAGMENT: usize = 256 << 10;

/// A session that hears each line of `data` as a message; its host sets something and polls in between. The first byte
/// chooses role and options.
///
/// # Panics
/// When the session sends what is not JSON.
pub fn hear(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else {
        return;
    };
    let server = choice & 1 == 0;
    let mut options = if server {
        Options::server()
    } else {
        Options::client()
    };
    options.strict_types = choice & 2 != 0;
    options.auto_import = choice & 4 != 0;
    options.prefix_collisions = choice & 8 != 0;
    options.accept_remote_writes = choice & 16 != 0;
    options.raw_events = choice & 32 != 0;
    options.debug = choice & 64 != 0;
    options.limits.max_signals = 64;
    let signals = Arc::new(Signals::new(64).expect("a registry"));
    let accesses = [Access::Read, Access::Write, Access::ReadWrite];
    let kinds = [Kind::Bool, Kind::Int, Kind::Float, Kind::Text];
    for (name, (kind, access)) in ["a", "b", "c", "d", "e", "f"]
        .iter()
        .zip(kinds.iter().cycle().zip(accesses.iter().cycle()))
    {
        let declaration = Declaration {
            fifo_depth: u32::from(*name == "f") * 2,
            ..Declaration::new(name, *kind, Direction::Input)
        };
        let declared = signals.declare(&declaration, Direction::Input, *access);
        declared.expect("a signal that can be declared");
    }
    let mut session = Session::new(Arc::new(options), Arc::clone(&signals), 1);
    let mut now = Time::from_micros(1);
    let mut outputs = Vec::new();
    let mut give = |session: &mut Session, now: Time, input: Input<'_>| {
        session.handle(now, input);
        session.outputs(&mut outputs);
        for output in outputs.drain(..) {
            if let Output::Send { text, .. } = output {
                let sent = serde_json::from_str::<&serde_json::value::RawValue>(&text);
                assert!(sent.is_ok(), "it sent {text}");
            }
        }
    };
    give(&mut session, now, Input::Start);
    let connected = Input::Connected {
        peer: PEER,
        address: "fuzz".to_owned(),
        note: String::new(),
        ip: None,
        grant: None,
    };
    give(&mut session, now, connected);
    for (number, line) in rest.split(|byte| *byte == b'\n').enumerate() {
        let Ok(text) = std::str::from_utf8(line) else {
            continue;
        };
        give(&mut session, now, Input::Text { peer: PEER, text });
        let level = ValueRef::Bool(number % 2 == 0);
        let _ = signals.table().set(4, level);
        if number % 3 == 0 {
            now = now + Duration::from_millis(10);
            give(&mut session, now, Input::Deadline);
            give(&mut session, now, Input::Cycle { skipped: 0 });
            give(&mut session, now, Input::Drained { peers: &[PEER] });
        }
        signals.table().poll(4, |_, _| {});
    }
    give(&mut session, now, Input::Stop);
}

/// Type strings, and names against patterns: a line each.
///
/// # Panics
/// When a type's own name is read as another type.
pub fn name_types(text: &str) {
    let mut lines = text.lines();
    let mut options = Options::server();
    for patterns in [&mut options.input_patterns, &mut options.output_patterns] {
        patterns.extend(lines.next().map(str::to_owned));
    }
    let rules = Rules::new(&options);
    for line in lines {
        if let Parsed::Known(wire) = WireType::parse(line) {
            assert_eq!(WireType::parse(wire.name()), Parsed::Known(wire), "{line}");
        }
        let _ = rules.declared(line, Direction::Auto);
        let _ = rules.imported(line, None);
    }
}

/// A request at a server that is open to `https://twin.example` and `plc.example` alone, on the path `/ws`.
///
/// # Panics
/// When it is let in with another origin, host or path.
pub fn request(data: &[u8]) {
    let mut options = Options::server();
    options.allowed_origins = vec!["https://twin.example".to_owned()];
    options.allowed_hosts = vec!["plc.example".to_owned()];
    options.path = Some("/ws".to_owned());
    let policy = Policy::new(&options);
    // A refusal gives the client some time; it need not pass.
    static TIMERS: OnceLock<Runtime> = OnceLock::new();
    let _context = TIMERS.get_or_init(|| runtime().expect("a runtime")).enter();
    let mut answer = Vec::new();
    let accepted = {
        let stream = tokio::io::join(data, &mut answer);
        let peer = SocketAddr::from(([192, 0, 2, 1], 4711));
        let config = websocket_config(options.message_cap());
        let mut accepting = pin!(accept(stream, Door::open(&policy), peer, config));
        let mut context = Context::from_waker(Waker::noop());
        let polled = accepting.as_mut().poll(&mut context);
        matches!(polled, std::task::Poll::Ready(Ok(_)))
    };
    let status = answer.get(9..12);
    assert_eq!(
        accepted,
        status == Some(b"101"),
        "what is let in is told so"
    );
    if accepted {
        let head = String::from_utf8_lossy(data).to_lowercase();
        let named = |name: &str| head.lines().any(|line| line.starts_with(name));
        assert!(named("host:") && named("sec-websocket-key:"), "{head}");
    }
}

/// A signal list; the first byte chooses the format. What can be read can be written, and is the same when it is read
/// again.
///
/// # Panics
/// When it is not.
pub fn list(data: &[u8]) {
    let Some((choice, bytes)) = data.split_first() else {
        return;
    };
    let format = if choice & 1 == 0 {
        ListFormat::Json
    } else {
        ListFormat::Csv
    };
    let Ok(signals) = lists::read(bytes, format) else {
        return;
    };
    for index in 0..signals.len() {
        lists::line_of(bytes, format, index);
    }
    let Ok(written) = lists::write(&signals, format) else {
        return;
    };
    let again = lists::read(&written, format).expect("what was written can be read");
    assert_eq!(again.len(), signals.len());
    for (first, second) in signals.iter().zip(&again) {
        assert_eq!(first.name, second.name);
        assert_eq!(
            (first.kind, first.direction),
            (second.kind, second.direction)
        );
    }
}

/// The value table without its lock: ints that both sides write.
#[derive(Debug)]
pub struct Dirty(Table);

impl Dirty {
    /// Signals with the ids from 0.
    ///
    /// # Panics
    /// When there are too many interfaces.
    #[must_use]
    pub fn new(signals: u32) -> Self {
        let registry = Signals::new(signals).expect("a registry");
        for id in 0..signals {
            let name = id.to_string();
            let declaration = Declaration::new(&name, Kind::Int, Direction::Input);
            let declared = registry.declare(&declaration, Direction::Input, Access::ReadWrite);
            declared.expect("a signal that can be declared");
        }
        Self(std::mem::take(&mut *registry.table()))
    }

    /// The host sets a signal; `true`: the network thread is to be woken.
    pub fn set(&mut self, id: u32, value: i64) -> bool {
        self.0.set(id, ValueRef::Int(value)) == Ok(true)
    }

    /// The network thread takes what is to be sent.
    pub fn drain(&mut self) -> Vec<(u32, i64)> {
        let mut ids = Vec::new();
        self.0.drain_unsent(Kept::Nothing, |id| ids.push(id));
        ids.into_iter().map(|id| (id, self.value(id))).collect()
    }

    /// The network thread brings a peer's value.
    pub fn apply(&mut self, id: u32, value: i64) {
        let now = Time::from_micros(1);
        self.0.apply(id, ValueRef::Int(value), PEER, false, now);
    }

    /// The host polls; gives how many changes there were.
    pub fn poll(&mut self) -> usize {
        self.0.poll(usize::MAX, |_, _| {})
    }

    /// The present value.
    #[must_use]
    pub fn value(&self, id: u32) -> i64 {
        match self.0.slot(id).map(Slot::value) {
            Some(ValueRef::Int(value)) => value,
            _ => 0,
        }
    }
}

/// Accepts WebSockets as a server does and sends back every message.
///
/// # Errors
/// When it cannot listen.
pub fn echo_server(port: u16) -> std::io::Result<()> {
    runtime()?.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
        println!("listening on {}", listener.local_addr()?);
        let policy = Policy::new(&Options::server());
        loop {
            let (stream, peer) = listener.accept().await?;
            if let Ok(accepted) =
                accept(stream, Door::open(&policy), peer, websocket_config(LARGEST)).await
            {
                echo(accepted.socket).await;
            }
        }
    })
}

/// Connects to Autobahn's server as a client does and sends back every message, for each of its cases.
///
/// # Errors
/// When there is no such server.
pub fn echo_client(port: u16, agent: &str) -> std::io::Result<()> {
    runtime()?.block_on(async {
        let options = |path: String| {
            let mut options = Options::client();
            options.port = port;
            options.path = Some(path);
            options.limits.max_message_bytes = LARGEST as u32;
            options
        };
        let mut counting = connect(&options("/getCaseCount".to_owned()), Loaded::Off)
            .await
            .map_err(std::io::Error::other)?;
        let count = counting.next().await.and_then(Result::ok);
        let count = count.and_then(|count| count.into_text().ok()?.parse::<u32>().ok());
        let count = count.ok_or_else(|| std::io::Error::other("the number of cases is unknown"))?;
        echo(counting).await;
        for case in 1..=count {
            let path = format!("/runCase?case={case}&agent={agent}");
            if let Ok(socket) = connect(&options(path), Loaded::Off).await {
                echo(socket).await;
            }
        }
        let path = format!("/updateReports?agent={agent}");
        let socket = connect(&options(path), Loaded::Off)
            .await
            .map_err(std::io::Error::other)?;
        echo(socket).await;
        println!("{count} cases");
        Ok(())
    })
}

fn runtime() -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Sends back every text and every binary message until the end.
async fn echo<S>(mut socket: WebSocketStream<S>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(Ok(message)) = socket.next().await {
        let (mut code, mut rest) = match message {
            Message::Text(text) => (Data::Text, Bytes::from(text)),
            Message::Binary(bytes) => (Data::Binary, bytes),
            _ => continue,
        };
        // The library's socket takes large messages from its own writer alone, so they go out in fragments.
        loop {
            let fragment = rest.split_to(rest.len().min(FRAGMENT));
            let last = rest.is_empty();
            let frame = Frame::message(fragment, OpCode::Data(code), last);
            if socket.send(Message::Frame(frame)).await.is_err() {
                return;
            }
            if last {
                break;
            }
            code = Data::Continue;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each seed of a fuzz target, and changed ones: a fuzzer's work for as long as a test may take.
    fn each(target: &str, run: impl Fn(&[u8])) {
        let rounds = std::env::var("RV_SCHEDULES").ok();
        let rounds = rounds.and_then(|rounds| rounds.parse().ok()).unwrap_or(300);
        let folder = format!("{}/fuzz/seeds/{target}", env!("CARGO_MANIFEST_DIR"));
        let files = std::fs::read_dir(folder).unwrap();
        let mut seeds: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        seeds.sort();
        assert!(!seeds.is_empty());
        let seeds: Vec<Vec<u8>> = seeds
            .iter()
            .map(|seed| std::fs::read(seed).unwrap())
            .collect();
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        let mut below = |bound: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random >> 11) as usize % bound.max(1)
        };
        for seed in &seeds {
            run(seed);
            for _ in 0..rounds {
                let mut data = seed.clone();
                for _ in 0..=below(4) {
                    let at = below(data.len());
                    match below(5) {
                        0 if !data.is_empty() => data[at] ^= 1 << below(8),
                        1 => data.insert(at, below(256) as u8),
                        2 => {
                            data.drain(at..at + below(data.len() - at + 1).min(9));
                        }
                        3 => {
                            let other = &seeds[below(seeds.len())];
                            let from = below(other.len());
                            let to = from + below(other.len() - from + 1);
                            data.splice(at..at, other[from..to].iter().copied());
                        }
                        _ => data.truncate(at.max(1)),
                    }
                }
                run(&data);
            }
        }
    }

    #[test]
    fn changed_messages_do_no_harm() {
        each("messages", hear);
    }

    #[test]
    fn changed_type_strings_do_no_harm() {
        each("types", |data| name_types(&String::from_utf8_lossy(data)));
    }

    #[test]
    fn changed_requests_do_no_harm() {
        each("request", request);
    }

    #[test]
    fn changed_lists_are_refused_or_the_same_when_read_again() {
        each("lists", list);
    }
}
