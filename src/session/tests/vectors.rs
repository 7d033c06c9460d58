//! Runs `tests/vectors`, whose README describes the format: one session, a scripted peer, and a clock that moves only
//! when a step says so.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use crate::options::{CatalogDirection, ImportDirection, Mode, Options, SendMode};
use crate::protocol::direction::Rules;
use crate::session::{
    ConfigRequest, ConfigResult, EventKind, ImportReport, Input, Output, Session, fence,
};
use crate::signals::{Declaration, Signals};
use crate::time::Time;
use crate::value::{Access, Direction, Kind, Perspective, Quality, Value};

/// Counters that are zero at the end of a case unless it names them.
const COUNTERS: [&str; 11] = [
    "malformed",
    "unknown_message",
    "unknown_signal",
    "rejected_type",
    "rejected_direction",
    "lossy",
    "denied",
    "echoes",
    "corrections",
    "resends",
    "pulses_collapsed",
];

type Outcome<T = ()> = Result<T, String>;

fn string(value: &Json) -> Outcome<&str> {
    value
        .as_str()
        .ok_or_else(|| format!("{value} is no string"))
}

fn number(value: &Json) -> Outcome<u32> {
    let small = value.as_u64().and_then(|v| u32::try_from(v).ok());
    small.ok_or_else(|| format!("{value} is no small number"))
}

fn boolean(value: &Json) -> Outcome<bool> {
    value.as_bool().ok_or_else(|| format!("{value} is no bool"))
}

fn object(value: &Json) -> Outcome<&Map<String, Json>> {
    value
        .as_object()
        .ok_or_else(|| format!("{value} is no object"))
}

fn list(value: &Json) -> Outcome<Vec<String>> {
    let items = value
        .as_array()
        .ok_or_else(|| format!("{value} is no list"))?;
    items
        .iter()
        .map(|item| string(item).map(str::to_owned))
        .collect()
}

fn choice<T: Copy>(value: &Json, of: &[(&str, T)]) -> Outcome<T> {
    let word = string(value)?;
    let found = of.iter().find(|(name, _)| *name == word);
    found
        .map(|(_, value)| *value)
        .ok_or_else(|| format!("{word:?} is none of the words"))
}

fn milliseconds(value: &Json) -> Outcome<Duration> {
    number(value).map(|ms| Duration::from_millis(ms.into()))
}

fn kind(value: &Json) -> Outcome<Kind> {
    choice(
        value,
        &[
            ("bool", Kind::Bool),
            ("int", Kind::Int),
            ("float", Kind::Float),
            ("text", Kind::Text),
        ],
    )
}

fn direction(value: &Json) -> Outcome<Direction> {
    choice(
        value,
        &[
            ("auto", Direction::Auto),
            ("input", Direction::Input),
            ("output", Direction::Output),
        ],
    )
}

fn access(value: &Json) -> Outcome<Access> {
    choice(
        value,
        &[
            ("read", Access::Read),
            ("write", Access::Write),
            ("read_write", Access::ReadWrite),
        ],
    )
}

fn perspective(value: &Json) -> Outcome<Perspective> {
    choice(
        value,
        &[
            ("simulation", Perspective::Simulation),
            ("controller", Perspective::Controller),
        ],
    )
}

/// A value of a kind. A string of digits is an int that other languages' numbers cannot hold.
fn value(kind: Kind, json: &Json) -> Outcome<Value> {
    let found = match kind {
        Kind::Bool => json.as_bool().map(Value::Bool),
        Kind::Int => match json.as_str() {
            Some(digits) => digits.parse().ok().map(Value::Int),
            None => json.as_i64().map(Value::Int),
        },
        Kind::Float => json.as_f64().map(Value::Float),
        Kind::Text => json.as_str().map(|text| Value::Text(text.to_owned())),
    };
    found.ok_or_else(|| format!("{json} is no {}", kind.name()))
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (a, b) => a == b,
    }
}

fn options(mode: Mode, case: &Json) -> Outcome<Options> {
    let mut options = match mode {
        Mode::Server => Options::server(),
        Mode::Client => Options::client(),
    };
    options.heartbeat = Duration::ZERO;
    let Some(chosen) = case.get("options") else {
        return Ok(options);
    };
    for (name, to) in object(chosen)? {
        let o = &mut options;
        match name.as_str() {
            "client_name" => o.client_name = string(to)?.to_owned(),
            "own_perspective" => o.own_perspective = perspective(to)?,
            "peer_perspective" => o.peer_perspective = Some(perspective(to)?),
            "import_direction" => {
                let of = [
                    ("invert", ImportDirection::Invert),
                    ("keep", ImportDirection::Keep),
                ];
                o.import_direction = choice(to, &of)?;
            }
            "catalog_direction" => {
                let keep = ("keep", CatalogDirection::Keep);
                let of = [
                    keep,
                    ("invert", CatalogDirection::Invert),
                    ("neutral", CatalogDirection::Neutral),
                ];
                o.catalog_direction = choice(to, &of)?;
            }
            "default_direction" => o.default_direction = direction(to)?,
            "use_patterns" => o.use_patterns = boolean(to)?,
            "input_patterns" => o.input_patterns = list(to)?,
            "output_patterns" => o.output_patterns = list(to)?,
            "send_mode" => {
                let cycle = ("cycle", SendMode::Cycle);
                o.send_mode = choice(
                    to,
                    &[
                        cycle,
                        ("on_change", SendMode::OnChange),
                        ("manual", SendMode::Manual),
                    ],
                )?;
            }
            "only_transmit_changed" => o.only_transmit_changed = boolean(to)?,
            "relay" => o.relay = boolean(to)?,
            "accept_remote_writes" => o.accept_remote_writes = boolean(to)?,
            "auto_import" => o.auto_import = boolean(to)?,
            "prefix_collisions" => o.prefix_collisions = boolean(to)?,
            "resync_wait_ms" => o.resync_wait = milliseconds(to)?,
            "strict_types" => o.strict_types = boolean(to)?,
            "raw_events" => o.raw_events = boolean(to)?,
            "catalog_push" => o.catalog_push = boolean(to)?,
            "max_data_frame_bytes" => o.max_data_frame_bytes = number(to)?,
            "heartbeat_ms" => o.heartbeat = milliseconds(to)?,
            "fence_grace_ms" => o.fence_grace = milliseconds(to)?,
            other => return Err(format!("no option {other:?}")),
        }
    }
    Ok(options)
}

/// What a peer of the script has got.
#[derive(Default)]
struct Scripted {
    /// The number of its present connection.
    id: u32,
    frames: Vec<String>,
    pings: Vec<[u8; 11]>,
    closed: Option<u16>,
}

/// The end under test, and the peers of the script.
struct Bench {
    session: Session,
    signals: Arc<Signals>,
    rules: Rules,
    send_mode: SendMode,
    cycle: Duration,
    now: Time,
    next_cycle: Time,
    connections: u32,
    peers: Vec<Scripted>,
    imports: Vec<Result<ImportReport, crate::error::Error>>,
    configs: Vec<ConfigResult>,
    events: Vec<(EventKind, u32, String)>,
    requests: u32,
}

impl Bench {
    fn new(options: Options) -> Self {
        let signals = Arc::new(Signals::new(options.limits.max_signals).unwrap());
        let now = Time::from_micros(1_000_000);
        let mut bench = Self {
            rules: Rules::new(&options),
            send_mode: options.send_mode,
            cycle: options.update_cycle,
            session: Session::new(Arc::new(options), Arc::clone(&signals), 7),
            signals,
            now,
            next_cycle: now,
            connections: 0,
            peers: Vec::new(),
            imports: Vec::new(),
            configs: Vec::new(),
            events: Vec::new(),
            requests: 0,
        };
        bench.input(Input::Start);
        bench
    }

    fn peer(&mut self, id: u32) -> Option<&mut Scripted> {
        self.peers.iter_mut().find(|peer| peer.id == id)
    }

    fn input(&mut self, input: Input<'_>) {
        self.session.handle(self.now, input);
        let mut outputs = Vec::new();
        self.session.outputs(&mut outputs);
        let mut drained = Vec::new();
        for output in outputs {
            match output {
                Output::Send { peer, text } => {
                    drained.push(peer);
                    if let Some(peer) = self.peer(peer) {
                        peer.frames.push(text.to_string());
                    }
                }
                Output::Ping { peer, payload } => {
                    if let Some(peer) = self.peer(peer) {
                        peer.pings.push(payload);
                    }
                }
                Output::Close { peer, code, .. } => {
                    if let Some(peer) = self.peer(peer) {
                        peer.closed = Some(code);
                    }
                }
                Output::Event(event) => self.events.push((event.kind, event.token, event.text)),
                Output::ImportDone { result, .. } => self.imports.push(result),
                Output::ConfigDone { result, .. } => self.configs.push(result),
                Output::MessageCap { .. }
                | Output::ProbeDone { .. }
                | Output::NotConnected(_)
                | Output::Connect
                | Output::Log(_)
                | Output::State(_) => {}
            }
        }
        for peer in drained {
            self.input(Input::Drained { peers: &[peer] });
        }
    }

    /// Connects the peer of the script with that number, which has it as long as the case lasts.
    fn connect(&mut self, peer: usize) {
        if self.peers.len() <= peer {
            self.peers.resize_with(peer + 1, Scripted::default);
        }
        self.connections += 1;
        let id = self.connections;
        self.peers[peer].id = id;
        let (address, note) = ("vector".to_owned(), String::new());
        self.input(Input::Connected {
            peer: id,
            address,
            note,
            ip: None,
            grant: None,
        });
    }

    fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        loop {
            let next = self.next_cycle.min(self.session.wake_at());
            if next > until {
                self.now = until;
                return;
            }
            self.now = self.now.max(next);
            if self.session.wake_at() <= self.now {
                self.input(Input::Deadline);
            }
            if self.next_cycle <= self.now {
                self.next_cycle = self.now + self.cycle;
                self.input(Input::Cycle { skipped: 0 });
            }
        }
    }

    fn declare(&self, declaration: &Json) -> Outcome {
        let field = |name: &str| declaration.get(name);
        let name = string(field("name").ok_or("a signal without a name")?)?;
        let kind = kind(field("kind").ok_or("a signal without a kind")?)?;
        let stated = field("direction").map_or(Ok(Direction::Input), direction)?;
        let (direction, by_rule) = self.rules.declared(name, stated);
        let access = field("access").map_or(Ok(by_rule), access)?;
        let initial = field("initial").map(|json| value(kind, json)).transpose()?;
        let mut declared = Declaration::new(name, kind, direction);
        declared.initial = initial.as_ref().map(Value::as_ref);
        let done = self.signals.declare(&declared, direction, access);
        done.map(|_| ()).map_err(|error| error.to_string())
    }

    fn set(&mut self, values: &Json, accepted: bool) -> Outcome {
        for (name, json) in object(values)? {
            let id = self.signals.names().find(name);
            let id = id.ok_or_else(|| format!("no signal {name:?}"))?;
            let mut table = self.signals.table();
            let kind = table.slot(id).ok_or("no slot")?.kind;
            let value = value(kind, json)?;
            let done = table.set(id, value.as_ref());
            if done.is_ok() != accepted {
                return Err(format!("setting {name:?} gave {done:?}"));
            }
        }
        if self.send_mode == SendMode::OnChange {
            self.input(Input::Changed);
        }
        Ok(())
    }

    fn expect(&mut self, peer: usize, expected: &[String]) -> Outcome {
        let peer = self.peers.get_mut(peer).ok_or("no such peer")?;
        let frames = std::mem::take(&mut peer.frames);
        if frames == expected {
            return Ok(());
        }
        Err(format!("sent {frames:#?}, not {expected:#?}"))
    }

    fn signal(&self, name: &str, expected: &Json) -> Outcome {
        let Some(id) = self.signals.names().find(name) else {
            let wanted = !expected.is_null();
            return if wanted {
                Err(format!("no signal {name:?}"))
            } else {
                Ok(())
            };
        };
        let table = self.signals.table();
        let slot = table.slot(id).ok_or("no slot")?;
        let value = table.value(id).ok_or("no value")?.to_owned();
        let Json::Object(fields) = expected else {
            return check_value(name, &value, expected);
        };
        for (field, expected) in fields {
            let good = match field.as_str() {
                "value" => {
                    check_value(name, &value, expected)?;
                    true
                }
                "kind" => slot.kind == kind(expected)?,
                "access" => slot.access == access(expected)?,
                "direction" if expected.is_null() => slot.direction.is_none(),
                "direction" => slot.direction == Some(direction(expected)?),
                "quality" => {
                    let never = ("never", Quality::Never);
                    slot.quality
                        == choice(
                            expected,
                            &[never, ("good", Quality::Good), ("stale", Quality::Stale)],
                        )?
                }
                other => return Err(format!("no field {other:?}")),
            };
            if !good {
                return Err(format!("{name}: {field} is not {expected}: {slot:?}"));
            }
        }
        Ok(())
    }

    fn report(&self, expected: &Json) -> Outcome {
        let report = match self.imports.last() {
            Some(Ok(report)) => report,
            other => return Err(format!("the import's result: {other:?}")),
        };
        for (name, count) in object(expected)? {
            let found = match name.as_str() {
                "added" => report.added,
                "updated" => report.updated,
                "unchanged" => report.unchanged,
                "conflicting" => report.conflicting,
                "refused" => report.refused,
                "answered" => report.answered,
                "unanswered" => report.unanswered,
                other => return Err(format!("no field {other:?}")),
            };
            if found != number(count)? {
                return Err(format!("{name} is {found}, not {count}: {report:?}"));
            }
        }
        Ok(())
    }

    fn config_done(&self, expected: &Json) -> Outcome {
        let found = match self.configs.last() {
            None => Json::Null,
            Some(Ok(text)) => serde_json::json!({ "ok": text }),
            Some(Err(error)) => serde_json::json!({ "error": error.code().name() }),
        };
        if found == *expected {
            Ok(())
        } else {
            Err(format!("the result is {found}"))
        }
    }

    fn config_request(&mut self, request: ConfigRequest, json: &str) {
        self.requests += 1;
        let (token, json) = (self.requests, json.to_owned());
        let until = self.now + Duration::from_secs(8);
        self.input(Input::Config {
            token,
            request,
            json,
            until,
        });
    }

    fn last_event(&self, kind: EventKind) -> Option<&(EventKind, u32, String)> {
        self.events.iter().rfind(|event| event.0 == kind)
    }

    fn step(&mut self, step: &Json) -> Outcome {
        let step = object(step)?;
        let peer = step.get("peer").map_or(Ok(1), number)? as usize - 1;
        let mut words = step.iter().filter(|(word, _)| *word != "peer");
        let (word, with) = words.next().ok_or("an empty step")?;
        if let Some((second, _)) = words.next() {
            return Err(format!("{word:?} and {second:?} in one step"));
        }
        let id = self.peers.get(peer).map_or(0, |peer| peer.id);
        match word.as_str() {
            "connect" => self.connect(number(with)? as usize - 1),
            "disconnect" => {
                let peer = self.peers[number(with)? as usize - 1].id;
                self.input(Input::Closed {
                    peer,
                    reason: "vector".to_owned(),
                });
            }
            "receive" => {
                let text = string(with)?;
                self.input(Input::Text { peer: id, text });
            }
            "receive_fence" => {
                let payload = fence(number(with)?.into());
                self.input(Input::Ping {
                    peer: id,
                    payload: &payload,
                });
            }
            "answer_fences" => {
                for payload in std::mem::take(&mut self.peers[peer].pings) {
                    self.input(Input::Pong {
                        peer: id,
                        payload: &payload,
                    });
                }
            }
            "declare" => self.declare(with)?,
            "set" => self.set(with, true)?,
            "refused" => self.set(with, false)?,
            "flush" => {
                self.signals.table().flush();
                self.input(Input::Flush);
            }
            "wait" => self.wait(milliseconds(with)?),
            "expect" => self.expect(peer, &list(with)?)?,
            "closed" => {
                let code = self.peers[peer].closed;
                if code.map(u32::from) != Some(number(with)?) {
                    return Err(format!("closed with {code:?}"));
                }
            }
            "state" => {
                for (name, expected) in object(with)? {
                    self.signal(name, expected)?;
                }
            }
            "subscribe" => self.input(Input::Subscribe(Some(list(with)?))),
            "import" => {
                self.requests += 1;
                let until = self.now + milliseconds(with)?;
                self.input(Input::Import {
                    token: self.requests,
                    until,
                });
            }
            "report" => self.report(with)?,
            "config_publish" => self.input(Input::PublishConfig(string(with)?.to_owned())),
            "config_asked" => {
                let asked = self
                    .last_event(EventKind::ConfigSet)
                    .map(|event| event.2.as_str());
                if asked != Some(string(with)?) {
                    return Err(format!("asked for {asked:?}"));
                }
            }
            "config_reply" => {
                let reply = object(with)?;
                let token = self
                    .last_event(EventKind::ConfigSet)
                    .ok_or("no config_set came")?
                    .1;
                let success = boolean(&reply["success"])?;
                let message = string(&reply["message"])?.to_owned();
                self.input(Input::ConfigReply {
                    token,
                    success,
                    message,
                });
            }
            "config_get" => self.config_request(ConfigRequest::Get, ""),
            "config_set" => self.config_request(ConfigRequest::Set, string(with)?),
            "config_done" => self.config_done(with)?,
            "raw" => {
                let raw = self
                    .last_event(EventKind::Raw)
                    .map(|event| event.2.as_str());
                if raw != with.as_str() {
                    return Err(format!("the host got {raw:?}"));
                }
            }
            "client_name" => {
                let names: Vec<String> = self
                    .session
                    .clients(self.now)
                    .into_iter()
                    .map(|client| client.name)
                    .collect();
                if names != [string(with)?] {
                    return Err(format!("names {names:?}"));
                }
            }
            "foreign" => {
                let foreign = self
                    .last_event(EventKind::ForeignProtocol)
                    .map(|event| event.2.as_str());
                if !foreign
                    .is_some_and(|text| with.as_str().is_some_and(|word| text.contains(word)))
                {
                    return Err(format!("the event {foreign:?}"));
                }
            }
            other => return Err(format!("no step {other:?}")),
        }
        Ok(())
    }

    fn end(&mut self, case: &Json) -> Outcome {
        for peer in 0..self.peers.len() {
            self.expect(peer, &[])
                .map_err(|error| format!("peer {} at the end: {error}", peer + 1))?;
        }
        let none = Map::new();
        let named = case.get("counters").map_or(Ok(&none), object)?;
        let found = self.session.stats().named();
        let count = |name: &str| {
            found
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, count)| *count)
        };
        for name in COUNTERS.into_iter().chain(named.keys().map(String::as_str)) {
            let expected = named.get(name).map_or(Ok(0), number)?;
            let found = count(name).ok_or_else(|| format!("no counter {name:?}"))?;
            if found != u64::from(expected) {
                return Err(format!("counter {name} is {found}, not {expected}"));
            }
        }
        Ok(())
    }
}

fn check_value(name: &str, found: &Value, expected: &Json) -> Outcome {
    let wanted = value(found.as_ref().kind(), expected)?;
    if same(found, &wanted) {
        return Ok(());
    }
    Err(format!("{name} is {found:?}, not {expected}"))
}

fn run(case: &Json) -> Outcome {
    let known = [
        "name", "role", "clock", "options", "signals", "steps", "counters",
    ];
    if let Some(other) = object(case)?
        .keys()
        .find(|key| !known.contains(&key.as_str()))
    {
        return Err(format!("no field {other:?}"));
    }
    if case.get("clock").is_some_and(|clock| clock != "fake") {
        return Err("the only clock to ask for is \"fake\"".to_owned());
    }
    let mode = choice(
        &case["role"],
        &[("server", Mode::Server), ("client", Mode::Client)],
    )?;
    let mut bench = Bench::new(options(mode, case)?);
    for declaration in case["signals"].as_array().into_iter().flatten() {
        bench.declare(declaration)?;
    }
    bench.connect(0);
    let steps = case["steps"].as_array().ok_or("a case without steps")?;
    for (number, step) in (1..).zip(steps) {
        bench
            .step(step)
            .map_err(|error| format!("step {number}, {step}: {error}"))?;
    }
    bench.end(case)
}

#[test]
fn every_vector_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let entries = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    let mut names = std::collections::BTreeSet::new();
    let mut failures = Vec::new();
    for path in files {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let vectors: Json =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        for case in vectors["cases"]
            .as_array()
            .unwrap_or_else(|| panic!("{file}: no cases"))
        {
            let name = case["name"]
                .as_str()
                .unwrap_or_else(|| panic!("{file}: a case without a name"));
            assert!(
                names.insert(name.to_owned()),
                "{file}: {name}: the name is taken"
            );
            if let Err(error) = run(case) {
                failures.push(format!("{file}: {name}: {error}"));
            }
        }
    }
    assert!(names.len() >= 60, "only {} vectors", names.len());
    assert!(
        failures.is_empty(),
        "{} of {} fail\n{}",
        failures.len(),
        names.len(),
        failures.join("\n")
    );
}
