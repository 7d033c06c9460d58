//! What goes wrong in a network: one end notices a cut later than the other, a peer does not read, a program ends and
//! starts again. And what must hold for every message whatever goes wrong.

use std::sync::Arc;

use serde_json::value::RawValue;

use super::{Body, Network, Wire};
use crate::options::Options;
use crate::session::{Input, Output, Session, State, Stats};
use crate::signals::Signals;
use crate::time::Time;

impl Network {
    /// The host of an end of ours flushes.
    pub(in super::super) fn flush(&mut self, end: usize) {
        self.trace(format_args!("end {end} flushes"));
        self.input(end, Input::Flush);
    }

    /// From now on every message is held against the counters.
    pub(in super::super) fn audit(&mut self) {
        self.audited = true;
    }

    pub(in super::super) fn is_open(&self, wire: usize) -> bool {
        self.wires[wire].open
    }

    /// The number under which the server knows a connection.
    pub(in super::super) fn number(&self, wire: usize) -> u32 {
        self.wires[wire].numbers[1]
    }

    pub(super) fn is_stalled(&self, end: usize, peer: u32) -> bool {
        self.wire_of(end, peer)
            .is_some_and(|(wire, side)| self.wires[wire].stalled[1 - side])
    }

    /// This side of a connection stops reading: what is under way waits, and the other side's kernel is full.
    pub(in super::super) fn stall(&mut self, wire: usize, side: usize) {
        self.trace(format_args!("wire {wire}: side {side} stops reading"));
        self.wires[wire].stalled[side] = true;
        for flight in &mut self.flights {
            if flight.wire == wire && flight.to == side {
                flight.at = Time::NEVER;
            }
        }
        self.sort_flights();
    }

    /// It reads on.
    pub(in super::super) fn read_on(&mut self, wire: usize, side: usize) {
        if !std::mem::take(&mut self.wires[wire].stalled[side]) {
            return;
        }
        self.trace(format_args!("wire {wire}: side {side} reads on"));
        self.wires[wire].last[side] = self.now;
        for flight in &mut self.flights {
            if flight.wire == wire && flight.to == side && flight.at == Time::NEVER {
                flight.at = self.now;
            }
        }
        self.sort_flights();
        let Wire { ends, numbers, .. } = self.wires[wire];
        let peer = numbers[1 - side];
        self.input(ends[1 - side], Input::Drained { peers: &[peer] });
    }

    fn sort_flights(&mut self) {
        self.flights
            .make_contiguous()
            .sort_by_key(|flight| (flight.at, flight.order));
    }

    /// Cuts a connection; what is on its way is lost. Neither side knows until [`Network::notice`].
    pub(in super::super) fn break_off(&mut self, wire: usize) {
        self.trace(format_args!("wire {wire} is cut"));
        self.wires[wire].open = false;
        self.flights.retain(|flight| flight.wire != wire);
    }

    /// One side of a connection that is cut finds out.
    pub(in super::super) fn notice(&mut self, wire: usize, side: usize) {
        let Wire { ends, numbers, .. } = self.wires[wire];
        let (peer, reason) = (numbers[side], "cut".to_owned());
        self.input(ends[side], Input::Closed { peer, reason });
    }

    /// An end of ours dies with all that it knows, and another takes its place.
    pub(in super::super) fn restart(&mut self, end: usize, options: Options) {
        self.trace(format_args!("end {end} restarts"));
        let wires: Vec<usize> = (0..self.wires.len())
            .filter(|wire| self.wires[*wire].open && self.wires[*wire].ends.contains(&end))
            .collect();
        for wire in &wires {
            self.break_off(*wire);
        }
        let signals = Arc::new(Signals::new(options.limits.max_signals).unwrap());
        let session = Session::new(Arc::new(options), Arc::clone(&signals), 7);
        self.ends[end].body = Body::Library(Box::new(session), signals);
        self.ends[end].state = State::Stopped;
        self.input(end, Input::Start);
        for wire in wires {
            let side = usize::from(self.wires[wire].ends[0] == end);
            self.notice(wire, side);
        }
    }
}

/// A message, with its parts as they stand; a number in there may be out of every range.
type Message<'a> = std::collections::BTreeMap<String, &'a RawValue>;

/// Values in a `data` or a `snapshot`; `None` for other messages.
fn values(text: &str) -> Option<u64> {
    let message: Message<'_> = serde_json::from_str(text).ok()?;
    let kind = message.get("type")?.get();
    let signals: Message<'_> = serde_json::from_str(message.get("signals")?.get()).ok()?;
    matches!(kind, "\"data\"" | "\"snapshot\"").then_some(signals.len() as u64)
}

/// Holds the counters before and after one input against what came in and what went out: each value is counted once,
/// whatever became of it.
pub(super) fn audit(before: &Stats, after: &Stats, received: Option<&str>, outputs: &[Output]) {
    let sent = outputs.iter().filter_map(|output| match output {
        Output::Send { text, .. } => Some(values(text).unwrap_or(0)),
        _ => None,
    });
    let (frames, entries) = sent.fold((0, 0), |(frames, all), values| (frames + 1, all + values));
    assert_eq!(
        after.frames_out - before.frames_out,
        frames,
        "messages sent"
    );
    assert_eq!(after.values_out - before.values_out, entries, "values sent");
    let (good, unknown, refused) = (
        after.values_in - before.values_in,
        after.unknown_signal - before.unknown_signal,
        after.rejected_type - before.rejected_type,
    );
    let malformed = after.malformed - before.malformed;
    let heard = after.frames_in > before.frames_in;
    let Some(text) = received.filter(|_| heard) else {
        assert_eq!((good, unknown, refused, malformed), (0, 0, 0, 0));
        return;
    };
    let valid = serde_json::from_str::<Message<'_>>(text).is_ok();
    assert_eq!(malformed, u64::from(!valid), "malformed: {text}");
    let told = values(text);
    assert_eq!(
        good + unknown + refused,
        told.unwrap_or(0),
        "received: {text}"
    );
    if told.is_some() {
        let changed = after.changes - before.changes;
        let echoes = after.echoes - before.echoes;
        let denied = after.rejected_direction - before.rejected_direction;
        assert_eq!(good, changed + echoes + denied, "taken: {text}");
    }
}
