//! The session and its links: every input goes through here, every output is carried out here.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;

use crate::network::Source;
use crate::runtime::clock;
use crate::runtime::link::{Closed, Line, LinkEvent, Outbound, Outlet};
use crate::runtime::shared::{Answer, Shared};
use crate::session::{Input, Output, PeerId, Session, State};
use crate::time::Time;

/// To how many sockets a host's thread writes by itself. Each takes some 10 µs of it; with more of them the network
/// thread writes, since a host may have little time in which to draw a frame.
const HOST_WRITES: usize = 4;

/// The way to one peer's socket.
#[derive(Debug)]
pub(crate) struct Link {
    outlet: Outlet,
    cap: Arc<AtomicUsize>,
    /// Whom it counts for, on a server.
    source: Option<Source>,
    /// Stands in [`Hub::unwritten`].
    unwritten: bool,
}

impl Link {
    /// `cap`: the size that messages from the peer may have at the moment.
    pub(crate) const fn new(outlet: Outlet, cap: Arc<AtomicUsize>, source: Option<Source>) -> Self {
        Self {
            outlet,
            cap,
            source,
            unwritten: false,
        }
    }
}

/// Lists that live on, so that a steady cycle allocates nothing here.
#[derive(Debug, Default)]
struct Round {
    lines: Vec<(PeerId, Arc<Line>)>,
    drained: Vec<PeerId>,
}

/// The session, its links, and what to tell the driver.
#[derive(Debug)]
pub(crate) struct Hub {
    session: Session,
    shared: Arc<Shared>,
    links: HashMap<PeerId, Link>,
    next_peer: PeerId,
    outputs: Vec<Output>,
    /// Peers for which something is queued that nobody has tried to write.
    unwritten: Vec<PeerId>,
    round: Round,
    /// The client is to dial; the driver takes this.
    connect_wanted: bool,
    /// When the driver wakes by itself.
    pub(crate) sleeping_until: Time,
    /// Wakes the driver for something new.
    pub(crate) wake: Arc<Notify>,
    changes_seen: u64,
    /// Those who wait are to be told, once the link that brought it sleeps.
    untold: bool,
    /// The interface was started for this request alone, and stops when it is done.
    pub(crate) stop_after: Option<u32>,
    stop_wanted: bool,
    /// The driver has taken that up.
    stopping: bool,
    /// The port that a server is bound to.
    pub(crate) port: u16,
}

impl Hub {
    pub(crate) fn new(session: Session, shared: Arc<Shared>) -> Self {
        Self {
            session,
            port: shared.options.port,
            shared,
            links: HashMap::new(),
            next_peer: 1,
            outputs: Vec::new(),
            unwritten: Vec::new(),
            round: Round::default(),
            connect_wanted: false,
            sleeping_until: Time::NEVER,
            wake: Arc::new(Notify::new()),
            changes_seen: 0,
            untold: false,
            stop_after: None,
            stop_wanted: false,
            stopping: false,
        }
    }

    pub(crate) const fn session(&self) -> &Session {
        &self.session
    }

    pub(crate) const fn last_peer(&self) -> PeerId {
        self.next_peer - 1
    }

    pub(crate) fn link_count(&self) -> usize {
        self.links.len()
    }

    pub(crate) fn links_from(&self, source: Source) -> usize {
        (self.links.values())
            .filter(|link| link.source == Some(source))
            .count()
    }

    /// Takes a new connection into the books.
    pub(crate) fn add_link(&mut self, link: Link) -> PeerId {
        let id = self.next_peer;
        self.next_peer += 1;
        self.links.insert(id, link);
        id
    }

    /// The driver is gone: whatever links it left are, too.
    pub(crate) fn abandon(&mut self, now: Time, reason: &str) {
        if self.shared.is_faulted() {
            // The session may have been left in the middle of something.
            self.links.clear();
            self.unwritten.clear();
            return;
        }
        // First the state, so that a client does not plan to connect again.
        self.run(now, Input::Stop);
        let ids: Vec<PeerId> = self.links.drain().map(|(id, _)| id).collect();
        for peer in ids {
            let reason = reason.to_owned();
            self.run(now, Input::Closed { peer, reason });
        }
        self.unwritten.clear();
        self.connect_wanted = false;
        self.stopping = false;
        self.stop_wanted = false;
        self.stop_after = None;
    }

    pub(crate) fn take_connect(&mut self) -> bool {
        std::mem::take(&mut self.connect_wanted)
    }

    /// Asked by the driver, which stops then.
    pub(crate) fn stop_wanted(&mut self) -> bool {
        self.stopping |= std::mem::take(&mut self.stop_wanted);
        self.stopping
    }

    /// It was started for one request alone, or ends because that is done.
    pub(crate) const fn is_temporary(&self) -> bool {
        self.stop_after.is_some() || self.stop_wanted || self.stopping
    }

    /// `false` when it ends because the request that it was started for is done. `keep`: it is not to
    /// end with that request any more.
    pub(crate) fn goes_on(&mut self, keep: bool) -> bool {
        if keep && !self.stopping {
            self.stop_after = None;
            self.stop_wanted = false;
        }
        !self.stopping && !self.stop_wanted
    }

    /// A request of the host is complete.
    fn answer(&mut self, token: u32, answer: Answer) {
        self.shared.put_answer(token, answer);
        self.request_ended(token);
    }

    /// Nobody waits for this request any more.
    pub(crate) fn request_ended(&mut self, token: u32) {
        if self.stop_after.take_if(|only| *only == token).is_some() {
            self.stop_wanted = true;
            self.wake.notify_one();
        }
    }

    /// Runs one input and carries out what follows. `true`: whoever waits should look again.
    fn run(&mut self, now: Time, input: Input<'_>) -> bool {
        let cycle = matches!(input, Input::Cycle { .. });
        self.session.handle(now, input);
        if cycle {
            self.session.cycle_took(clock::now().since(now));
        }
        let mut outputs = std::mem::take(&mut self.outputs);
        self.session.outputs(&mut outputs);
        let mut news = false;
        for output in outputs.drain(..) {
            news |= self.carry_out(output);
        }
        self.outputs = outputs;
        if self.session.wake_at() < self.sleeping_until || self.connect_wanted {
            self.wake.notify_one();
        }
        let changes = self.shared.signals.records_made();
        news |= changes != std::mem::replace(&mut self.changes_seen, changes);
        news
    }

    fn carry_out(&mut self, output: Output) -> bool {
        match output {
            Output::Send { peer, text } => self.hand_over(peer, Outbound::Text(text)),
            Output::Ping { peer, payload } => {
                self.hand_over(peer, Outbound::Ping(Bytes::copy_from_slice(&payload)));
            }
            Output::Close { peer, code, reason } => {
                self.hand_over(peer, Outbound::Close { code, reason });
            }
            Output::MessageCap { peer, bytes } => {
                if let Some(link) = self.links.get(&peer) {
                    link.cap.store(bytes, Ordering::Relaxed);
                }
            }
            Output::Connect => self.connect_wanted = true,
            Output::Event(event) => {
                self.shared.events.push(event);
                return true;
            }
            Output::Log(record) => self.shared.put_log(record),
            Output::NotConnected(error) => *self.shared.last_error.lock() = Some(error),
            Output::State(state) => {
                if state == State::Connected {
                    *self.shared.last_error.lock() = None;
                }
                return true;
            }
            Output::ImportDone { token, result } => {
                self.answer(token, Answer::Import(result));
                return true;
            }
            Output::ConfigDone { token, result } => {
                self.answer(token, Answer::Config(result));
                return true;
            }
            Output::ProbeDone { token, result } => {
                self.answer(token, Answer::Probe(result));
                return true;
            }
        }
        false
    }

    fn hand_over(&mut self, peer: PeerId, outbound: Outbound) {
        if let Some(link) = self.links.get_mut(&peer) {
            // A link that is gone reports its end by itself.
            link.outlet.push(outbound);
            if !std::mem::replace(&mut link.unwritten, true) {
                self.unwritten.push(peer);
            }
        }
    }

    /// Whether something is queued that nobody has tried to write.
    pub(crate) fn is_behind(&self) -> bool {
        !self.unwritten.is_empty()
    }

    /// Takes up what is queued.
    fn take_unwritten(&mut self, lines: &mut Vec<(PeerId, Arc<Line>)>) {
        for peer in self.unwritten.drain(..) {
            if let Some(link) = self.links.get_mut(&peer) {
                link.unwritten = false;
                lines.push((peer, Arc::clone(link.outlet.line())));
            }
        }
    }
}

/// Runs one input, writes what follows, then tells those who wait.
pub(crate) fn run(hub: &Mutex<Hub>, input: Input<'_>) {
    let mut guard = hub.lock();
    let news = carry_on(&mut guard, input);
    tell(guard, news);
}

fn carry_on(guard: &mut MutexGuard<'_, Hub>, input: Input<'_>) -> bool {
    let mut news = write(guard);
    news |= guard.run(clock::now(), input);
    news | write(guard)
}

/// As [`run`], for a host's thread that must not wait; `false` when the hub is in use or has fallen behind, and nothing was
/// done. What goes to many sockets is written by the network thread.
pub(crate) fn try_run(hub: &Mutex<Hub>, input: Input<'_>) -> bool {
    let Some(mut guard) = hub.try_lock().filter(|guard| !guard.is_behind()) else {
        return false;
    };
    let news = guard.run(clock::now(), input);
    if guard.unwritten.len() > HOST_WRITES {
        guard.wake.notify_one();
        tell(guard, news);
        return true;
    }
    let mut round = std::mem::take(&mut guard.round);
    guard.take_unwritten(&mut round.lines);
    tell(guard, news);
    for (_, line) in &round.lines {
        line.pump();
    }
    // What follows when they are drained may be whole states, for others as well.
    match hub.try_lock().filter(|guard| !guard.session.owes_wholes()) {
        Some(mut guard) => {
            let news = drained(&mut guard, &mut round);
            if round.lines.is_empty() {
                guard.round = round;
                tell(guard, news);
                return true;
            }
            tell(guard, news);
            pump_on(&mut round);
        }
        None => round.lines.iter().for_each(|(_, line)| line.wake()),
    }
    true
}

/// Writes what is queued, if anything is.
pub(crate) fn catch_up(hub: &Mutex<Hub>) {
    let mut guard = hub.lock();
    let news = write(&mut guard);
    tell(guard, news);
}

/// Lets the hub go, and tells those who wait if there is `news`.
fn tell(guard: MutexGuard<'_, Hub>, news: bool) {
    let shared = news.then(|| Arc::clone(&guard.shared));
    // Waiters look at the hub while they hold the gate, so it must be free by now.
    drop(guard);
    if let Some(shared) = shared {
        shared.notify();
    }
}

/// Writes what is queued to its sockets, during which the hub is free for others. Peers that have everything in the
/// kernel can take the next frame at once.
fn write(guard: &mut MutexGuard<'_, Hub>) -> bool {
    if guard.unwritten.is_empty() {
        return false;
    }
    let mut round = std::mem::take(&mut guard.round);
    guard.take_unwritten(&mut round.lines);
    MutexGuard::unlocked(guard, || {
        for (_, line) in &round.lines {
            line.pump();
        }
    });
    let news = drained(guard, &mut round);
    if !round.lines.is_empty() {
        MutexGuard::unlocked(guard, || pump_on(&mut round));
    }
    guard.round = round;
    news
}

/// What follows for those of `round` that have everything in the kernel by now. What they were owed is in `round` then.
fn drained(guard: &mut MutexGuard<'_, Hub>, round: &mut Round) -> bool {
    for (peer, line) in round.lines.drain(..) {
        // Under the lock of the hub: nothing more can have been queued since.
        if line.take_drained() {
            round.drained.push(peer);
        }
    }
    if round.drained.is_empty() {
        return false;
    }
    let peers = &round.drained;
    let news = guard.run(clock::now(), Input::Drained { peers });
    round.drained.clear();
    guard.take_unwritten(&mut round.lines);
    news
}

/// Writes what drained peers were owed. That it is in the kernel is for their tasks to say: a host that sets without a
/// pause would otherwise keep this going.
fn pump_on(round: &mut Round) {
    for (_, line) in round.lines.drain(..) {
        line.pump();
        line.wake();
    }
}

/// Runs what a link reports.
pub(crate) fn link_event(hub: &Mutex<Hub>, peer: PeerId, event: LinkEvent<'_>) {
    let mut guard = hub.lock();
    let input = match event {
        LinkEvent::Text(text) => Input::Text { peer, text },
        LinkEvent::Ping(payload) => Input::Ping { peer, payload },
        LinkEvent::Pong(payload) => Input::Pong { peer, payload },
        LinkEvent::Progress => Input::Progress { peer },
        LinkEvent::Settled => {
            let news = std::mem::take(&mut guard.untold);
            return tell(guard, news);
        }
        LinkEvent::Drained => {
            let mut news = write(&mut guard);
            let link = guard.links.get(&peer);
            // Unless another thread has queued something since.
            if link.is_some_and(|link| link.outlet.line().is_idle()) {
                news |= guard.run(clock::now(), Input::Drained { peers: &[peer] });
                news |= write(&mut guard);
            }
            return tell(guard, news);
        }
        LinkEvent::Closed(closed) => {
            guard.links.remove(&peer);
            let mut news = std::mem::take(&mut guard.untold);
            if closed.crowded() {
                news |= carry_on(&mut guard, Input::Crowded);
            }
            let reason = describe(&closed);
            news |= carry_on(&mut guard, Input::Closed { peer, reason });
            return tell(guard, news);
        }
    };
    // A host that is told at once answers while the link still looks for more, and each is in the other's way.
    guard.untold |= carry_on(&mut guard, input);
}

/// How a link ended, in words.
fn describe(closed: &Closed) -> String {
    let by = if closed.by_us {
        "closed here"
    } else {
        "closed by the peer"
    };
    match (&closed.error, closed.code) {
        (Some(error), _) => error.message().to_owned(),
        (None, Some(code)) if closed.reason.is_empty() => format!("{by} with code {code}"),
        (None, Some(code)) => format!("{by} with code {code}: {}", closed.reason),
        (None, None) => format!("{by} without a close frame"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use crate::runtime::keys::Keys;
    use crate::runtime::meter::Meter;
    use crate::runtime::stream::MaybeTls;
    use crate::signals::Signals;
    use tokio::net::{TcpListener, TcpStream};
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::protocol::Role;

    #[tokio::test]
    async fn d11_clients_from_one_network_of_ipv6_count_together() {
        let options = Arc::new(Options::server());
        let signals = Arc::new(Signals::new(1).unwrap());
        let session = Session::new(Arc::clone(&options), Arc::clone(&signals), 1);
        let shared = Shared::new(options, signals, Keys::default());
        let mut hub = Hub::new(session, Arc::new(shared));
        let source = |address: &str| Source::of(address.parse().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        for address in ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "10.0.0.1"] {
            let stream = TcpStream::connect(listener.local_addr().unwrap())
                .await
                .unwrap();
            let meter = Meter::after_handshake(MaybeTls::plain(stream), &[], 1 << 20);
            let socket = WebSocketStream::from_raw_socket(meter, Role::Server, None).await;
            let outlet = Outlet::of(Line::new(socket, Role::Server));
            hub.add_link(Link::new(outlet, Arc::default(), Some(source(address))));
        }
        assert_eq!(hub.links_from(source("2001:db8::3")), 2);
        assert_eq!(hub.links_from(source("10.0.0.1")), 1);
    }
}
