//! What the tests over real sockets share: servers on port 0, clients, waiting with a bound.
#![allow(
    dead_code,
    reason = "each test binary uses the part of this that it needs"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "tests over real sockets wait in real time"
)]

pub mod raw;

use std::time::{Duration, Instant};

use realvirtual_ws::{Change, Declaration, Direction, Interface, Kind, Options, Quality, ValueRef};

/// No test waits longer for anything.
pub const LIMIT: Duration = Duration::from_secs(5);
/// Time for a stop or a close.
pub const SECOND: Duration = Duration::from_secs(1);

/// A number from the environment, for longer runs.
pub fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).map_or(otherwise, |number| number.parse().expect("a number"))
}

/// Waits until `met` holds; `what` says what did not come.
#[track_caller]
pub fn until(what: &str, mut met: impl FnMut() -> bool) {
    let start = Instant::now();
    while !met() {
        assert!(start.elapsed() < LIMIT, "did not happen: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// What began at `start` has taken no longer than this. Other work on the machine must fail no test, so ten times as long
/// will do; `make verify-times` sets `RV_SLACK` to 1.
#[track_caller]
pub fn at_most(limit: Duration, what: &str, start: Instant) {
    let took = start.elapsed();
    let given = limit * number("RV_SLACK", 10) as u32;
    assert!(took <= given, "{what} took {took:?}, not {limit:?}");
}

/// A server on a free port with fast timers, changed by `change`; started.
pub fn server_with(change: impl FnOnce(&mut Options)) -> Interface {
    let mut options = Options::server();
    options.port = 0;
    change(&mut options);
    let server = Interface::new(options).expect("valid options");
    server.start().expect("a free port");
    server
}

pub fn server() -> Interface {
    server_with(|_| {})
}

/// The options of a client of the server on `port`: a controller, which reconnects quickly.
pub fn client_options(port: u16) -> Options {
    let mut options = Options::client();
    options.port = port;
    options.own_perspective = realvirtual_ws::Perspective::Controller;
    options.reconnect_interval = Duration::from_millis(50);
    options
}

/// A client of `server`, changed by `change`; neither started nor with signals.
pub fn client_with(server: &Interface, change: impl FnOnce(&mut Options)) -> Interface {
    let mut options = client_options(server.info().port);
    change(&mut options);
    Interface::new(options).expect("valid options")
}

pub fn client(server: &Interface) -> Interface {
    client_with(server, |_| {})
}

/// Starts a client and waits for its connection.
#[track_caller]
pub fn connect(client: &Interface) {
    client.start().expect("a client starts");
    client.wait_connected(LIMIT).expect("a connection");
}

/// A signal that the simulation writes and the controller reads.
#[track_caller]
pub fn input(interface: &Interface, name: &str, kind: Kind) -> u32 {
    add(interface, name, kind, Direction::Input)
}

/// A signal that the controller writes and the simulation reads.
#[track_caller]
pub fn output(interface: &Interface, name: &str, kind: Kind) -> u32 {
    add(interface, name, kind, Direction::Output)
}

#[track_caller]
pub fn add(interface: &Interface, name: &str, kind: Kind, direction: Direction) -> u32 {
    let declaration = Declaration::new(name, kind, direction);
    interface.add_signal(&declaration).expect("a valid signal")
}

pub fn text(interface: &Interface, id: u32) -> String {
    interface
        .with_text(id, str::to_owned)
        .expect("a text signal")
}

pub fn quality(interface: &Interface, id: u32) -> Quality {
    interface.signal_info(id).expect("a signal").quality
}

/// Sets one value.
#[track_caller]
pub fn set(interface: &Interface, id: u32, value: ValueRef<'_>) {
    interface.set(id, value).expect("a writable signal");
}

/// Whether the signal holds this value now.
pub fn holds(interface: &Interface, id: u32, value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Bool(v) => interface.get_bool(id).expect("a bool") == v,
        ValueRef::Int(v) => interface.get_int(id).expect("an int") == v,
        ValueRef::Float(v) => interface.get_float(id).expect("a float").to_bits() == v.to_bits(),
        ValueRef::Text(v) => interface.with_text(id, |text| text == v).expect("a text"),
    }
}

/// Waits until the signal holds this value.
#[track_caller]
pub fn until_holds(interface: &Interface, id: u32, value: ValueRef<'_>) {
    let start = Instant::now();
    while !holds(interface, id, value) {
        assert!(
            start.elapsed() < LIMIT,
            "signal {id} did not become {value:.100?}"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Everything there is to poll.
pub fn poll(interface: &Interface) -> Vec<Change> {
    let mut changes = Vec::new();
    interface
        .poll_changes(usize::MAX, |_, change| changes.push(change))
        .expect("an open interface");
    changes
}

/// The four kinds with a value each.
pub const KINDS: [(Kind, ValueRef<'static>); 4] = [
    (Kind::Bool, ValueRef::Bool(true)),
    (Kind::Int, ValueRef::Int(-7)),
    (Kind::Float, ValueRef::Float(0.1)),
    (Kind::Text, ValueRef::Text("drive \"A\"\\1 é 😀")),
];

/// The memory of this process, in bytes.
#[cfg(target_os = "linux")]
pub fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("/proc");
    let pages = statm
        .split(' ')
        .nth(1)
        .and_then(|n| n.parse::<usize>().ok());
    pages.expect("a number") * 4096
}
