//! Connections that are in their handshake: so many at most, and the oldest gives way.
//!
//! Were the newest turned away instead, whoever opens that many and stays silent would keep everybody else out.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

/// Those of one server.
#[derive(Debug)]
pub(crate) struct Handshakes {
    limit: usize,
    waiting: Mutex<VecDeque<Arc<Notify>>>,
}

/// One connection's place among them, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    among: Arc<Handshakes>,
    needed: Arc<Notify>,
}

impl Handshakes {
    pub(crate) fn at_most(limit: usize) -> Arc<Self> {
        let waiting = Mutex::default();
        Arc::new(Self { limit, waiting })
    }

    /// A place for one more. Where there are too many, the one that has had its place longest is told.
    pub(crate) fn enter(self: &Arc<Self>) -> Place {
        let mut waiting = self.waiting.lock();
        if waiting.len() >= self.limit.max(1)
            && let Some(oldest) = waiting.pop_front()
        {
            oldest.notify_one();
        }
        let needed = Arc::new(Notify::new());
        waiting.push_back(Arc::clone(&needed));
        Place {
            among: Arc::clone(self),
            needed,
        }
    }
}

impl Place {
    /// Waits until another connection needs the place.
    pub(crate) async fn needed(&self) {
        self.needed.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = self.among.waiting.lock();
        waiting.retain(|needed| !Arc::ptr_eq(needed, &self.needed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{Duration, timeout};

    #[tokio::test]
    async fn d5_the_oldest_gives_way() {
        let handshakes = Handshakes::at_most(2);
        let is_needed = async |place: &Place| {
            let now = Duration::from_millis(1);
            timeout(now, place.needed()).await.is_ok()
        };
        let first = handshakes.enter();
        let second = handshakes.enter();
        assert!(!is_needed(&first).await);
        let third = handshakes.enter();
        assert!(is_needed(&first).await && !is_needed(&second).await);
        drop(first);
        drop(second);
        let fourth = handshakes.enter();
        assert!(!is_needed(&third).await && !is_needed(&fourth).await);
        assert_eq!(handshakes.waiting.lock().len(), 2);
    }
}
