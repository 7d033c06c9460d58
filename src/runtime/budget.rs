//! How much all peers of a server together may have sent of messages that are not whole yet.
//!
//! The size of one message is bounded, and so is the number of peers; their product is more memory than a server
//! should give to peers that send nearly all of a message and stop. A peer's first bytes are not counted, so that a
//! server whose budget is used up still takes everybody's small messages.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What each peer has beside the budget.
const FREE: usize = 64 << 10;

/// The budget of one server.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: usize,
    used: AtomicUsize,
}

impl Budget {
    /// A server's whose peers may send messages of `cap` bytes: sixteen of these, and the one large answer that it may
    /// have asked for.
    pub(crate) fn for_messages(cap: usize) -> Arc<Self> {
        Self::new(cap.saturating_mul(16).saturating_add(64 << 20))
    }

    pub(crate) fn new(limit: usize) -> Arc<Self> {
        let used = AtomicUsize::new(0);
        Arc::new(Self { limit, used })
    }
}

/// What one peer has of it; given back when dropped.
#[derive(Debug, Default)]
pub(crate) struct Share {
    /// `None`: nothing bounds this peer.
    budget: Option<Arc<Budget>>,
    held: usize,
}

impl Share {
    pub(crate) const fn of(budget: Arc<Budget>) -> Self {
        Self {
            budget: Some(budget),
            held: 0,
        }
    }

    /// The peer's unfinished message has so many bytes now. `false`: that is more than is left, and nothing changed.
    pub(crate) fn hold(&mut self, bytes: u64) -> bool {
        let Some(budget) = &self.budget else {
            return true;
        };
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        let wanted = bytes.saturating_sub(FREE);
        if wanted <= self.held {
            budget.used.fetch_sub(self.held - wanted, Ordering::Relaxed);
        } else {
            let more = wanted - self.held;
            // Only one thread takes from it, so nothing comes between looking and taking.
            if more > budget.limit - budget.used.load(Ordering::Relaxed) {
                return false;
            }
            budget.used.fetch_add(more, Ordering::Relaxed);
        }
        self.held = wanted;
        true
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.hold(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d7_what_is_held_together_is_bounded_and_comes_back() {
        let budget = Budget::new(1000);
        let free = FREE as u64;
        let mut first = Share::of(Arc::clone(&budget));
        let mut second = Share::of(Arc::clone(&budget));
        assert!(first.hold(free + 600));
        assert!(second.hold(free), "small messages are always taken");
        assert!(second.hold(free + 400));
        assert!(!second.hold(free + 401));
        assert!(first.hold(10), "the message is whole, the next has begun");
        assert!(second.hold(free + 1000));
        assert!(!second.hold(u64::MAX));
        drop(second);
        assert_eq!(budget.used.load(Ordering::Relaxed), 0);
        assert!(Share::default().hold(u64::MAX));
    }
}
