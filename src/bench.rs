//! What the benches need of the inside; only with the feature `bench-internals`, and no part of the interface.

use std::sync::Arc;
use std::time::Duration;

use crate::error::ErrorCode;
use crate::options::Options;
use crate::protocol::data::Decoder;
use crate::protocol::encode;
use crate::session::{Input, Output, PeerId, Session};
use crate::signals::{Declaration, Picks, Signals};
use crate::time::Time;
use crate::value::{Access, Direction, Value, ValueRef};

pub use crate::ffi::{
    handle_of, rv_change, rv_event, rv_info, rv_interface, rv_options, rv_set_bool,
};

/// Declares `signals` under ids from 0.
fn declared(signals: &[(String, Value)], access: Access) -> Signals {
    let registry = Signals::new(signals.len() as u32).expect("a registry");
    for (name, value) in signals {
        let declaration = Declaration {
            initial: Some(value.as_ref()),
            ..Declaration::new(name, value.as_ref().kind(), Direction::Input)
        };
        registry
            .declare(&declaration, Direction::Input, access)
            .expect("a signal that can be declared");
    }
    registry
}

/// Signals without a connection.
pub struct Registry {
    signals: Signals,
    decoder: Decoder,
    picks: Picks,
    text: String,
    now: u64,
}

impl Registry {
    /// Signals that the host may set, or those that it reads.
    #[must_use]
    pub fn new(signals: &[(String, Value)], written_here: bool) -> Self {
        let access = if written_here {
            Access::Write
        } else {
            Access::Read
        };
        Self {
            signals: declared(signals, access),
            decoder: Decoder::new(),
            picks: Picks::default(),
            text: String::new(),
            now: 0,
        }
    }

    /// Decodes a frame and tells how many signals were in it.
    pub fn decode(&mut self, frame: &str) -> usize {
        let decoded = self.decoder.decode(frame, &*self.signals.names(), false);
        decoded.map_or(0, |_| self.decoder.batch().entries.len())
    }

    /// Copies every value out of the table, for [`Registry::encode`].
    pub fn pick(&mut self) {
        self.picks.clear();
        for (id, slot) in self.signals.table().iter() {
            self.picks.add(id, slot, false);
        }
    }

    /// Writes what was picked as a `data` frame.
    pub fn encode(&mut self) -> &str {
        let names = self.signals.names();
        self.text.clear();
        self.text.push_str(encode::DATA_OPEN);
        for (index, pick) in self.picks.list.iter().enumerate() {
            names.write_key(&mut self.text, pick.signal, index > 0);
            encode::write_value(&mut self.text, self.picks.value(pick));
        }
        self.text.push_str(encode::CLOSE);
        &self.text
    }

    /// The host sets a signal.
    pub fn set(&self, id: u32, value: ValueRef<'_>) -> bool {
        self.signals.table().set(id, value).is_ok()
    }

    /// A peer's value comes in.
    pub fn apply(&mut self, id: u32, value: ValueRef<'_>) {
        self.now += 1;
        let now = Time::from_micros(self.now);
        self.signals.table().apply(id, value, 1, false, now);
    }

    /// The host polls.
    pub fn poll(&self, capacity: usize, mut out: impl FnMut(&crate::signals::Change)) -> usize {
        self.signals
            .table()
            .poll(capacity, |_, change| out(&change))
    }
}

const PEER: PeerId = 1;

/// One end of a connection, without sockets: what it sends is dropped.
struct End {
    session: Session,
    signals: Arc<Signals>,
    outputs: Vec<Output>,
    now: Time,
}

impl End {
    fn new(options: Options, signals: &[(String, Value)], access: Access) -> Self {
        let signals = Arc::new(declared(signals, access));
        let mut end = Self {
            session: Session::new(Arc::new(options), Arc::clone(&signals), 1),
            signals,
            outputs: Vec::new(),
            now: Time::from_micros(1),
        };
        end.input(Input::Start);
        end.input(Input::Connected {
            peer: PEER,
            address: "bench".to_owned(),
            note: String::new(),
            ip: None,
            grant: None,
        });
        end
    }

    /// Gives the bytes that go out.
    fn input(&mut self, input: Input<'_>) -> usize {
        self.now = self.now + Duration::from_micros(1);
        self.session.handle(self.now, input);
        self.session.outputs(&mut self.outputs);
        let sent = |output: Output| match output {
            Output::Send { text, .. } => text.len(),
            _ => 0,
        };
        self.outputs.drain(..).map(sent).sum()
    }
}

/// A server with one client.
pub struct Server(End);

impl Server {
    /// The client has the whole state already.
    #[must_use]
    pub fn new(signals: &[(String, Value)]) -> Self {
        let mut server = Self(End::new(Options::server(), signals, Access::Write));
        let text = r#"{"type":"data","version":2,"signals":{}}"#;
        server.0.input(Input::Text { peer: PEER, text });
        // A large state has its turn later.
        server.0.now = server.0.now + Duration::from_secs(10);
        server.0.input(Input::Deadline);
        server.0.input(Input::Drained { peers: &[PEER] });
        server.cycle();
        server
    }

    /// The host sets a signal.
    pub fn set(&self, id: u32, value: ValueRef<'_>) -> bool {
        self.0.signals.table().set(id, value).is_ok()
    }

    /// One cycle, and the client takes what it gets: gives the bytes.
    pub fn cycle(&mut self) -> usize {
        let bytes = self.0.input(Input::Cycle { skipped: 0 });
        if bytes > 0 {
            self.0.input(Input::Drained { peers: &[PEER] });
        }
        bytes
    }
}

/// A client, connected to a server that writes all signals.
pub struct Client(End);

impl Client {
    /// It has had no state yet.
    #[must_use]
    pub fn new(signals: &[(String, Value)]) -> Self {
        Self(End::new(Options::client(), signals, Access::Read))
    }

    /// A frame comes in, and the host polls: gives how many changes there were.
    pub fn receive(&mut self, frame: &str, mut out: impl FnMut(&crate::signals::Change)) -> usize {
        self.0.input(Input::Text {
            peer: PEER,
            text: frame,
        });
        let mut table = self.0.signals.table();
        let capacity = table.len();
        table.poll(capacity, |_, change| out(&change))
    }
}

/// A client that imports: its server's answer is decoded and every signal declared. Gives how many.
///
/// # Panics
/// When the import fails.
#[must_use]
pub fn import(answer: &str) -> usize {
    let mut options = Options::client();
    options.limits.max_signals = 1_000_000;
    let signals = Arc::new(Signals::new(options.limits.max_signals).expect("a registry"));
    let mut session = Session::new(Arc::new(options), Arc::clone(&signals), 1);
    let now = Time::from_micros(1);
    session.handle(now, Input::Start);
    session.handle(
        now,
        Input::Import {
            token: 1,
            until: now + Duration::from_secs(10),
        },
    );
    let connected = Input::Connected {
        peer: PEER,
        address: "bench".to_owned(),
        note: String::new(),
        ip: None,
        grant: None,
    };
    session.handle(now, connected);
    let text = Input::Text {
        peer: PEER,
        text: answer,
    };
    session.handle(now, text);
    let mut outputs = Vec::new();
    session.outputs(&mut outputs);
    let done = outputs.into_iter().find_map(|output| match output {
        Output::ImportDone { result, .. } => Some(result.map_err(|error| error.code())),
        _ => None,
    });
    let report = done.unwrap_or(Err(ErrorCode::Timeout));
    assert!(report.is_ok(), "{report:?}");
    signals.names().len()
}
