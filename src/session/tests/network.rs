//! The simulated network: ends, delays, a clock that jumps from event to event.

mod faults;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::options::{Mode, Options};
use crate::session::{Event, Input, LogRecord, Output, Session, State};
use crate::signals::{Declaration, Signals};
use crate::time::Time;
use crate::value::{Access, Direction, Kind, Value, ValueRef};

/// Small, seeded, and the same everywhere.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound.max(1)
    }

    pub(super) fn micros(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_micros(from + self.below(to - from + 1))
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

/// What travels.
#[derive(Clone, Debug)]
pub(super) enum Packet {
    Text(String),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Closed(String),
}

/// How a model of another implementation behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Habit {
    /// Sends back what it gets.
    Echo,
    /// Sends its whole state on its own cycle.
    Cyclic,
    /// Sends what its own host changes.
    OwnChanges,
}

/// Another implementation with one signal of its own view.
pub(super) struct Model {
    pub(super) habit: Habit,
    pub(super) answers_pings: bool,
    /// How long its application takes to look at a frame.
    pub(super) think: Duration,
    pub(super) period: Duration,
    pub(super) values: BTreeMap<String, serde_json::Value>,
}

pub(super) enum Body {
    Library(Box<Session>, Arc<Signals>),
    Model(Model),
}

/// One end: a session of ours, or a model.
pub(super) struct End {
    pub(super) body: Body,
    pub(super) period: Duration,
    next_cycle: Time,
    pub(super) events: Vec<Event>,
    pub(super) log: Vec<LogRecord>,
    pub(super) wants_connect: bool,
    /// Its frames leave, but its kernel never says that they did.
    pub(super) stalled: bool,
    undrained: Vec<u32>,
    pub(super) state: State,
    pub(super) imports: Vec<Result<crate::session::ImportReport, crate::error::Error>>,
    pub(super) configs: Vec<crate::session::ConfigResult>,
}

#[derive(Clone, Copy)]
struct Wire {
    ends: [usize; 2],
    /// The number under which each end knows the connection.
    numbers: [u32; 2],
    delay: Duration,
    jitter: u64,
    last: [Time; 2],
    open: bool,
    /// That side does not read, so its other end's kernel takes nothing more.
    stalled: [bool; 2],
}

struct Flight {
    at: Time,
    order: u64,
    wire: usize,
    /// Index in `Wire::ends`.
    to: usize,
    packet: Packet,
    /// The model's application looks at it now; its WebSocket layer did before.
    thought: bool,
}

/// All ends and what travels between them.
pub(super) struct Network {
    pub(super) now: Time,
    pub(super) ends: Vec<End>,
    wires: Vec<Wire>,
    flights: VecDeque<Flight>,
    order: u64,
    next_number: u32,
    random: Random,
    /// `data` and `snapshot` frames with at least one value, by sender.
    pub(super) frames: Vec<u32>,
    pub(super) sent: Vec<Vec<String>>,
    pub(super) caps: Vec<usize>,
    /// Checks of every message that is sent or received; see [`Network::audit`].
    audited: bool,
    /// `RV_TRACE` is set: print what happens.
    trace: bool,
}

impl Network {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            now: Time::from_micros(1_000_000),
            ends: Vec::new(),
            wires: Vec::new(),
            flights: VecDeque::new(),
            order: 0,
            next_number: 1,
            random: Random::new(seed ^ 0xabcd),
            frames: Vec::new(),
            sent: Vec::new(),
            caps: Vec::new(),
            audited: false,
            trace: std::env::var_os("RV_TRACE").is_some(),
        }
    }

    fn trace(&self, what: std::fmt::Arguments<'_>) {
        if self.trace {
            eprintln!("{:>10} {what}", self.now.as_micros());
        }
    }

    fn add(&mut self, body: Body, period: Duration, phase: Duration) -> usize {
        self.ends.push(End {
            body,
            period,
            next_cycle: self.now + phase,
            events: Vec::new(),
            log: Vec::new(),
            wants_connect: false,
            stalled: false,
            undrained: Vec::new(),
            state: State::Stopped,
            imports: Vec::new(),
            configs: Vec::new(),
        });
        self.frames.push(0);
        self.sent.push(Vec::new());
        self.ends.len() - 1
    }

    /// Adds an end of ours and starts it.
    pub(super) fn library(&mut self, options: Options, phase: Duration) -> usize {
        let signals = Arc::new(Signals::new(options.limits.max_signals).unwrap());
        let period = options.update_cycle;
        let session = Session::new(Arc::new(options), Arc::clone(&signals), 7);
        let end = self.add(Body::Library(Box::new(session), signals), period, phase);
        self.input(end, Input::Start);
        end
    }

    pub(super) fn model(&mut self, model: Model, phase: Duration) -> usize {
        let period = model.period;
        self.add(Body::Model(model), period, phase)
    }

    pub(super) fn signals(&self, end: usize) -> &Arc<Signals> {
        match &self.ends[end].body {
            Body::Library(_, signals) => signals,
            Body::Model(_) => panic!("end {end} is a model"),
        }
    }

    pub(super) fn session(&self, end: usize) -> &Session {
        match &self.ends[end].body {
            Body::Library(session, _) => session,
            Body::Model(_) => panic!("end {end} is a model"),
        }
    }

    pub(super) fn declare(&self, end: usize, name: &str, kind: Kind, access: Access) -> u32 {
        let declaration = Declaration::new(name, kind, Direction::Input);
        self.signals(end)
            .declare(&declaration, Direction::Input, access)
            .unwrap()
    }

    /// The host of an end sets a signal.
    pub(super) fn set(&mut self, end: usize, name: &str, value: ValueRef<'_>) {
        self.trace(format_args!("end {end} sets {name} to {value:?}"));
        match &mut self.ends[end].body {
            Body::Library(_, signals) => {
                let id = signals.names().find(name).unwrap();
                signals.table().set(id, value).unwrap();
            }
            Body::Model(model) => {
                let json = match value {
                    ValueRef::Bool(v) => v.into(),
                    ValueRef::Int(v) => v.into(),
                    ValueRef::Float(v) => v.into(),
                    ValueRef::Text(v) => v.into(),
                };
                model.values.insert(name.to_owned(), json);
                if model.habit != Habit::Cyclic {
                    let frame = model_frame(&model.values, Some(name));
                    self.broadcast(end, &frame);
                }
            }
        }
    }

    pub(super) fn value(&self, end: usize, name: &str) -> Value {
        match &self.ends[end].body {
            Body::Library(_, signals) => {
                let id = signals.names().find(name).unwrap();
                let table = signals.table();
                table.value(id).unwrap().to_owned()
            }
            Body::Model(_) => self.model_value(end, name).unwrap(),
        }
    }

    /// What a model has, if it has the signal.
    pub(super) fn model_value(&self, end: usize, name: &str) -> Option<Value> {
        let Body::Model(model) = &self.ends[end].body else {
            return None;
        };
        Some(match model.values.get(name)? {
            serde_json::Value::Bool(v) => Value::Bool(*v),
            serde_json::Value::String(v) => Value::Text(v.clone()),
            number if number.is_i64() => Value::Int(number.as_i64().unwrap()),
            number => Value::Float(number.as_f64().unwrap()),
        })
    }

    /// Connects a client to a server; either may be a model.
    pub(super) fn connect(
        &mut self,
        client: usize,
        server: usize,
        delay: Duration,
        jitter: u64,
    ) -> usize {
        self.trace(format_args!(
            "end {client} connects, wire {}",
            self.wires.len()
        ));
        let number = self.next_number;
        self.next_number += 1;
        self.wires.push(Wire {
            ends: [client, server],
            numbers: [number, number],
            delay,
            jitter,
            last: [self.now; 2],
            open: true,
            stalled: [false; 2],
        });
        self.ends[client].wants_connect = false;
        for end in [server, client] {
            let address = "sim".to_owned();
            self.input(
                end,
                Input::Connected {
                    peer: number,
                    address,
                    note: String::new(),
                    ip: None,
                    grant: None,
                },
            );
        }
        self.wires.len() - 1
    }

    /// Cuts a connection; what is on its way is lost.
    pub(super) fn cut(&mut self, wire: usize) {
        self.wires[wire].open = false;
        self.flights.retain(|flight| flight.wire != wire);
        let Wire { ends, numbers, .. } = self.wires[wire];
        for side in 0..2 {
            let reason = "cut".to_owned();
            self.input(
                ends[side],
                Input::Closed {
                    peer: numbers[side],
                    reason,
                },
            );
        }
    }

    /// Gives an end of ours an input and carries its outputs out.
    pub(super) fn input(&mut self, end: usize, input: Input<'_>) {
        let audited = self.audited;
        let Body::Library(session, signals) = &mut self.ends[end].body else {
            return;
        };
        if matches!(input, Input::Flush) {
            // As the interface does.
            signals.table().flush();
        }
        let before = audited.then(|| session.stats());
        let received = match &input {
            Input::Text { text, .. } => Some((*text).to_owned()).filter(|_| audited),
            _ => None,
        };
        session.handle(self.now, input);
        let mut outputs = Vec::new();
        session.outputs(&mut outputs);
        if let Some(before) = before {
            faults::audit(&before, &session.stats(), received.as_deref(), &outputs);
        }
        let mut drained = Vec::new();
        // Nobody answers the close of a connection that is cut, so its link drops it.
        let mut gone = Vec::new();
        for output in outputs {
            match output {
                Output::Send { peer, text } => {
                    if text.contains("\"signals\":{\"") && !text.contains("import_answer") {
                        self.frames[end] += 1;
                    }
                    self.sent[end].push(text.to_string());
                    self.post(end, peer, Packet::Text(text.to_string()));
                    drained.push(peer);
                }
                Output::Ping { peer, payload } => {
                    self.post(end, peer, Packet::Ping(payload.to_vec()));
                }
                Output::Close { peer, code, reason } => {
                    let reason = format!("{code} {reason}");
                    if self.wire_of(end, peer).is_some() {
                        self.post(end, peer, Packet::Closed(reason));
                    } else {
                        gone.push((peer, reason));
                    }
                }
                // The probe's result is seen as an event.
                Output::MessageCap { bytes, .. } => self.caps.push(bytes),
                Output::ProbeDone { .. } | Output::NotConnected(_) => {}
                Output::Connect => self.ends[end].wants_connect = true,
                Output::Event(event) => self.ends[end].events.push(event),
                Output::Log(record) => self.ends[end].log.push(record),
                Output::State(state) => self.ends[end].state = state,
                Output::ImportDone { result, .. } => self.ends[end].imports.push(result),
                Output::ConfigDone { result, .. } => self.ends[end].configs.push(result),
            }
        }
        if self.ends[end].stalled {
            self.ends[end].undrained.extend(drained);
            return;
        }
        for peer in drained {
            // Of a peer that does not read, the other end hears when it reads on.
            if !self.is_stalled(end, peer) {
                self.input(end, Input::Drained { peers: &[peer] });
            }
        }
        for (peer, reason) in gone {
            self.input(end, Input::Closed { peer, reason });
        }
    }

    /// A stalled end's kernel has taken everything.
    pub(super) fn release(&mut self, end: usize) {
        self.ends[end].stalled = false;
        for peer in std::mem::take(&mut self.ends[end].undrained) {
            self.input(end, Input::Drained { peers: &[peer] });
        }
    }

    fn wire_of(&self, end: usize, peer: u32) -> Option<(usize, usize)> {
        self.wires.iter().enumerate().find_map(|(index, wire)| {
            let side =
                (0..2).find(|side| wire.ends[*side] == end && wire.numbers[*side] == peer)?;
            wire.open.then_some((index, side))
        })
    }

    fn post(&mut self, from: usize, peer: u32, packet: Packet) {
        if let Some((wire, side)) = self.wire_of(from, peer) {
            self.launch(wire, 1 - side, packet);
        }
    }

    /// Sends something as if an end of a wire had.
    pub(super) fn inject(&mut self, wire: usize, to: usize, packet: Packet) {
        let side = usize::from(self.wires[wire].ends[1] == to);
        self.launch(wire, side, packet);
    }

    fn launch(&mut self, wire: usize, to: usize, packet: Packet) {
        let jitter = self.wires[wire].jitter;
        let extra = Duration::from_micros(self.random.below(jitter + 1));
        let wire_state = &mut self.wires[wire];
        let mut at = (self.now + wire_state.delay + extra).max(wire_state.last[to]);
        if wire_state.stalled[to] {
            at = Time::NEVER;
        }
        wire_state.last[to] = at;
        self.schedule(at, wire, to, packet, false);
    }

    fn schedule(&mut self, at: Time, wire: usize, to: usize, packet: Packet, thought: bool) {
        self.order += 1;
        let flight = Flight {
            at,
            order: self.order,
            wire,
            to,
            packet,
            thought,
        };
        let place = self
            .flights
            .partition_point(|other| (other.at, other.order) < (flight.at, flight.order));
        self.flights.insert(place, flight);
    }

    fn broadcast(&mut self, end: usize, text: &str) {
        let wires: Vec<(usize, usize)> = (0..self.wires.len())
            .filter(|wire| self.wires[*wire].open)
            .filter_map(|wire| {
                let side = self.wires[wire]
                    .ends
                    .iter()
                    .position(|other| *other == end)?;
                Some((wire, 1 - side))
            })
            .collect();
        for (wire, to) in wires {
            self.frames[end] += 1;
            self.launch(wire, to, Packet::Text(text.to_owned()));
        }
    }

    /// Runs everything that happens until then.
    pub(super) fn run_until(&mut self, until: Time) {
        loop {
            let flight = self.flights.front().map_or(Time::NEVER, |flight| flight.at);
            let mut next = (flight, None);
            for (index, end) in self.ends.iter().enumerate() {
                let deadline = match &end.body {
                    Body::Library(session, _) => session.wake_at(),
                    Body::Model(_) => Time::NEVER,
                };
                let at = end.next_cycle.min(deadline);
                if at < next.0 {
                    next = (at, Some(index));
                }
            }
            if next.0 > until {
                self.now = until;
                return;
            }
            self.now = self.now.max(next.0);
            match next.1 {
                None => {
                    if let Some(flight) = self.flights.pop_front() {
                        self.deliver(flight);
                    }
                }
                Some(end) => self.tick(end),
            }
        }
    }

    pub(super) fn run_for(&mut self, time: Duration) {
        self.run_until(self.now + time);
    }

    fn tick(&mut self, end: usize) {
        let state = &mut self.ends[end];
        let cycle = state.next_cycle <= self.now;
        if cycle {
            state.next_cycle = self.now + state.period;
        }
        match &state.body {
            Body::Model(model) => {
                if cycle && model.habit == Habit::Cyclic && !model.values.is_empty() {
                    let frame = model_frame(&model.values, None);
                    self.broadcast(end, &frame);
                }
            }
            Body::Library(session, _) => {
                if session.wake_at() <= self.now {
                    self.input(end, Input::Deadline);
                }
                if cycle {
                    self.input(end, Input::Cycle { skipped: 0 });
                }
            }
        }
    }

    fn deliver(&mut self, flight: Flight) {
        let receiver = self.wires[flight.wire].ends[flight.to];
        self.trace(format_args!("end {receiver} gets {:?}", flight.packet));
        let Flight {
            wire,
            to,
            packet,
            thought,
            ..
        } = flight;
        if !self.wires[wire].open {
            return;
        }
        let end = self.wires[wire].ends[to];
        let peer = self.wires[wire].numbers[to];
        let answers = match &self.ends[end].body {
            Body::Model(model) => model.answers_pings,
            Body::Library(..) => true,
        };
        if let Packet::Ping(payload) = &packet
            && answers
        {
            self.launch(wire, 1 - to, Packet::Pong(payload.clone()));
        }
        let Body::Model(model) = &mut self.ends[end].body else {
            match &packet {
                Packet::Text(text) => self.input(end, Input::Text { peer, text }),
                Packet::Ping(payload) => self.input(end, Input::Ping { peer, payload }),
                Packet::Pong(payload) => self.input(end, Input::Pong { peer, payload }),
                Packet::Closed(reason) => {
                    self.wires[wire].open = false;
                    let Wire { ends, numbers, .. } = self.wires[wire];
                    for side in 0..2 {
                        let reason = reason.clone();
                        self.input(
                            ends[side],
                            Input::Closed {
                                peer: numbers[side],
                                reason,
                            },
                        );
                    }
                }
            }
            return;
        };
        let Packet::Text(text) = &packet else {
            return;
        };
        if !thought && !model.think.is_zero() {
            let at = self.now + model.think;
            self.schedule(at, wire, to, packet, true);
            return;
        }
        let message: serde_json::Value = serde_json::from_str(text).unwrap();
        let Some(signals) = message["signals"].as_object() else {
            return;
        };
        for (name, value) in signals {
            model.values.insert(name.clone(), value.clone());
        }
        if model.habit == Habit::Echo && !signals.is_empty() {
            let echo = serde_json::json!({"type": "data", "signals": signals}).to_string();
            self.frames[end] += 1;
            self.launch(wire, 1 - to, Packet::Text(echo));
        }
    }
}

fn model_frame(values: &BTreeMap<String, serde_json::Value>, only: Option<&str>) -> String {
    let signals: serde_json::Map<String, serde_json::Value> = values
        .iter()
        .filter(|(name, _)| only.is_none_or(|only| only == *name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    serde_json::json!({"type": "data", "signals": signals}).to_string()
}

/// Options of an end whose cycle is so long.
pub(super) fn options(mode: Mode, cycle: Duration) -> Options {
    let mut options = match mode {
        Mode::Server => Options::server(),
        Mode::Client => Options::client(),
    };
    options.update_cycle = cycle;
    options
}
