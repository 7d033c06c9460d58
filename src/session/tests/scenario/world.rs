//! A server, its clients and models, what their hosts do, and what goes wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::super::network::{Habit, Model, Network, Packet, Random, options};
use crate::error::{Error, ErrorCode};
use crate::options::{Mode, Options, SendMode};
use crate::session::{ConfigRequest, EventKind, Input};
use crate::signals::Declaration;
use crate::time::Time;
use crate::value::{Access, Direction, Kind, Quality, Value, ValueRef};

const MS: fn(u64) -> Duration = Duration::from_millis;

const SERVER: usize = 0;
const QUEUE: &str = "s/queue";
const QUEUE_DEPTH: u32 = 16;
/// What all write.
const SHARED: [(&str, Kind); 2] = [("shared/int", Kind::Int), ("shared/bool", Kind::Bool)];
/// How long things go wrong.
const FAULTS: u64 = 1_200_000;

/// What one host alone writes.
struct Owned {
    name: String,
    kind: Kind,
    owner: usize,
    last: Value,
}

/// A client of ours.
#[derive(Default)]
struct Client {
    /// `None`: everything.
    subscription: Option<BTreeSet<String>>,
    /// It declares nothing of others, but imports it.
    imports: bool,
    /// What its host got out of the queue.
    queue: Vec<i64>,
    asked_imports: usize,
    asked_configs: usize,
    /// Names that it has still to declare.
    undeclared: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Set,
    Pulse,
    Queue,
    Share,
    Cut,
    Notice { wire: usize, side: usize },
    Stall,
    ReadOn { wire: usize, side: usize },
    Restart,
    Dial(usize),
    Subscribe,
    Declare,
    Import,
    Config,
    Nonsense,
    Poll,
}

/// What hosts do and what goes wrong, as often as it stands here.
const ACTS: [Act; 24] = [
    Act::Set,
    Act::Set,
    Act::Set,
    Act::Set,
    Act::Set,
    Act::Pulse,
    Act::Pulse,
    Act::Pulse,
    Act::Queue,
    Act::Queue,
    Act::Share,
    Act::Share,
    Act::Share,
    Act::Cut,
    Act::Cut,
    Act::Stall,
    Act::Stall,
    Act::Restart,
    Act::Subscribe,
    Act::Declare,
    Act::Import,
    Act::Config,
    Act::Nonsense,
    Act::Poll,
];

pub(super) struct World {
    network: Network,
    random: Random,
    agenda: BTreeMap<(Time, u64), Act>,
    planned: u64,
    /// The connection of each client and model.
    wires: BTreeMap<usize, usize>,
    dialling: BTreeSet<usize>,
    clients: BTreeMap<usize, Client>,
    models: Vec<usize>,
    /// By which the server knew their connections.
    model_numbers: BTreeSet<u32>,
    /// By which it knew those of clients.
    client_numbers: BTreeMap<usize, Vec<u32>>,
    /// Those of clients that took another name at last: with it, nobody comes back.
    renamed: BTreeSet<u32>,
    server: Options,
    owned: Vec<Owned>,
    /// The number that went into the queue last.
    queued: i64,
    late: u64,
    /// The server restarted, and nobody has written what all write since.
    forgotten: bool,
    /// Changes that each host has polled.
    polled: Vec<u64>,
}

fn random_options(random: &mut Random, mode: Mode, name: &str) -> Options {
    let cycle = MS(random.pick(&[10, 10, 20]));
    let mut options = options(mode, cycle);
    options.send_mode = random.pick(&[SendMode::Cycle, SendMode::Cycle, SendMode::OnChange]);
    // Two that repeat themselves and do not listen would never agree.
    options.only_transmit_changed = mode == Mode::Client || random.below(8) > 0;
    options.max_data_frame_bytes = random.pick(&[0, 0, 0, 128]);
    options.reconnect_interval = MS(50);
    options.client_name = name.to_owned();
    options
}

fn random_value(random: &mut Random, kind: Kind) -> Value {
    match kind {
        Kind::Bool => Value::Bool(random.below(2) == 1),
        Kind::Int => Value::Int(random.below(5) as i64 - 2),
        Kind::Float => Value::Float(random.below(9) as f64 / 4.0 - 1.0),
        Kind::Text => Value::Text(["", "a", "ä\n", "0"][random.below(4) as usize].to_owned()),
    }
}

impl World {
    pub(super) fn new(seed: u64, mut random: Random) -> Self {
        let mut network = Network::new(seed);
        network.audit();
        let server = random_options(&mut random, Mode::Server, "");
        network.library(server.clone(), MS(0));
        let mut world = Self {
            network,
            random,
            agenda: BTreeMap::new(),
            planned: 0,
            wires: BTreeMap::new(),
            dialling: BTreeSet::new(),
            clients: BTreeMap::new(),
            models: Vec::new(),
            model_numbers: BTreeSet::new(),
            client_numbers: BTreeMap::new(),
            renamed: BTreeSet::new(),
            server,
            owned: Vec::new(),
            queued: 0,
            late: 0,
            forgotten: false,
            polled: Vec::new(),
        };
        world.own("s/bool", Kind::Bool, SERVER);
        world.own("s/int", Kind::Int, SERVER);
        world.own("s/float", Kind::Float, SERVER);
        world.own("s/text", Kind::Text, SERVER);
        for index in 0..1 + world.random.below(3) {
            world.add_client(index);
        }
        for index in 0..world.random.below(3) {
            world.add_model(index);
        }
        let ends = std::iter::once(SERVER).chain(world.clients.keys().copied());
        for end in ends.collect::<Vec<_>>() {
            world.declare_all(end);
        }
        world.polled = vec![0; world.network.ends.len()];
        for end in world.clients.keys().copied().collect::<Vec<_>>() {
            world.dial(end);
        }
        for end in world.models.clone() {
            world.dial(end);
        }
        world
    }

    fn own(&mut self, name: &str, kind: Kind, owner: usize) {
        let last = Value::default_of(kind);
        self.owned.push(Owned {
            name: name.to_owned(),
            kind,
            owner,
            last,
        });
    }

    fn add_client(&mut self, index: u64) {
        let name = format!("client {index}");
        let options = random_options(&mut self.random, Mode::Client, &name);
        let phase = self.random.micros(0, 10_000);
        let end = self.network.library(options, phase);
        let imports = self.random.below(4) == 0;
        let client = Client {
            imports,
            ..Client::default()
        };
        self.clients.insert(end, client);
        self.own(&format!("c{index}/int"), Kind::Int, end);
        self.own(&format!("c{index}/bool"), Kind::Bool, end);
    }

    /// Not one that keeps sending its whole state: it would write what others own.
    fn add_model(&mut self, index: u64) {
        let model = Model {
            habit: self.random.pick(&[Habit::Echo, Habit::OwnChanges]),
            answers_pings: self.random.below(4) > 0,
            think: MS(self.random.pick(&[0, 1, 20])),
            period: MS(10),
            values: BTreeMap::new(),
        };
        let phase = self.random.micros(0, 10_000);
        let end = self.network.model(model, phase);
        self.models.push(end);
        self.own(&format!("m{index}/int"), Kind::Int, end);
    }

    /// The host of an end of ours declares everything that there is by now.
    fn declare_all(&mut self, end: usize) {
        let importer = self.clients.get(&end).is_some_and(|client| client.imports);
        let declare = |name: &str, kind, access, fifo_depth| {
            let declaration = Declaration {
                fifo_depth,
                ..Declaration::new(name, kind, Direction::Input)
            };
            let signals = self.network.signals(end);
            signals
                .declare(&declaration, Direction::Input, access)
                .unwrap();
        };
        for owned in &self.owned {
            let access = if owned.owner == end {
                Access::Write
            } else {
                Access::Read
            };
            if access == Access::Write || !importer {
                declare(&owned.name, owned.kind, access, 0);
            }
        }
        if !importer {
            let access = if end == SERVER {
                Access::Write
            } else {
                Access::Read
            };
            declare(QUEUE, Kind::Int, access, QUEUE_DEPTH);
            for (name, kind) in SHARED {
                declare(name, kind, Access::ReadWrite, 0);
            }
        }
    }

    fn plan(&mut self, after: Duration, act: Act) {
        self.planned += 1;
        self.agenda
            .insert((self.network.now + after, self.planned), act);
    }

    /// Random things happen for a while.
    pub(super) fn go_wrong(&mut self) {
        for _ in 0..20 + self.random.below(60) {
            let after = self.random.micros(0, FAULTS);
            let act = self.random.pick(&ACTS);
            self.plan(after, act);
            // Much happens at once.
            for _ in 0..self.random.below(3) {
                let act = self.random.pick(&ACTS);
                self.plan(after, act);
            }
        }
        self.run_for(Duration::from_micros(FAULTS));
    }

    /// Nothing goes wrong any more, until everything must have settled.
    pub(super) fn settle(&mut self) {
        // What was planned to end still does; nothing new begins.
        self.agenda
            .retain(|_, act| matches!(act, Act::Notice { .. } | Act::ReadOn { .. } | Act::Dial(_)));
        self.run_for(MS(2_000));
        for end in self.clients.keys().copied().collect::<Vec<_>>() {
            for name in std::mem::take(&mut self.clients.get_mut(&end).unwrap().undeclared) {
                // An import may have brought it.
                if self.network.signals(end).names().find(&name).is_none() {
                    self.network.declare(end, &name, Kind::Int, Access::Read);
                }
            }
            self.import(end);
        }
        if std::mem::take(&mut self.forgotten) {
            for (name, kind) in SHARED {
                self.share(SERVER, name, kind);
            }
        }
        self.run_for(MS(3_000));
    }

    fn run_for(&mut self, time: Duration) {
        let until = self.network.now + time;
        while self.network.now < until {
            let next = self.agenda.keys().next().map_or(Time::NEVER, |(at, _)| *at);
            let step = (self.network.now + MS(20)).min(until).min(next);
            self.network.run_until(step.max(self.network.now));
            while let Some(entry) = self.agenda.first_entry()
                && entry.key().0 <= self.network.now
            {
                let act = entry.remove();
                self.act(act);
            }
            self.redial();
            self.reply();
        }
        self.poll_all();
    }

    /// Whoever wants a connection makes one a little later.
    fn redial(&mut self) {
        let wants = |world: &Self, end: &usize| {
            let open = world
                .wires
                .get(end)
                .is_some_and(|w| world.network.is_open(*w));
            match world.clients.contains_key(end) {
                true => world.network.ends[*end].wants_connect,
                false => !open,
            }
        };
        let all = self.clients.keys().chain(&self.models);
        let ends: Vec<usize> = all
            .copied()
            .filter(|end| wants(self, end) && !self.dialling.contains(end))
            .collect();
        for end in ends {
            self.dialling.insert(end);
            let after = self.random.micros(0, 60_000);
            self.plan(after, Act::Dial(end));
        }
    }

    fn dial(&mut self, end: usize) {
        self.dialling.remove(&end);
        if self.clients.contains_key(&end) && self.random.below(6) == 0 {
            self.network.ends[end].wants_connect = false;
            let error = Error::new(ErrorCode::Connection, "nobody is there");
            self.network.input(end, Input::ConnectFailed { error });
            return;
        }
        let delay = self.random.pick(&[50, 1_000, 9_000, 25_000, 60_000]);
        let jitter = self.random.pick(&[0, delay / 2]);
        let wire = (self.network).connect(end, SERVER, Duration::from_micros(delay), jitter);
        self.wires.insert(end, wire);
        let number = self.network.number(wire);
        self.client_numbers.entry(end).or_default().push(number);
        if self.models.contains(&end) {
            self.model_numbers.insert(self.network.number(wire));
            // It tells what it owns.
            let own = self.owned.iter().find(|owned| owned.owner == end).unwrap();
            self.network.set(end, &own.name, own.last.as_ref());
        }
    }

    /// The server's host answers what it is asked, most of the time.
    fn reply(&mut self) {
        for event in std::mem::take(&mut self.network.ends[SERVER].events) {
            if event.kind == EventKind::ConfigSet && self.random.below(4) > 0 {
                let (success, message) = (self.random.below(2) == 0, String::new());
                let token = event.token;
                self.network.input(
                    SERVER,
                    Input::ConfigReply {
                        token,
                        success,
                        message,
                    },
                );
            }
        }
    }

    fn random_client(&mut self) -> usize {
        let ends: Vec<usize> = self.clients.keys().copied().collect();
        self.random.pick(&ends)
    }

    fn random_wire(&mut self) -> Option<usize> {
        let open = self
            .wires
            .values()
            .filter(|wire| self.network.is_open(**wire));
        let open: Vec<usize> = open.copied().collect();
        (!open.is_empty()).then(|| self.random.pick(&open))
    }

    /// The host of an end that is on change tells so, as the driver would.
    fn set(&mut self, end: usize, name: &str, value: ValueRef<'_>) {
        self.network.set(end, name, value);
        self.network.input(end, Input::Changed);
    }

    fn set_owned(&mut self, at: usize, value: Value) {
        let (name, owner) = (self.owned[at].name.clone(), self.owned[at].owner);
        self.set(owner, &name, value.as_ref());
        self.owned[at].last = value;
    }

    fn share(&mut self, end: usize, name: &str, kind: Kind) {
        let value = random_value(&mut self.random, kind);
        let known =
            self.models.contains(&end) || self.network.signals(end).names().find(name).is_some();
        if known {
            self.set(end, name, value.as_ref());
        }
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Set => {
                let at = self.random.below(self.owned.len() as u64) as usize;
                let value = random_value(&mut self.random, self.owned[at].kind);
                self.set_owned(at, value);
            }
            Act::Pulse => {
                let bools = (0..self.owned.len()).filter(|at| self.owned[*at].kind == Kind::Bool);
                let bools: Vec<usize> = bools.collect();
                let at = self.random.pick(&bools);
                for _ in 0..1 + self.random.below(4) {
                    let Value::Bool(level) = self.owned[at].last else {
                        unreachable!("it is a bool");
                    };
                    self.set_owned(at, Value::Bool(!level));
                }
            }
            Act::Queue => {
                for _ in 0..1 + self.random.below(6) {
                    self.queued += 1;
                    self.set(SERVER, QUEUE, ValueRef::Int(self.queued));
                }
            }
            Act::Share => {
                let all: Vec<usize> = (0..self.network.ends.len()).collect();
                let end = self.random.pick(&all);
                let (name, kind) = self.random.pick(&SHARED);
                self.share(end, name, kind);
            }
            Act::Cut => {
                if let Some(wire) = self.random_wire() {
                    self.network.break_off(wire);
                    for side in 0..2 {
                        let after = self.random.micros(0, 400_000);
                        self.plan(after, Act::Notice { wire, side });
                    }
                }
            }
            Act::Notice { wire, side } => self.network.notice(wire, side),
            Act::Stall => {
                if let Some(wire) = self.random_wire() {
                    let side = self.random.below(2) as usize;
                    self.network.stall(wire, side);
                    let after = self.random.micros(10_000, 500_000);
                    self.plan(after, Act::ReadOn { wire, side });
                }
            }
            Act::ReadOn { wire, side } => self.network.read_on(wire, side),
            Act::Restart => self.restart(),
            Act::Dial(end) => self.dial(end),
            Act::Subscribe => self.subscribe(),
            Act::Declare => self.declare_late(),
            Act::Import => {
                let end = self.random_client();
                self.import(end);
            }
            Act::Config => self.ask_for_config(),
            Act::Nonsense => self.talk_nonsense(),
            Act::Poll => self.poll_all(),
        }
    }

    /// The server starts again, with its declarations and nothing else.
    fn restart(&mut self) {
        self.poll_all();
        self.polled[SERVER] = 0;
        for owned in self.owned.iter_mut().filter(|owned| owned.owner == SERVER) {
            owned.last = Value::default_of(owned.kind);
        }
        self.network.restart(SERVER, self.server.clone());
        self.declare_all(SERVER);
        self.forgotten = true;
        if self.random.below(2) == 0 {
            let config = r#"{"interval":5}"#.to_owned();
            self.network.input(SERVER, Input::PublishConfig(config));
        }
    }

    fn subscribe(&mut self) {
        let end = self.random_client();
        let names: Option<BTreeSet<String>> = (self.random.below(4) > 0).then(|| {
            let all = self.owned.iter().map(|owned| owned.name.as_str());
            let all: Vec<&str> = all
                .chain(SHARED.map(|(name, _)| name))
                .chain([QUEUE, "nobody's"])
                .collect();
            let chosen = all.into_iter().filter(|_| self.random.below(2) == 0);
            chosen.map(str::to_owned).collect()
        });
        let list = names.clone().map(|names| names.into_iter().collect());
        self.clients.get_mut(&end).unwrap().subscription = names;
        self.network.input(end, Input::Subscribe(list));
    }

    /// The server's host declares one more signal; the clients' hosts do so now or at the end.
    fn declare_late(&mut self) {
        self.late += 1;
        let name = format!("late{}", self.late);
        let (before, after): (Vec<usize>, Vec<usize>) = (self.clients.keys().copied())
            .filter(|end| !self.clients[end].imports)
            .partition(|_| self.random.below(2) == 0);
        for end in before {
            self.network.declare(end, &name, Kind::Int, Access::Read);
        }
        for end in after {
            let client = self.clients.get_mut(&end).unwrap();
            client.undeclared.push(name.clone());
        }
        self.network
            .declare(SERVER, &name, Kind::Int, Access::Write);
        self.own(&name, Kind::Int, SERVER);
    }

    fn import(&mut self, end: usize) {
        let client = self.clients.get_mut(&end).unwrap();
        client.asked_imports += 1;
        let token = 1_000 + client.asked_imports as u32;
        let until = self.network.now + MS(1_500);
        self.network.input(end, Input::Import { token, until });
    }

    fn ask_for_config(&mut self) {
        let end = self.random_client();
        let client = self.clients.get_mut(&end).unwrap();
        client.asked_configs += 1;
        let token = client.asked_configs as u32;
        let request = self.random.pick(&[ConfigRequest::Get, ConfigRequest::Set]);
        let (json, until) = ("{}".to_owned(), self.network.now + MS(1_500));
        self.network.input(
            end,
            Input::Config {
                token,
                request,
                json,
                until,
            },
        );
    }

    /// Somebody sends the server what it must refuse, ignore or count.
    fn talk_nonsense(&mut self) {
        let text = self.random.pick(&[
            r#"{"type":"data","signals":{"s/int":"x","s/text":7,"nobody's":1}}"#,
            r#"{"type":"data","signals":{"s/int":99,"s/bool":1e400,"s/float":null}}"#,
            r#"{"type":"data","signals":"#,
            r#"{"type":"weather","signals":{"s/int":99}}"#,
            r#"{"type":"snapshot","signals":{"s/text":"hi","":0}}"#,
            r#"{"type":"import_answer","signals":{"s/int":99},"signalTypes":{"s/int":"PLCInputInt"}}"#,
            r#"{"type":"init","name":"another"}"#,
            "[]",
        ]);
        if let Some(wire) = self.random_wire() {
            if text.contains("init") {
                let end = self.wires.iter().find(|(_, its)| **its == wire);
                let numbers = end.and_then(|(end, _)| self.client_numbers.get(end));
                self.renamed.extend(numbers.into_iter().flatten());
            }
            let packet = Packet::Text(text.to_owned());
            self.network.inject(wire, SERVER, packet);
        }
    }

    /// Every host takes what there is.
    fn poll_all(&mut self) {
        let ends = std::iter::once(SERVER).chain(self.clients.keys().copied());
        for end in ends.collect::<Vec<_>>() {
            let signals = self.network.signals(end);
            let queue = signals.names().find(QUEUE);
            let mut numbers = Vec::new();
            let polled = &mut self.polled[end];
            let capacity = 1 + self.random.below(20) as usize;
            while signals.table().has_changes() {
                signals.table().poll(capacity, |_, change| {
                    *polled += u64::from(change.change_count);
                    if Some(change.signal) == queue && change.change_count > 0 {
                        numbers.push(change.integer);
                    }
                });
            }
            if let Some(client) = self.clients.get_mut(&end) {
                client.queue.extend(numbers);
            }
        }
    }

    /// Everybody who has a signal, and wants it, has the value of who writes it.
    pub(super) fn agree(&self) {
        let ends = std::iter::once(SERVER).chain(self.clients.keys().copied());
        for end in ends {
            for owned in &self.owned {
                let by_model = self.by_model(&owned.name);
                let value = match self.network.model_value(owned.owner, &owned.name) {
                    // What a model repeats in a window is taken for an echo, and the server's word stands.
                    Some(theirs) => theirs,
                    None if by_model && end != owned.owner => {
                        self.network.value(SERVER, &owned.name)
                    }
                    None => owned.last.clone(),
                };
                self.has(end, &owned.name, value.as_ref(), by_model);
            }
            for (name, _) in SHARED {
                let value = self.network.value(SERVER, name);
                self.has(end, name, value.as_ref(), !self.models.is_empty());
            }
            let stats = self.network.session(end).stats();
            let dropped = if end == SERVER {
                0
            } else {
                stats.queue_overflow
            };
            assert_eq!(
                stats.changes,
                self.polled[end] + dropped,
                "end {end}: changes"
            );
            let open = self.wires.get(&end).map(|wire| self.network.is_open(*wire));
            assert_ne!(open, Some(false), "client {end} is not connected");
        }
        for (end, client) in &self.clients {
            let answers = &self.network.ends[*end];
            assert_eq!(
                answers.imports.len(),
                client.asked_imports,
                "imports of {end}"
            );
            assert_eq!(
                answers.configs.len(),
                client.asked_configs,
                "configs of {end}"
            );
            let mut last = 0;
            for number in client.queue.iter().copied().filter(|number| *number != 0) {
                assert!(last < number, "end {end}: {:?}", client.queue);
                last = number;
            }
        }
    }

    /// Whether the server has its value from a model. An echo that comes after the end of its window, which is a second
    /// after the frame at most, is a write like any other (semantics §2), also of what a client of ours owns: that client
    /// refuses it and counts it, if it wants the signal at all, and sends nothing back, since the server arbitrates.
    fn by_model(&self, name: &str) -> bool {
        self.by(&self.model_numbers, name)
    }

    /// Whether the server has its value from one of these connections.
    fn by(&self, connections: &BTreeSet<u32>, name: &str) -> bool {
        let signals = self.network.signals(SERVER);
        let id = signals.names().find(name);
        id.is_some_and(|id| {
            let table = signals.table();
            let origin = table.slot(id).map(|slot| slot.origin);
            origin.is_some_and(|origin| connections.contains(&origin))
        })
    }

    /// `by_model`: a model wrote it last. One that was away has no name by which the server would know it again.
    fn has(&self, end: usize, name: &str, value: ValueRef<'_>, by_model: bool) {
        let signals = self.network.signals(end);
        let Some(id) = signals.names().find(name) else {
            return;
        };
        let wants = |client: &Client| {
            let names = client.subscription.as_ref();
            names.is_none_or(|names| names.contains(name))
        };
        if !self.clients.get(&end).is_none_or(wants) {
            return;
        }
        let may_be_stale = by_model || self.by(&self.renamed, name);
        let table = signals.table();
        let slot = table.slot(id).unwrap();
        assert_eq!(slot.value(), value, "end {end}: {name}");
        // A signal that nobody has set yet is nobody's.
        let known =
            slot.quality != Quality::Never || value == Value::default_of(slot.kind).as_ref();
        assert!(
            known && (may_be_stale || slot.quality != Quality::Stale),
            "end {end}: {name} is {:?}",
            slot.quality
        );
    }
}
