//! A server whose clients a test plays, with a clock of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::access::Grant;
use crate::options::Options;
use crate::session::{Event, Input, LogLevel, Output, Session};
use crate::signals::{Declaration, Signals};
use crate::time::Time;
use crate::value::{Access, Direction, Kind, ValueRef};

const CYCLE: Duration = Duration::from_millis(10);

/// A server with its clients, each of which can always take a frame, but for those whose kernel is stuck.
pub(super) struct Server {
    pub(super) session: Session,
    pub(super) signals: Arc<Signals>,
    pub(super) now: Time,
    pub(super) sent: BTreeMap<u32, Vec<String>>,
    pub(super) closed: BTreeMap<u32, (u16, String)>,
    pub(super) log: Vec<(LogLevel, String)>,
    pub(super) events: Vec<Event>,
    pub(super) stuck: BTreeSet<u32>,
}

impl Server {
    pub(super) fn new(names: &[&str]) -> Self {
        Self::with(names, |_| {})
    }

    pub(super) fn with(names: &[&str], change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options::server();
        // Nothing but values and answers.
        options.heartbeat = Duration::ZERO;
        change(&mut options);
        let signals = Arc::new(Signals::new(options.limits.max_signals).unwrap());
        let mut server = Self {
            session: Session::new(Arc::new(options), Arc::clone(&signals), 7),
            signals,
            now: Time::from_micros(1_000_000),
            sent: BTreeMap::new(),
            closed: BTreeMap::new(),
            log: Vec::new(),
            events: Vec::new(),
            stuck: BTreeSet::new(),
        };
        for name in names {
            server.declare(name);
        }
        server.input(Input::Start);
        server
    }

    pub(super) fn declare(&self, name: &str) {
        self.declare_as(name, Kind::Int);
    }

    pub(super) fn declare_as(&self, name: &str, kind: Kind) {
        let declaration = Declaration::new(name, kind, Direction::Input);
        self.signals
            .declare(&declaration, Direction::Input, Access::ReadWrite)
            .unwrap();
    }

    pub(super) fn input(&mut self, input: Input<'_>) {
        self.session.handle(self.now, input);
        let mut outputs = Vec::new();
        self.session.outputs(&mut outputs);
        let mut took = Vec::new();
        for output in outputs {
            match output {
                Output::Send { peer, text } => {
                    self.sent.entry(peer).or_default().push(text.to_string());
                    if !self.stuck.contains(&peer) {
                        took.push(peer);
                    }
                }
                Output::Close { peer, code, reason } => {
                    self.closed.insert(peer, (code, reason));
                }
                Output::Log(record) => self.log.push((record.level, record.text)),
                Output::Event(event) => self.events.push(event),
                _ => {}
            }
        }
        for peer in took {
            self.input(Input::Drained { peers: &[peer] });
        }
    }

    pub(super) fn connect(&mut self, peer: u32, grant: Option<&Arc<Grant>>) {
        self.input(Input::Connected {
            peer,
            address: format!("10.0.0.{peer}:1"),
            note: String::new(),
            ip: Some(format!("10.0.0.{peer}").parse().unwrap()),
            grant: grant.cloned(),
        });
    }

    /// Connects a client that has had its first state.
    pub(super) fn join(&mut self, peer: u32, grant: Option<&Arc<Grant>>) -> Json {
        self.connect(peer, grant);
        self.say(peer, json!({"type": "data", "signals": {}}));
        let state = self.heard(peer);
        assert_eq!(state.len(), 1, "{state:?}");
        state[0]["signals"].clone()
    }

    pub(super) fn say(&mut self, peer: u32, message: Json) {
        let text = &message.to_string();
        self.input(Input::Text { peer, text });
        self.cycle();
    }

    pub(super) fn cycle(&mut self) {
        self.now = self.now + CYCLE;
        self.input(Input::Cycle { skipped: 0 });
        if self.session.wake_at() <= self.now {
            self.input(Input::Deadline);
        }
    }

    pub(super) fn wait(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.cycle();
        }
    }

    pub(super) fn set(&mut self, values: &[(&str, i64)]) {
        for (name, value) in values {
            let id = self.signals.names().find(name).unwrap();
            self.signals.table().set(id, ValueRef::Int(*value)).unwrap();
        }
        self.cycle();
    }

    pub(super) fn value(&self, name: &str) -> i64 {
        let id = self.signals.names().find(name).unwrap();
        match self.signals.table().slot(id).unwrap().value() {
            ValueRef::Int(value) => value,
            other => panic!("{other:?}"),
        }
    }

    /// What a client was sent since the last look.
    pub(super) fn heard(&mut self, peer: u32) -> Vec<Json> {
        let texts = self.sent.remove(&peer).unwrap_or_default();
        texts
            .iter()
            .map(|text| serde_json::from_str(text).unwrap())
            .collect()
    }

    /// The values that a client was sent since the last look.
    pub(super) fn values(&mut self, peer: u32) -> Json {
        let mut all = serde_json::Map::new();
        for message in self.heard(peer) {
            all.extend(message["signals"].as_object().cloned().unwrap_or_default());
        }
        all.into()
    }

    pub(super) fn denied(&self) -> u64 {
        self.session.stats().denied
    }

    pub(super) fn logged(&self, words: &str) -> usize {
        let lines = self.log.iter().filter(|(_, line)| line.contains(words));
        lines.count()
    }
}
