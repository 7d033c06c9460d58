//! What a session knows of one connection.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashMap;

use crate::access::Grant;
use crate::options::Options;
use crate::session::access::{Request, Rights};
use crate::session::aliases::Aliases;
use crate::session::effort::Effort;
use crate::session::subscription::Subscription;
use crate::session::window::Windows;
use crate::signals::{BitSet, Origin};
use crate::time::Time;

/// The number of a connection; never used again.
pub(crate) type PeerId = u32;

/// More malformed messages than this in [`MALFORMED_WINDOW`], whenever it begins, end the connection.
const MALFORMED_MAX: usize = 100;
const MALFORMED_WINDOW: Duration = Duration::from_secs(10);
/// Control messages and bytes that may wait for a peer that does not read.
const QUEUE_MESSAGES: u32 = 64;
const QUEUE_BYTES: usize = 16 << 20;
/// Below so many bytes the number of messages does not matter, and a state or a catalogue goes out at once.
const QUEUE_SMALL: usize = 1 << 20;

/// FIFOs wait this long for a peer that cannot take a frame, and after that not for it for so long: the others are not
/// to suffer, and it is told of what it misses by the newest value alone.
pub(crate) const FIFO_PATIENCE: Duration = Duration::from_millis(50);
const FIFO_BEHIND: Duration = Duration::from_secs(1);

/// A whole state that a peer is to get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whole {
    /// The first `data`.
    First,
    /// The answer to `subscribe`.
    Snapshot,
}

/// Why a peer gets a value that it has sent itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// Its value was refused or changed.
    Correction,
    /// It wrote while our value was on its way.
    Resend,
}

/// A connection that comes.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) address: String,
    pub(crate) ip: Option<IpAddr>,
    pub(crate) grant: Option<Arc<Grant>>,
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) id: PeerId,
    /// How values from it are marked: its own number on a server, [`crate::session::SERVER`] on a client.
    pub(crate) origin: Origin,
    pub(crate) address: String,
    /// Its IP address, on a server.
    pub(crate) ip: Option<IpAddr>,
    /// What it came by; `None` on a server that asks nobody.
    pub(crate) grant: Option<Arc<Grant>>,
    /// `None`: it may do everything.
    pub(crate) rights: Option<Box<Rights>>,
    pub(crate) name: Option<String>,
    /// The first name that it gave.
    pub(crate) first_name: Option<String>,
    pub(crate) connected: Time,
    pub(crate) last_heard: Time,
    /// When it last got a `data`.
    pub(crate) last_data: Time,
    pub(crate) next_ping: Time,
    /// It has answered a ping: from now on silence means death.
    pub(crate) answers_pings: bool,
    /// It has sent a valid message.
    pub(crate) joined: bool,
    pub(crate) version_warned: bool,
    /// Names that no signal has here and that were logged.
    pub(crate) unknown_told: Vec<Box<str>>,
    /// There were more.
    pub(crate) unknown_more: bool,
    pub(crate) foreign_told: bool,
    /// It has asked for our catalogue.
    pub(crate) asked_catalog: bool,
    /// When it gets the grown one.
    pub(crate) push_at: Option<Time>,
    /// New signals that its catalogues brought.
    pub(crate) brought: u32,
    /// Signals that it knows by other names than they have here.
    pub(crate) aliases: Option<Arc<Aliases>>,
    /// `None`: it wants everything.
    pub(crate) subscription: Option<Subscription>,
    /// Server: when the first full state goes out, if nothing calls for it before.
    pub(crate) first_state: Option<Time>,
    /// A state that goes out, as it is then, when what waits for the peer is in the kernel. Until then no data does.
    pub(crate) state_owed: Option<Whole>,
    /// How often it has asked for a catalogue that it has not got: one goes out after that.
    catalogs_owed: u32,
    /// It has a new name, under which it may know signals otherwise.
    pub(crate) aliases_owed: bool,
    pub(super) effort: Effort,
    /// When what it is owed goes out, if that is a matter of time.
    pub(super) turn: Option<Time>,
    /// What it is to get.
    pub(crate) due: BitSet,
    /// Bools of `due` whose level is that of the frame before, which the peer has.
    pub(crate) unmoved: BitSet,
    /// Bools of `due` of which it is to get the other level first: a pulse passed while it was busy.
    pub(crate) pulses: BitSet,
    /// Its last frame held nothing but such levels.
    pub(crate) had_pulses: bool,
    /// What it is to get although it sent the value itself.
    pub(crate) forced: BitSet,
    /// Why, to be counted when it goes out; whatever else is forced is a client's greeting.
    pub(crate) again: FxHashMap<u32, Again>,
    pub(crate) windows: Windows,
    /// A data frame, or much of anything else, is on its way to the kernel.
    pub(crate) busy: bool,
    /// Since when.
    busy_since: Time,
    /// FIFOs do not wait for it before then: it held them up too long.
    pub(crate) behind_until: Time,
    /// Control messages on their way to the kernel, and their bytes.
    queued_messages: u32,
    queued_bytes: usize,
    /// Bytes of data, states and catalogues on their way.
    queued_large: usize,
    /// Those of states and catalogues, which no other peer shares.
    queued_whole: usize,
    /// Since when there are some.
    whole_since: Time,
    /// The host flushed while it was busy.
    pub(crate) flush: bool,
    /// To be closed as soon as it has taken what is due.
    pub(crate) stopping: bool,
    /// We are closing it: nothing more is sent or heeded.
    pub(crate) closing: bool,
    /// When the last malformed messages came, so many as are allowed in [`MALFORMED_WINDOW`].
    malformed: VecDeque<Time>,
    pub(crate) frames_in: u64,
    pub(crate) frames_out: u64,
}

impl Peer {
    pub(crate) fn new(
        id: PeerId,
        origin: Origin,
        address: String,
        server: bool,
        options: &Options,
        now: Time,
    ) -> Self {
        Self {
            id,
            origin,
            address,
            ip: None,
            grant: None,
            rights: None,
            name: None,
            first_name: None,
            connected: now,
            last_heard: now,
            last_data: now,
            next_ping: after(now, options.ping_interval),
            answers_pings: false,
            joined: false,
            version_warned: false,
            unknown_told: Vec::new(),
            unknown_more: false,
            foreign_told: false,
            asked_catalog: false,
            push_at: None,
            brought: 0,
            aliases: None,
            subscription: None,
            first_state: server.then(|| now + options.first_state_wait),
            state_owed: None,
            catalogs_owed: 0,
            aliases_owed: false,
            effort: Effort::new(now),
            turn: None,
            due: BitSet::default(),
            unmoved: BitSet::default(),
            pulses: BitSet::default(),
            had_pulses: false,
            forced: BitSet::default(),
            again: FxHashMap::default(),
            windows: Windows::new(server, options.fence_grace),
            busy: false,
            busy_since: now,
            behind_until: now,
            queued_messages: 0,
            queued_bytes: 0,
            queued_large: 0,
            queued_whole: 0,
            whole_since: now,
            flush: false,
            stopping: false,
            closing: false,
            malformed: VecDeque::new(),
            frames_in: 0,
            frames_out: 0,
        }
    }

    /// It is to get this value although it sent it itself.
    pub(crate) fn force(&mut self, signal: u32, again: Again) {
        self.due.insert(signal);
        self.forced.insert(signal);
        self.again.insert(signal, again);
    }

    pub(crate) fn display_name(&self) -> &str {
        self.name.as_deref().unwrap_or("unknown")
    }

    pub(crate) fn wants(&self, id: u32) -> bool {
        let asked = |subscription: &Subscription| subscription.contains(id);
        self.subscription.as_ref().is_none_or(asked) && !self.must_not_see(id)
    }

    /// It wants everything, has got everything so far, and is owed nothing.
    pub(crate) fn has_no_ties(&self) -> bool {
        self.subscription.is_none()
            && self.aliases.is_none()
            && self.rights.is_none()
            && self.due.is_empty()
            && self.pulses.is_empty()
            && self.forced.is_empty()
    }

    /// Its role hides this signal, or it calls another one by the name of this one.
    pub(crate) fn must_not_see(&self, id: u32) -> bool {
        let hides = |aliases: &Arc<Aliases>| aliases.hides(id);
        !self.may_read(id) || self.aliases.as_ref().is_some_and(hides)
    }

    pub(crate) fn may_read(&self, id: u32) -> bool {
        let reads = |rights: &Rights| rights.reads(id);
        self.rights.as_deref().is_none_or(reads)
    }

    pub(crate) fn may_write(&self, id: u32) -> bool {
        let writes = |rights: &Rights| rights.writes(id);
        self.rights.as_deref().is_none_or(writes)
    }

    /// The number of what it came by; 0 = nothing.
    pub(crate) fn grant_number(&self) -> u32 {
        self.grant.as_ref().map_or(0, |grant| grant.number)
    }

    /// Whether its role allows this; see [`Session::may`](crate::session::Session::may) where it asks for it.
    pub(crate) fn allows(&self, request: Request) -> bool {
        let allows = |rights: &Rights| rights.allows(request);
        self.rights.as_deref().is_none_or(allows)
    }

    /// Visits the signals that it wants of so many.
    pub(crate) fn for_each_wanted(&self, count: u32, each: impl FnMut(u32)) {
        match &self.subscription {
            Some(subscription) => subscription.for_each(each),
            None => (0..count).for_each(each),
        }
    }

    /// Notes a control message handed to the link; `false` when too much waits already.
    pub(crate) fn queue(&mut self, bytes: usize, now: Time) -> bool {
        let few = self.queued_messages < QUEUE_MESSAGES || self.queued_bytes < QUEUE_SMALL;
        let room = few && (self.queued_messages == 0 || self.queued_bytes + bytes <= QUEUE_BYTES);
        self.queued_messages += 1;
        self.queued_bytes += bytes;
        if self.crowded() {
            self.set_busy(now);
        }
        room
    }

    /// Notes data, a state or a catalogue handed to the link. It may have any size, since it goes only when little waits.
    pub(crate) fn queue_large(&mut self, bytes: usize, now: Time) {
        self.queued_large += bytes;
        if self.crowded() {
            self.set_busy(now);
        }
    }

    /// Notes a state or a catalogue, of so many signals and bytes, that was made for this peer alone.
    pub(crate) fn made(&mut self, signals: usize, bytes: usize, now: Time) {
        self.effort.add(signals, bytes, now);
        if self.queued_whole == 0 {
            self.whole_since = now;
        }
        self.queued_whole += bytes;
    }

    /// How much of those is on its way to the kernel.
    pub(crate) fn queued_whole(&self) -> usize {
        if self.closing { 0 } else { self.queued_whole }
    }

    /// Since when there are some, which [`Peer::queued_whole`] tells.
    pub(crate) const fn whole_since(&self) -> Time {
        self.whole_since
    }

    /// From now on, something is on its way to the kernel that data waits for.
    pub(crate) fn set_busy(&mut self, now: Time) {
        if !std::mem::replace(&mut self.busy, true) {
            self.busy_since = now;
        }
    }

    /// Whether FIFOs wait for it. `over`: they have waited long enough already.
    pub(crate) fn holds_fifos(&mut self, over: bool, now: Time) -> bool {
        if !self.busy || self.closing {
            return false;
        }
        let stays = self.behind_until > now && now.since(self.busy_since) >= FIFO_PATIENCE;
        if over || stays {
            self.behind_until = now + FIFO_BEHIND;
        }
        self.behind_until <= now
    }

    /// So much is on its way to the kernel that states and catalogues wait.
    pub(crate) fn crowded(&self) -> bool {
        self.queued_bytes + self.queued_large >= QUEUE_SMALL
    }

    /// It has asked for a catalogue that has to wait; `false` when it has asked too often without reading.
    pub(crate) fn owe_catalog(&mut self) -> bool {
        if self.catalogs_owed == 0 || self.crowded() {
            self.catalogs_owed += 1;
        }
        self.catalogs_owed <= QUEUE_MESSAGES
    }

    pub(crate) fn owes_catalog(&self) -> bool {
        self.catalogs_owed > 0
    }

    /// The catalogue that waits goes out now: one, however often it was asked for, since all would be the same.
    pub(crate) fn take_catalog(&mut self) -> bool {
        std::mem::take(&mut self.catalogs_owed) > 0
    }

    /// Everything handed to the link is in the kernel.
    pub(crate) fn drained(&mut self) {
        self.queued_messages = 0;
        self.queued_bytes = 0;
        self.queued_large = 0;
        self.queued_whole = 0;
        self.busy = false;
    }

    /// Notes a malformed message; `true` when it is one too many.
    pub(crate) fn malformed(&mut self, now: Time) -> bool {
        self.malformed.push_back(now);
        self.malformed.len() > MALFORMED_MAX
            && (self.malformed.pop_front())
                .is_some_and(|first| now.since(first) <= MALFORMED_WINDOW)
    }

    /// How long it may be silent; zero = for ever: it was never heard to answer a ping, or is not asked to.
    pub(crate) fn patience(&self, options: &Options) -> Duration {
        if self.answers_pings && !options.ping_interval.is_zero() {
            options.peer_timeout
        } else {
            Duration::ZERO
        }
    }

    /// Whether a heartbeat is due, or so soon that it can go out with those of others.
    pub(crate) fn heartbeat_is_due(&self, options: &Options, now: Time) -> bool {
        after(self.last_data, options.heartbeat) <= with_grace(now, options.heartbeat)
    }

    /// As [`Peer::heartbeat_is_due`], for a ping.
    pub(crate) fn ping_is_due(&self, options: &Options, now: Time) -> bool {
        self.next_ping <= with_grace(now, options.ping_interval)
    }

    /// Whether time alone calls for something here now.
    pub(crate) fn is_due(&self, options: &Options, now: Time) -> bool {
        self.deadline(options) <= now
            || self.heartbeat_is_due(options, now)
            || self.ping_is_due(options, now)
    }

    /// The earliest point at which time alone calls for something here.
    pub(crate) fn deadline(&self, options: &Options) -> Time {
        let heartbeat = after(self.last_data, options.heartbeat);
        let dead = after(self.last_heard, self.patience(options));
        [
            heartbeat,
            dead,
            self.next_ping,
            self.windows.deadline(),
            self.first_state.unwrap_or(Time::NEVER),
            self.push_at.unwrap_or(Time::NEVER),
            self.turn.unwrap_or(Time::NEVER),
        ]
        .into_iter()
        .min()
        .unwrap_or(Time::NEVER)
    }
}

/// What is done every `interval` may be done now if it is due by then: with many peers, each of which has a time of its
/// own, this gathers them in a few moments instead of one wake-up each.
fn with_grace(now: Time, interval: Duration) -> Time {
    now + interval / 16
}

/// `interval` after `start`; never, when the interval is switched off.
pub(crate) fn after(start: Time, interval: Duration) -> Time {
    if interval.is_zero() {
        Time::NEVER
    } else {
        start + interval
    }
}
