//! Receiving: what each message does.

use std::borrow::Cow;
use std::sync::Arc;

use crate::escape::{escape, escape_to};
use crate::options::Mode;
use crate::protocol::data::{self, Batch, Decoder, Entry, Resolve, UNKNOWN_NAMES};
use crate::protocol::envelope::{Decoded, Foreign, Malformed, Message, Version};
use crate::protocol::{config, import, subscribe};
use crate::session::access::Request;
use crate::session::aliases::View;
use crate::session::peer::{Again, PeerId};
use crate::session::subscription::Subscription;
use crate::session::window::Verdict;
use crate::session::{EventKind, REPORTED_MAX, Session};
use crate::signals::Applied;
use crate::time::Time;
use crate::value::{Access, Quality};

/// After `init`, a client that asks for nothing gets the first full state this much later.
const FIRST_STATE_AFTER_INIT: std::time::Duration = std::time::Duration::from_millis(100);

/// Characters of a message or a value that a log line shows.
const SHOWN: usize = 64;
/// Unknown names of one connection that are logged; of further ones only that there are some.
const UNKNOWN_TOLD: usize = UNKNOWN_NAMES as usize - 1;
/// Refusals that one message can bring into the log.
const REFUSED_TOLD: usize = 16;

const CANNOT_BE_CONVERTED: &str = "cannot be converted to its kind";
const ONLY_WE_WRITE: &str = "is refused, since only this host writes it. If the peer is right, see the options catalog_direction, peer_perspective and accept_remote_writes";

/// What became of the values of one frame.
#[derive(Default)]
struct Outcome {
    /// Signals that only the host writes.
    refused: Vec<u32>,
    /// Signals whose value the peer should get back.
    corrections: Vec<u32>,
    /// Signals that the peer's role does not let it write.
    denied: Vec<u32>,
    relayed: bool,
}

impl Session {
    /// A message for the log. One with a configuration, which may hold passwords, is not shown, whole or broken.
    pub(super) fn shown<'a>(&self, text: &'a str, characters: usize) -> Cow<'a, str> {
        if text.contains("config") {
            return format!("({} bytes with a configuration, not shown)", text.len()).into();
        }
        // Before it is cut, in the middle of a secret perhaps.
        escape_to(&self.secrets.redact(text), characters).into()
    }

    pub(super) fn text(&mut self, id: PeerId, text: &str, now: Time) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        if peer.closing {
            return;
        }
        peer.last_heard = now;
        peer.frames_in += 1;
        self.stats.frames_in += 1;
        self.stats.bytes_in += text.len() as u64;
        self.stats.frame_in_max = self.stats.frame_in_max.max(text.len() as u64);
        self.log_frame(id, "<-", text);

        // The decoder is lent out so that its batch can be read while the session changes.
        let mut decoder = std::mem::take(&mut self.decoder);
        let signals = Arc::clone(&self.signals);
        let decoded = {
            let names = &*signals.names();
            let peer = self.peers.get_mut(&id);
            let aliases = peer.and_then(|peer| {
                if let Some(rights) = &mut peer.rights {
                    rights.meet(names);
                }
                peer.aliases.as_deref()
            });
            decoder.decode(text, &View { names, aliases }, self.options.strict_types)
        };
        match decoded {
            Err(malformed) => self.malformed(id, text, &malformed, now),
            Ok(Decoded { message, version }) => {
                self.note_version(id, &message, version, now);
                self.message(id, text, message, &decoder, now);
            }
        }
        self.decoder = decoder;
    }

    fn malformed(&mut self, id: PeerId, text: &str, malformed: &Malformed, now: Time) {
        self.stats.malformed += 1;
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let too_many = peer.malformed(now);
        let text = format!(
            "dropped a malformed message of {}: {}: {}",
            self.who(id),
            malformed.reason,
            self.shown(text, SHOWN)
        );
        self.complain(id, text, now);
        if too_many {
            self.close(id, 1008, "too many malformed messages");
        }
    }

    fn note_version(&mut self, id: PeerId, message: &Message<'_>, version: Version, now: Time) {
        let right = match version {
            Version::Ok => true,
            // In the document every message has one but these; what we do not know may be anything.
            Version::Missing => matches!(
                message,
                Message::Data | Message::Snapshot | Message::Unknown | Message::Foreign(_)
            ),
            Version::Other => false,
        };
        if right {
            return;
        }
        if let Some(peer) = self.peers.get_mut(&id)
            && !std::mem::replace(&mut peer.version_warned, true)
        {
            let text = "the peer's messages carry no version, or another version than 2; they are read as version 2";
            self.complain(id, text.to_owned(), now);
        }
    }

    fn message(
        &mut self,
        id: PeerId,
        text: &str,
        message: Message<'_>,
        decoder: &Decoder,
        now: Time,
    ) {
        match message {
            Message::Init { name } => self.init(id, name.as_deref(), now),
            Message::Data => {
                self.joined(id, now);
                self.values(id, text, decoder, false, now);
            }
            Message::Snapshot => {
                self.joined(id, now);
                self.values(id, text, decoder, true, now);
            }
            Message::ImportRequest => {
                self.joined(id, now);
                // Counted if its role does not allow it; then the answer is an empty one.
                self.may(id, Request::Catalog, now);
                self.catalog_asked(id);
            }
            Message::ImportAnswer { signals, types } => {
                self.joined(id, now);
                if !self.may(id, Request::OwnCatalog, now) {
                    return;
                }
                let limit = self.options.limits.max_signals as usize;
                if self.expects_catalog(id) {
                    let catalog = import::decode_catalog(signals, types, limit);
                    self.import_answer(id, &catalog, now);
                } else {
                    // The peer's catalogue has grown, or it speaks out of turn: the host may import.
                    self.stats.unknown_message += 1;
                    let text =
                        "the peer sent a catalogue that was not asked for: import takes it over";
                    self.event(EventKind::CatalogChanged, id, 0, text.to_owned(), now);
                }
            }
            Message::Subscribe { names } => {
                self.joined(id, now);
                self.subscribe(id, names, now);
            }
            Message::ConfigGet => {
                self.joined(id, now);
                if self.may(id, Request::Config, now) {
                    self.answer_config_get(id);
                } else {
                    self.send(id, config::config_answer("{}").into());
                }
            }
            Message::ConfigSet { config } => {
                self.joined(id, now);
                if self.may(id, Request::Config, now) {
                    self.config_set_asked(id, config, now);
                } else {
                    let text = "the role of this connection does not allow it";
                    self.send(id, config::config_result(false, text).into());
                }
            }
            Message::ConfigAnswer { config } => {
                self.joined(id, now);
                self.config_answer(config, now);
            }
            Message::ConfigResult { success, message } => {
                self.joined(id, now);
                let message = message.as_deref().unwrap_or_default();
                self.config_result(success, message, now);
            }
            Message::Unknown => {
                self.joined(id, now);
                self.stats.unknown_message += 1;
                if self.options.raw_events && self.may(id, Request::Raw, now) {
                    self.event(EventKind::Raw, id, 0, text.to_owned(), now);
                }
            }
            Message::Foreign(foreign) => self.foreign(id, foreign, now),
        }
    }

    fn joined(&mut self, id: PeerId, now: Time) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let first = !std::mem::replace(&mut peer.joined, true);
        if first && self.options.mode == Mode::Server {
            let text = format!("{} ({})", escape(peer.display_name()), peer.address);
            self.event(EventKind::ClientJoined, id, 0, text, now);
        }
    }

    fn init(&mut self, id: PeerId, name: Option<&str>, now: Time) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let name = name.map(|name| name.chars().take(256).collect::<String>());
        let renamed = name.is_some() && name != peer.name;
        if renamed {
            peer.name.clone_from(&name);
            peer.first_name = peer.first_name.take().or_else(|| name.clone());
        }
        let soon = peer
            .first_state
            .map(|at| at.min(now + FIRST_STATE_AFTER_INIT));
        peer.first_state = soon;
        if let Some(at) = soon {
            self.arm(at);
        }
        if let Some(name) = name {
            self.succeed(id, &name);
            // Not for a mere sign of life.
            if renamed {
                self.adopt_aliases(id);
            }
        }
        self.joined(id, now);
    }

    fn foreign(&mut self, id: PeerId, foreign: Foreign, now: Time) {
        self.stats.unknown_message += 1;
        let first = self
            .peers
            .get_mut(&id)
            .is_some_and(|peer| !std::mem::replace(&mut peer.foreign_told, true) && !peer.joined);
        if first {
            let text = match foreign {
                Foreign::V1 => {
                    "the peer speaks the older protocol v1 (messages with \"tag\"): set it to version 2"
                }
                Foreign::Multiuser => {
                    "the peer speaks the multiuser protocol (room_join …), which shares port 7000: check address and port"
                }
            };
            self.complain(id, text.to_owned(), now);
            self.event(EventKind::ForeignProtocol, id, 0, text.to_owned(), now);
        }
    }

    fn subscribe(&mut self, id: PeerId, names: Option<&serde_json::value::RawValue>, now: Time) {
        if !self.is_server() {
            self.stats.unknown_message += 1;
            return;
        }
        let limit = self.options.limits.max_signals as usize;
        let wanted = subscribe::decode_subscribe(names, limit);
        let others = (self.peers.values())
            .filter(|peer| peer.id != id)
            .filter_map(|peer| peer.subscription.as_ref())
            .map(Subscription::awaited_bytes)
            .sum();
        let signals = Arc::clone(&self.signals);
        let mut left_out = 0;
        if let Some(peer) = self.peers.get_mut(&id) {
            let names = signals.names();
            let mut subscription;
            (subscription, left_out) = Subscription::new(wanted.names, &names, others);
            if let Some(aliases) = &peer.aliases {
                subscription.adopt(aliases, &names);
            }
            peer.subscription = Some(subscription);
        }
        if wanted.refused > 0 {
            let text = format!(
                "subscribe: {} entries are no signal names, or exceed the limit of {limit}",
                wanted.refused
            );
            self.complain(id, text, now);
        }
        if left_out > 0 {
            let text = format!(
                "subscribe: {left_out} names that no signal has yet are not remembered: there are too many of them"
            );
            self.complain(id, text, now);
        }
        self.send_snapshot(id, now);
    }

    /// Takes the values of a `data` or a `snapshot`.
    fn values(&mut self, id: PeerId, text: &str, decoder: &Decoder, snapshot: bool, now: Time) {
        let batch = decoder.batch();
        self.stats.values_in += batch.entries.len() as u64;
        self.stats.unknown_signal += u64::from(batch.unknown);
        // What it may not write is denied, whatever it wrote.
        let may_write =
            |signal: &u32| (self.peers.get(&id)).is_none_or(|peer| peer.may_write(*signal));
        let (refused, denied): (Vec<u32>, Vec<u32>) =
            batch.refused.iter().partition(|id| may_write(id));
        self.stats.rejected_type += refused.len() as u64 + u64::from(batch.refused_names);
        self.stats.denied += denied.len() as u64;
        // A client hears its server's state for the first time on this connection.
        let first_state = self.awaiting_state();
        // A server's own state is nothing that its clients could tell it.
        let state = first_state || snapshot && !self.is_server();
        let mut outcome = self.apply(id, decoder, state, now);
        outcome.denied.extend(denied);

        self.report_unknown(id, batch, now);
        self.report_refused(id, text, &refused, CANNOT_BE_CONVERTED, now);
        self.report_refused(id, text, &outcome.refused, ONLY_WE_WRITE, now);
        self.report_denied(id, &outcome.denied, now);
        outcome
            .corrections
            .extend(outcome.denied.iter().chain(&refused));
        self.correct(id, &outcome.corrections, now);
        self.transmit_wanted |= outcome.relayed;
        if first_state {
            self.state_arrived(id, now);
        }
        self.mentioned(batch.entries.iter().map(|entry| entry.signal));
        if self
            .peers
            .get(&id)
            .is_some_and(|peer| peer.first_state.is_some())
        {
            self.send_first_state(id, now);
        }
    }

    /// Logs each name that is no signal here, once for each connection.
    fn report_unknown(&mut self, id: PeerId, batch: &Batch, now: Time) {
        let Some(peer) = self.peers.get_mut(&id).filter(|peer| !peer.unknown_more) else {
            return;
        };
        let told = peer.unknown_told.len();
        for name in batch.unknown_names() {
            if peer.unknown_told.iter().any(|told| **told == *name) {
                continue;
            }
            peer.unknown_more = peer.unknown_told.len() == UNKNOWN_TOLD;
            if peer.unknown_more {
                break;
            }
            peer.unknown_told.push(name.into());
        }
        let more = peer.unknown_more;
        let new: Vec<String> = peer.unknown_told[told..]
            .iter()
            .map(|name| escape(name))
            .collect();
        if new.is_empty() && !more {
            return;
        }
        let who = self.who(id);
        for name in new {
            let text = format!(
                "{who} sends {name}, which is no signal here: declare or import it, or compare the spelling"
            );
            self.complain(id, text, now);
        }
        if more {
            let text = format!(
                "{who} sends further names that are no signals here; they are counted in unknown_signal"
            );
            self.complain(id, text, now);
        }
    }

    /// Logs refused values, once for each signal.
    fn report_refused(&mut self, id: PeerId, text: &str, refused: &[u32], why: &str, now: Time) {
        let mut fresh: Vec<u32> = refused.to_vec();
        fresh.retain(|signal| !self.reported.contains(signal));
        // A message with very many of them is searched once, for the first ones.
        fresh.truncate(REFUSED_TOLD.min(REPORTED_MAX.saturating_sub(self.reported.len())));
        if fresh.is_empty() {
            return;
        }
        let who = self.who(id);
        let mut lines = vec![String::new(); fresh.len()];
        {
            let names = &*self.names();
            let peer = self.peers.get(&id);
            let aliases = peer.and_then(|peer| peer.aliases.as_deref());
            let view = View { names, aliases };
            data::each_value(text, |name, value| {
                let found = view.resolve(name);
                let at = fresh
                    .iter()
                    .position(|id| found.is_some_and(|(found, _)| found == *id));
                if let Some(at) = at {
                    let name = names.name(fresh[at]).unwrap_or_default();
                    lines[at] = format!(
                        "signal {}: {} of {who} {why}",
                        escape(name),
                        escape_to(&self.secrets.redact(value), SHOWN)
                    );
                }
            });
        }
        self.reported.extend(fresh);
        for line in lines.into_iter().filter(|line| !line.is_empty()) {
            self.complain(id, line, now);
        }
    }

    /// Applies one frame's values under one lock. `state`: the frame tells a state from before our
    /// own values arrived, so that other values for what only we write are no clash.
    fn apply(&mut self, id: PeerId, decoder: &Decoder, state: bool, now: Time) -> Outcome {
        let mut outcome = Outcome::default();
        let server = self.is_server();
        let awaiting = self.awaiting_state();
        let relay = server && self.options.relay;
        let Some(peer) = self.peers.get_mut(&id) else {
            return outcome;
        };
        let batch = decoder.batch();
        let mut table = self.signals.table();
        // What is relayed of one frame stays in one frame.
        let undoes = |entry: &Entry| {
            peer.may_write(entry.signal) && table.undoes(entry.signal, batch.value(entry))
        };
        if relay && table.has_unsent() && batch.entries.iter().any(undoes) {
            table.seal();
        }
        for entry in &batch.entries {
            let &Entry {
                signal,
                lossy,
                coerced,
                ..
            } = entry;
            let Some(slot) = table.slot(signal) else {
                continue;
            };
            let value = batch.value(entry);
            if !peer.may_write(signal) {
                let visible = peer.may_read(signal);
                if visible && slot.value() == value {
                    self.stats.echoes += 1;
                    continue;
                }
                self.stats.denied += 1;
                outcome.denied.push(signal);
                continue;
            }
            if !slot.access.peer_writes() && !self.options.accept_remote_writes {
                if state || slot.value() == value {
                    self.stats.echoes += 1;
                } else {
                    self.stats.rejected_direction += 1;
                    outcome.refused.push(signal);
                    outcome.corrections.push(signal);
                }
                continue;
            }
            self.stats.lossy += u64::from(lossy);
            let shared = slot.access != Access::Read || relay;
            if shared {
                let kept = slot.origin == crate::signals::LOCAL && table.is_unsent(signal)
                    || self.client.keeps(signal);
                let staged = table.is_staged(signal);
                if awaiting && (kept || staged) {
                    peer.windows.note(signal, value);
                    if !kept {
                        // The flush is to see that the server has something else.
                        table.apply_beneath(signal, value, peer.origin, now);
                    }
                    self.stats.echoes += 1;
                    continue;
                }
                let current = slot.print();
                // What nobody has set cannot come back as an echo, even where it is only due to be told.
                let pending = slot.quality != Quality::Never
                    && slot.origin != peer.origin
                    && (table.is_unsent(signal) || peer.due.contains(signal));
                let heard = slot.heard_from(peer.origin);
                let verdict = peer.windows.receive(signal, value, current, pending, heard);
                if verdict == Verdict::SignOfLife {
                    self.stats.echoes += 1;
                    continue;
                }
            }
            if coerced {
                outcome.corrections.push(signal);
            }
            match table.apply(signal, value, peer.origin, relay, now) {
                Applied::Changed => {
                    outcome.relayed |= relay;
                    self.client.overwritten(signal);
                }
                Applied::Same => self.stats.echoes += 1,
            }
        }
        outcome
    }

    /// Sends the present value back where the peer's was refused or changed, as far as it may see it.
    fn correct(&mut self, id: PeerId, signals: &[u32], now: Time) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        for signal in signals.iter().copied() {
            if peer.may_read(signal) && peer.windows.allows_correction(signal, now) {
                peer.force(signal, Again::Correction);
                self.transmit_wanted = true;
            }
        }
    }
}
