//! The session: what a server or a client does with what it hears, without I/O and without a clock.
//!
//! [`Session::handle`] takes one [`Input`] with the time; [`Session::outputs`] gives what is to be
//! done about it. `runtime` connects this to sockets and timers, tests to a fake network.

mod access;
mod aliases;
mod backoff;
mod brought;
mod client;
mod config;
mod effort;
mod exchange;
mod frames;
mod import;
mod inbound;
mod io;
mod large;
mod peer;
mod probe;
mod quota;
mod report;
mod state;
mod subscription;
mod timers;
pub(crate) mod window;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashSet;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::access::Secrets;
use crate::error::{Error, ErrorCode};
use crate::escape::escape;
use crate::network::Source;
use crate::options::{Mode, Options, SendMode};
use crate::protocol::data::Decoder;
use crate::protocol::direction::Rules;
use crate::signals::{Names, Origin, Signals};
use crate::time::Time;

use access::Request;
use aliases::Aliases;
use brought::Brought;
use client::Client;
use config::Config;
pub(crate) use config::{ConfigRequest, ConfigResult};
use exchange::{Scratch, Take};
use import::PendingImport;
pub(crate) use io::{Input, Output};
pub(crate) use peer::PeerId;
use peer::{Arrival, Peer};
pub use probe::ConnectionReport;
use probe::Probe;
use quota::{Line, Quota};
pub use report::{
    ClientInfo, Event, EventKind, Histogram, ImportReport, Info, LogLevel, LogRecord, State, Stats,
};

/// How a client marks values from its server, whichever connection brought them.
pub(crate) const SERVER: Origin = 1;

/// Marks our pings as fences; a number of 8 bytes follows.
const FENCE: &[u8; 3] = b"rvf";
/// Names reported once are remembered up to this count.
const REPORTED_MAX: usize = 10_000;

/// Warnings, and lines on its coming and going, that one address can bring into the log in 10 s.
const WARNINGS: u32 = 20;
const NOTICES: u32 = 200;

fn fence(number: u64) -> [u8; 11] {
    let mut payload = [0; 11];
    payload[..3].copy_from_slice(FENCE);
    payload[3..].copy_from_slice(&number.to_be_bytes());
    payload
}

fn fence_number(payload: &[u8]) -> Option<u64> {
    let number = payload.strip_prefix(FENCE)?;
    Some(u64::from_be_bytes(number.try_into().ok()?))
}

/// One interface's protocol state.
#[derive(Debug)]
pub(crate) struct Session {
    options: Arc<Options>,
    rules: Rules,
    signals: Arc<Signals>,
    peers: BTreeMap<PeerId, Peer>,
    client: Client,
    import: Option<PendingImport>,
    config: Config,
    probe: Option<Probe>,
    decoder: Decoder,
    scratch: Scratch,
    /// Signals that existed when peers' subscriptions were last brought up to date.
    known_signals: u32,
    /// Signals whose refusal was logged.
    reported: FxHashSet<u32>,
    warnings: Quota,
    notices: Quota,
    /// What no text for people may hold.
    secrets: Secrets,
    /// Something is due beyond what the host sets: a relay, a resend, a correction, a backlog.
    transmit_wanted: bool,
    /// The last transmission had nothing to send to anybody, and nothing came in since.
    nothing_due: bool,
    /// It is due at once, whatever the send mode.
    transmit_now: bool,
    /// A peer that is to be closed has taken a frame.
    stopping: bool,
    /// The present transmission left something for the next frame.
    follow_up: bool,
    /// Since when FIFOs wait for a peer that cannot take a frame, while another could.
    fifos_held: Option<Time>,
    /// When that frame goes out, where no cycle sends it.
    follow_up_at: Option<Time>,
    /// It carries the second edge of a pulse, so nothing may go out before it.
    edge_waits: bool,
    /// Levels of bools that last a while on the wire, with their end.
    holds: VecDeque<(Time, u32)>,
    /// Stale signals that get their fail-safe value then.
    failsafes: Vec<(Time, u32)>,
    /// Server: clients that left, by name, latest last; one of that name that comes is their successor.
    /// The last number is that of the grant by which it came: another's name alone makes no successor.
    departed: VecDeque<(String, Origin, u32)>,
    /// Server: what clients know by other names than it has here, by the client's name and the number of its grant.
    aliases: HashMap<(String, u32), Arc<Aliases>>,
    /// Server: how many signals clients have brought in their catalogues.
    brought: Brought,
    /// When stale values of a former connection that its successor did not mention are good again.
    restores: Vec<(Time, Origin, Origin)>,
    stats: Stats,
    state: State,
    wake: Time,
    /// The time of the present input.
    now: Time,
    outputs: Vec<Output>,
}

impl Session {
    pub(crate) fn new(options: Arc<Options>, signals: Arc<Signals>, seed: u64) -> Self {
        if options.send_mode == SendMode::Manual {
            signals.table().stage_sets();
        }
        Self {
            rules: Rules::new(&options),
            client: Client::new(&options, seed),
            signals,
            peers: BTreeMap::new(),
            import: None,
            config: Config::default(),
            probe: None,
            decoder: Decoder::new(),
            scratch: Scratch::default(),
            known_signals: 0,
            reported: FxHashSet::default(),
            warnings: Quota::new(WARNINGS),
            notices: Quota::new(NOTICES),
            secrets: Secrets::of(&options),
            transmit_wanted: false,
            nothing_due: false,
            transmit_now: false,
            stopping: false,
            follow_up: false,
            fifos_held: None,
            follow_up_at: None,
            edge_waits: false,
            holds: VecDeque::new(),
            failsafes: Vec::new(),
            departed: VecDeque::new(),
            aliases: HashMap::new(),
            brought: Brought::default(),
            restores: Vec::new(),
            stats: Stats::default(),
            state: State::Stopped,
            wake: Time::NEVER,
            now: Time::ZERO,
            outputs: Vec::new(),
            options,
        }
    }

    fn is_server(&self) -> bool {
        self.options.mode == Mode::Server
    }

    pub(crate) const fn state(&self) -> State {
        self.state
    }

    /// Counters, those of the signal table included.
    pub(crate) fn stats(&self) -> Stats {
        let table = self.signals.table();
        Stats {
            changes: table.changes,
            queue_overflow: self.stats.queue_overflow + table.overflowed,
            pulses_collapsed: self.stats.pulses_collapsed + table.collapsed,
            coalesced: self.stats.coalesced + table.coalesced,
            ..self.stats
        }
    }

    /// Attempts to connect since the connection was last stable.
    pub(crate) fn reconnect_attempts(&self) -> u32 {
        self.client.attempts()
    }

    /// Connected peers; the second number counts those that have sent a valid message.
    pub(crate) fn peer_counts(&self) -> (u32, u32) {
        let joined = self.peers.values().filter(|peer| peer.joined).count();
        (self.peers.len() as u32, joined as u32)
    }

    /// Notes how long the last cycle took.
    pub(crate) fn cycle_took(&mut self, time: Duration) {
        let micros = time.as_micros() as u64;
        self.stats.cycle_us_total += micros;
        self.stats.cycle_us_max = self.stats.cycle_us_max.max(micros);
    }

    /// A look at every connected client of a server.
    pub(crate) fn clients(&self, now: Time) -> Vec<ClientInfo> {
        let info = |peer: &Peer| ClientInfo {
            id: peer.id,
            name: peer.display_name().to_owned(),
            address: peer.address.clone(),
            library: peer.windows.is_library(),
            connected_us: now.since(peer.connected).as_micros() as u64,
            frames_in: peer.frames_in,
            frames_out: peer.frames_out,
            subscribed: peer.subscription.is_some(),
        };
        self.peers.values().map(info).collect()
    }

    /// When [`Input::Deadline`] is due. May be early, is never late.
    pub(crate) const fn wake_at(&self) -> Time {
        self.wake
    }

    /// Moves what is to be done into `into`.
    pub(crate) fn outputs(&mut self, into: &mut Vec<Output>) {
        into.append(&mut self.outputs);
    }

    /// Takes one input.
    pub(crate) fn handle(&mut self, now: Time, input: Input<'_>) {
        self.now = now;
        self.nothing_due &= matches!(input, Input::Cycle { .. });
        match input {
            Input::Start => self.start(now),
            Input::Connected {
                peer,
                address,
                note,
                ip,
                grant,
            } => {
                let arrival = Arrival { address, ip, grant };
                self.connected(peer, arrival, &note, now);
            }
            Input::ConnectFailed { error } => self.connect_failed(&error, now),
            Input::Refused { why, address } => {
                self.stats.refused_connections += 1;
                self.warn(address, 0, why, now);
            }
            Input::Revoke { grant } => self.revoke(grant),
            Input::Text { peer, text } => self.text(peer, text, now),
            Input::Ping { peer, payload } => self.ping(peer, payload, now),
            Input::Pong { peer, payload } => self.pong(peer, payload, now),
            Input::Progress { peer } => self.heard(peer, now),
            Input::Drained { peers } => {
                for peer in peers {
                    self.drained(*peer, now);
                }
            }
            Input::Closed { peer, reason } => self.closed(peer, &reason, now),
            Input::Crowded => self.stats.crowded_closed += 1,
            Input::Cycle { skipped } => {
                self.stats.cycles += 1;
                self.stats.cycles_skipped += skipped;
                if self.options.send_mode == SendMode::Cycle {
                    let take = if self.options.only_transmit_changed {
                        Take::Unsent
                    } else {
                        Take::Everything
                    };
                    if take == Take::Everything || !self.nothing_due || self.has_news() {
                        self.transmit(now, take);
                    }
                }
            }
            Input::Changed => self.transmit_wanted = true,
            Input::Flush => self.flush(now),
            Input::Deadline => self.deadline(now),
            Input::Subscribe(names) => self.choose_subscription(names),
            Input::Import { token, until } => self.begin_import(token, until),
            Input::Cancel { token } => {
                self.cancel_import(token);
                self.cancel_config(token);
            }
            Input::Config {
                token,
                request,
                json,
                until,
            } => self.request_config(token, request, &json, until, now),
            Input::Probe { token, until } => self.begin_probe(token, until),
            Input::SendRaw { peer, json } => self.send_raw(peer, &json),
            Input::PublishConfig(json) => self.publish_config(json),
            Input::ConfigReply {
                token,
                success,
                message,
            } => {
                self.config_reply(token, success, &message);
            }
            Input::Disconnect { peer } => self.close(peer, 1000, "closed by the server's host"),
            Input::Stop => self.stop(now),
        }
        // A second edge does not go before its time for the sake of one that was busy.
        if std::mem::take(&mut self.transmit_now) && (self.stopping || !self.edge_waits) {
            self.flush(now);
        }
        if std::mem::take(&mut self.stopping) {
            self.close_flushed();
        }
        if self.transmit_wanted && self.options.send_mode == SendMode::OnChange && !self.edge_waits
        {
            self.transmit(now, Take::Unsent);
        }
    }

    /// Whether the host has set or declared something since the last transmission.
    fn has_news(&self) -> bool {
        self.names().len() as u32 != self.known_signals || self.signals.table().has_unsent()
    }

    fn start(&mut self, now: Time) {
        if self.is_server() {
            self.set_state(State::Listening, now);
        } else {
            self.client.restart();
            self.set_state(State::Connecting, now);
            self.outputs.push(Output::Connect);
        }
    }

    fn stop(&mut self, now: Time) {
        for peer in self.peers.values_mut() {
            peer.stopping = true;
        }
        {
            let mut table = self.signals.table();
            table.flush();
            table.release_all();
        }
        // There is no later for those who still wait for their first state.
        let waiting: Vec<PeerId> = (self.peers.values())
            .filter(|peer| peer.first_state.is_some() && !peer.closing)
            .map(|peer| peer.id)
            .collect();
        for id in waiting {
            self.send_first_state(id, now);
        }
        // Nor for those who wait for their turn.
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for id in ids {
            self.send_owed(id, now);
        }
        // Nor for what a client holds back until it knows the server's state.
        if let Some(id) = self.peers.keys().next().copied() {
            self.state_arrived(id, now);
        }
        self.transmit(now, Take::Unsent);
        self.close_flushed();
        self.client.halt();
        self.fail_import(&Error::new(
            ErrorCode::Cancelled,
            "the interface was stopped before the import was complete",
        ));
        self.set_state(State::Stopped, now);
    }

    fn connected(&mut self, id: PeerId, arrival: Arrival, note: &str, now: Time) {
        let server = self.is_server();
        self.stats.connects += 1;
        let origin = if server { id } else { SERVER };
        if self.peers.is_empty() {
            self.forget_unsent();
        }
        let mut peer = Peer::new(id, origin, arrival.address, server, &self.options, now);
        peer.ip = arrival.ip;
        let revoked = arrival
            .grant
            .as_ref()
            .is_some_and(|grant| grant.is_revoked());
        if let Some(grant) = arrival.grant {
            peer.rights = self.rights(&grant);
            peer.grant = Some(grant);
        }
        self.arm(peer.deadline(&self.options));
        self.peers.insert(id, peer);
        if revoked {
            // While it was on its way in.
            self.close_revoked(id);
            return;
        }
        self.send_fence(id, now);
        if server {
            let text = format!("client {id} connected{note}");
            self.notice(id, text, now);
        } else {
            self.greet(id, note, now);
            self.probe_connected();
        }
        self.ask_for_catalog(id);
    }

    /// Closes peers that are to be closed once they have everything.
    fn close_flushed(&mut self) {
        // A sealed frame that nobody wants, or what cannot go out at all, must not hold this up.
        let mut in_vain = 0;
        while in_vain < 3 && self.signals.table().has_unsent() {
            if self.peers.values().any(|peer| peer.busy && !peer.closing) {
                return;
            }
            let before = self.stats.frames_out;
            self.transmit(self.now, Take::Unsent);
            in_vain += u32::from(self.stats.frames_out == before);
        }
        let flushed = |peer: &&Peer| peer.stopping && !peer.busy;
        let ids: Vec<PeerId> = self
            .peers
            .values()
            .filter(flushed)
            .map(|peer| peer.id)
            .collect();
        for id in ids {
            self.close(id, 1001, "going away");
        }
    }

    /// A ping at once, even before any frame: it tells the other end what we are, and whether it
    /// answers pings tells us how to watch it.
    fn send_fence(&mut self, id: PeerId, now: Time) {
        if let Some(peer) = self.peers.get_mut(&id) {
            let payload = fence(peer.windows.ping(now));
            self.outputs.push(Output::Ping { peer: id, payload });
        }
    }

    fn heard(&mut self, id: PeerId, now: Time) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.last_heard = now;
        }
    }

    fn send_raw(&mut self, peer: Option<PeerId>, json: &str) {
        // What the host says to all may name signals that a role hides; what it says to one it says to that one.
        let ids: Vec<PeerId> = match peer {
            Some(id) => vec![id],
            None => (self.peers.values())
                .filter(|peer| peer.allows(Request::Raw))
                .map(|peer| peer.id)
                .collect(),
        };
        let text = Utf8Bytes::from(json);
        for id in ids {
            self.send(id, text.clone());
        }
    }

    fn ping(&mut self, id: PeerId, payload: &[u8], now: Time) {
        self.heard(id, now);
        if fence_number(payload).is_some()
            && let Some(peer) = self.peers.get_mut(&id)
        {
            peer.windows.set_library();
        }
    }

    fn pong(&mut self, id: PeerId, payload: &[u8], now: Time) {
        self.heard(id, now);
        let Some(number) = fence_number(payload) else {
            return;
        };
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        if let Some(pinged) = peer.windows.pinged(number) {
            self.stats.round_trip.add(now.since(pinged));
        }
        if !peer.answers_pings {
            peer.answers_pings = true;
            let deadline = peer.deadline(&self.options);
            self.arm(deadline);
        }
        self.end_windows(id, Some(number), now);
        self.probe_answered(true);
    }

    fn drained(&mut self, id: PeerId, now: Time) {
        let made_room = self.peers.get_mut(&id).is_some_and(|peer| {
            let made_room = peer.queued_whole() > 0;
            peer.drained();
            made_room
        });
        self.send_owed(id, now);
        if made_room {
            self.send_what_waits_for_room(now);
        }
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        // FIFOs may wait in the table for this peer.
        if !peer.due.is_empty() || self.signals.table().has_unsent() {
            self.transmit_wanted = true;
            self.transmit_now |= peer.stopping || std::mem::take(&mut peer.flush);
        }
        self.stopping |= peer.stopping;
    }

    fn closed(&mut self, id: PeerId, reason: &str, now: Time) {
        let Some(peer) = self.peers.remove(&id) else {
            return;
        };
        self.stats.disconnects += 1;
        self.collapse(peer.pulses.len() as u64);
        self.departed(&peer);
        self.import_peer_gone(id);
        self.config_peer_gone(id, now);
        let who = if self.is_server() {
            escape(peer.display_name())
        } else {
            "the server".to_owned()
        };
        let text = format!(
            "{who} ({}): {}",
            peer.address,
            escape(&self.secrets.redact(reason))
        );
        if self.is_server() {
            let left = format!("client {id} left: {text}");
            if let Some(left) = self.within_notices(peer.ip, left, now) {
                self.log(LogLevel::Info, id, left, now);
            }
            if peer.joined {
                self.event(EventKind::ClientLeft, id, 0, text, now);
            }
        } else {
            self.lost(&peer, &text, now);
        }
    }

    /// Closes a connection from our side. The peer stays in the books until its link says it is gone.
    fn close(&mut self, id: PeerId, code: u16, reason: &str) {
        if let Some(peer) = self.peers.get_mut(&id)
            && !peer.closing
        {
            peer.closing = true;
            self.outputs.push(Output::Close {
                peer: id,
                code,
                reason: reason.to_owned(),
            });
        }
    }

    fn arm(&mut self, at: Time) {
        self.wake = self.wake.min(at);
    }

    fn set_state(&mut self, state: State, now: Time) {
        if self.state != state {
            self.state = state;
            self.outputs.push(Output::State(state));
            self.outputs.push(Output::Event(Event {
                kind: EventKind::State,
                client: 0,
                token: 0,
                result: state as i32,
                time: now,
                signal: 0,
                text: format!("{state:?}"),
            }));
        }
    }

    fn event(&mut self, kind: EventKind, client: PeerId, result: i32, text: String, now: Time) {
        // A message of the host's own is as it was sent.
        let text = if kind == EventKind::Raw {
            text
        } else {
            self.secrets.redact(text).into_owned()
        };
        self.outputs.push(Output::Event(Event {
            kind,
            client,
            token: 0,
            result,
            time: now,
            signal: 0,
            text,
        }));
    }

    /// `text` must not hold anything from outside that is not escaped.
    fn log(&mut self, level: LogLevel, client: PeerId, text: String, now: Time) {
        self.outputs.push(Output::Log(LogRecord {
            level,
            time: now,
            client: if self.is_server() { client } else { 0 },
            text: self.secrets.redact(text).into_owned(),
        }));
    }

    /// A warning about what a peer does.
    fn complain(&mut self, id: PeerId, text: String, now: Time) {
        let ip = self.peers.get(&id).and_then(|peer| peer.ip);
        self.warn(ip, id, text, now);
    }

    /// A warning that somebody outside caused: a flood of them must not push everything else out of the log.
    fn warn(&mut self, ip: Option<IpAddr>, client: PeerId, text: String, now: Time) {
        let (line, over) = self.warnings.line(ip.map(Source::of), now);
        self.arm(over);
        if let Some(text) = allowed(line, text) {
            self.log(LogLevel::Warn, client, text, now);
        }
    }

    /// A line on what a peer does that is nothing wrong.
    fn notice(&mut self, id: PeerId, text: String, now: Time) {
        let ip = self.peers.get(&id).and_then(|peer| peer.ip);
        if let Some(text) = self.within_notices(ip, text, now) {
            self.log(LogLevel::Info, id, text, now);
        }
    }

    fn within_notices(&mut self, ip: Option<IpAddr>, text: String, now: Time) -> Option<String> {
        let (line, over) = self.notices.line(ip.map(Source::of), now);
        self.arm(over);
        allowed(line, text)
    }

    /// Says how many lines were left out where that time is over.
    fn quota_deadline(&mut self, now: Time) {
        let quotas = [
            (self.warnings.over(now), LogLevel::Warn),
            (self.notices.over(now), LogLevel::Info),
        ];
        for ((over, next), level) in quotas {
            self.arm(next);
            for (source, lines) in over {
                let whom = source.map_or_else(String::new, |source| format!(" about {source}"));
                let text = format!("{lines} more lines{whom} were left out");
                self.log(level, 0, text, now);
            }
        }
    }

    /// A peer, for the log.
    fn who(&self, id: PeerId) -> String {
        match self.peers.get(&id) {
            Some(peer) if self.is_server() => {
                format!("client {id} ({})", escape(peer.display_name()))
            }
            _ => "the server".to_owned(),
        }
    }

    fn names(&self) -> parking_lot::RwLockReadGuard<'_, Names> {
        self.signals.names()
    }
}

/// The line as it may be written.
fn allowed(line: Line, text: String) -> Option<String> {
    match line {
        Line::Write => Some(text),
        Line::WriteLast => Some(format!(
            "{text}. More of the kind in these 10 s is only counted"
        )),
        Line::LeaveOut => None,
    }
}
