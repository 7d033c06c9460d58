//! Connections that are in their handshake: so many at most, and the oldest of whoever has most gives way.
//!
//! Were the newest turned away instead, whoever opens that many and stays silent would keep everybody else out; and were
//! the oldest of all cut, whoever opens many in quick succession would push the others out.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::network::Source;

/// Those of one server.
#[derive(Debug)]
pub(crate) struct Handshakes {
    limit: usize,
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    /// The oldest first.
    places: VecDeque<(Source, Arc<Notify>)>,
    /// How many of them each has.
    counts: HashMap<Source, usize>,
}

/// One connection's place among them, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    among: Arc<Handshakes>,
    needed: Arc<Notify>,
}

impl Waiting {
    fn push(&mut self, source: Source, needed: Arc<Notify>) {
        self.places.push_back((source, needed));
        *self.counts.entry(source).or_default() += 1;
    }

    fn remove(&mut self, at: usize) -> Option<Arc<Notify>> {
        let (source, needed) = self.places.remove(at)?;
        if let Some(count) = self.counts.get_mut(&source) {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(&source);
            }
        }
        Some(needed)
    }

    /// The place that gives way.
    fn give_way(&mut self) -> Option<Arc<Notify>> {
        let most = self.counts.values().copied().max()?;
        let has_most = |(source, _): &(Source, _)| self.counts.get(source) == Some(&most);
        let at = self.places.iter().position(has_most)?;
        self.remove(at)
    }
}

impl Handshakes {
    pub(crate) fn at_most(limit: usize) -> Arc<Self> {
        let waiting = Mutex::default();
        Arc::new(Self { limit, waiting })
    }

    /// A place for one more. Where there are too many, the one that gives way is told.
    pub(crate) fn enter(self: &Arc<Self>, source: Source) -> Place {
        let mut waiting = self.waiting.lock();
        if waiting.places.len() >= self.limit.max(1)
            && let Some(oldest) = waiting.give_way()
        {
            oldest.notify_one();
        }
        let needed = Arc::new(Notify::new());
        waiting.push(source, Arc::clone(&needed));
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
        let own = |(_, needed): &(_, Arc<Notify>)| Arc::ptr_eq(needed, &self.needed);
        // Not there any more if it gave way.
        if let Some(at) = waiting.places.iter().position(own) {
            waiting.remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{Duration, timeout};

    fn source(n: u32) -> Source {
        Source::of(std::net::Ipv4Addr::from(n).into())
    }

    async fn is_needed(place: &Place) -> bool {
        let now = Duration::from_millis(1);
        timeout(now, place.needed()).await.is_ok()
    }

    #[tokio::test]
    async fn d5_the_oldest_gives_way() {
        let handshakes = Handshakes::at_most(2);
        let first = handshakes.enter(source(1));
        let second = handshakes.enter(source(2));
        assert!(!is_needed(&first).await);
        let third = handshakes.enter(source(3));
        assert!(is_needed(&first).await && !is_needed(&second).await);
        drop(first);
        drop(second);
        let fourth = handshakes.enter(source(3));
        assert!(!is_needed(&third).await && !is_needed(&fourth).await);
        drop((third, fourth));
        let waiting = handshakes.waiting.lock();
        assert!(waiting.places.is_empty() && waiting.counts.is_empty());
    }

    #[tokio::test]
    async fn d5_whoever_has_most_gives_way_before_all_others() {
        let handshakes = Handshakes::at_most(4);
        let slow = handshakes.enter(source(1));
        let mut many: Vec<Place> = (0..10).map(|_| handshakes.enter(source(2))).collect();
        assert!(!is_needed(&slow).await, "it is the oldest of all");
        let late = handshakes.enter(source(3));
        assert!(!is_needed(&slow).await && !is_needed(&late).await);
        // The last of them keeps its turn: also a host that shares the address gets in.
        let last = many.pop().unwrap();
        assert!(!is_needed(&last).await);
        for place in &many[..8] {
            assert!(is_needed(place).await);
        }
        assert_eq!(handshakes.waiting.lock().places.len(), 4);
    }
}
