//! How much work one peer may cause with short messages.
//!
//! An `import_request` of 30 bytes can call for megabytes, and so can a `subscribe`; a new name in `init` makes us look at
//! every signal. What they cost is added up, and who is ahead of its time waits, and costs the others nothing meanwhile.

use std::time::Duration;

use crate::time::Time;

/// What is made for one peer in a second, of which it may be one second ahead.
const BYTES_PER_SECOND: usize = 32 << 20;
const AHEAD: Duration = Duration::from_secs(1);
/// What looking at a signal costs, in bytes that could be made meanwhile.
const LOOK_BYTES: usize = 50;

/// What has been done for one peer.
#[derive(Debug)]
pub(super) struct Effort {
    /// At the pace that is granted, it would be done by then.
    done: Time,
}

impl Effort {
    pub(super) const fn new(now: Time) -> Self {
        Self { done: now }
    }

    /// So many signals were looked at, and so many bytes made of them.
    pub(super) fn add(&mut self, signals: usize, bytes: usize, now: Time) {
        let bytes = signals.saturating_mul(LOOK_BYTES).saturating_add(bytes);
        let micros = bytes as u64 * 1_000_000 / BYTES_PER_SECOND as u64;
        self.done = self.done.max(now) + Duration::from_micros(micros);
    }

    /// When it is the peer's turn, if that is not now.
    pub(super) fn wait(&self, now: Time) -> Option<Time> {
        let ahead = self.done.since(now);
        let wait = ahead.checked_sub(AHEAD)?;
        // At that moment it is.
        (!wait.is_zero()).then(|| now + wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_a_second_ahead_waits_for_its_turn() {
        let mut now = Time::from_micros(5);
        let mut effort = Effort::new(now);
        effort.add(0, BYTES_PER_SECOND, now);
        assert_eq!(effort.wait(now), None);
        effort.add(1000, 0, now);
        let turn = effort.wait(now).unwrap();
        assert_eq!(turn.since(now), Duration::from_micros(1490));
        assert_eq!(effort.wait(turn), None);
        // What was not used is not saved.
        now = now + Duration::from_secs(100);
        effort.add(0, 2 * BYTES_PER_SECOND, now);
        assert_eq!(effort.wait(now).unwrap().since(now), AHEAD);
    }

    #[test]
    fn what_small_sets_of_signals_cost_is_never_in_the_way() {
        let now = Time::from_micros(5);
        let mut effort = Effort::new(now);
        for _ in 0..1000 {
            effort.add(100, 4000, now);
        }
        assert_eq!(effort.wait(now), None);
    }
}
