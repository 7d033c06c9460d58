//! What only few signals have: a FIFO, a fail-safe value, a least time for each level.

use std::collections::VecDeque;
use std::time::Duration;

use crate::signals::slot::Origin;
use crate::time::Time;
use crate::value::Value;

/// A value that came in and waits to be polled by itself.
#[derive(Clone, Debug)]
pub(super) struct Incoming {
    pub(super) value: Value,
    pub(super) rises: u32,
    pub(super) time: Time,
    pub(super) origin: Origin,
    /// The fail-safe value.
    pub(super) failsafe: bool,
}

/// A bounded queue that drops its oldest entry and remembers that it did.
#[derive(Debug)]
pub(super) struct Fifo {
    depth: usize,
    pub(super) incoming: VecDeque<Incoming>,
    /// Values of the host, or relayed ones, that wait for a frame each.
    pub(super) outgoing: VecDeque<Value>,
    /// The value before those; `None`: nobody had set one.
    pub(super) before: Option<Value>,
    /// Entries of `incoming` were dropped since the last poll.
    pub(super) overflow: bool,
}

impl Fifo {
    fn new(depth: u32) -> Self {
        Self {
            depth: depth as usize,
            incoming: VecDeque::new(),
            outgoing: VecDeque::new(),
            before: None,
            overflow: false,
        }
    }

    pub(super) const fn depth(&self) -> usize {
        self.depth
    }

    /// `true`: the oldest entry was dropped for it.
    pub(super) fn receive(&mut self, entry: Incoming) -> bool {
        let full = self.incoming.len() >= self.depth;
        if full {
            self.incoming.pop_front();
            self.overflow = true;
        }
        self.incoming.push_back(entry);
        full
    }

    /// `true`: the oldest entry was dropped for it.
    pub(super) fn send(&mut self, value: Value) -> bool {
        let full = self.outgoing.len() >= self.depth;
        if full {
            self.outgoing.pop_front();
        }
        self.outgoing.push_back(value);
        full
    }
}

/// A value that stands in for one whose writer is gone. It stays here: it is never sent.
#[derive(Clone, Debug)]
pub(crate) struct FailSafe {
    pub(crate) value: Value,
    /// How long after the connection was lost.
    pub(crate) after: Duration,
}

/// What a signal has beyond its slot.
#[derive(Debug, Default)]
pub(super) struct Extra {
    pub(super) fifo: Option<Fifo>,
    pub(super) failsafe: Option<FailSafe>,
    /// What the fail-safe value has replaced.
    pub(super) replaced: Option<Value>,
    /// A bool's level lasts at least this long on the wire.
    pub(super) min_hold: Duration,
}

impl Extra {
    pub(super) fn new(fifo_depth: u32, failsafe: Option<FailSafe>, min_hold: Duration) -> Self {
        Self {
            fifo: (fifo_depth > 0).then(|| Fifo::new(fifo_depth)),
            failsafe,
            replaced: None,
            min_hold,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.fifo.is_none() && self.failsafe.is_none() && self.min_hold.is_zero()
    }
}
