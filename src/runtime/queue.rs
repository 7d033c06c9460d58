//! What waits for the host to poll it: bounded, and counting what it loses.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::session::{Event, LogRecord};

/// So many may wait; past it the oldest go.
const ITEMS_MAX: usize = 4096;
/// So many bytes of text may wait, whatever the newest alone has.
const BYTES_MAX: usize = 64 << 20;

/// What waits in a queue.
pub(crate) trait Queued {
    /// The size of its text.
    fn bytes(&self) -> usize;
}

impl Queued for Event {
    fn bytes(&self) -> usize {
        self.text.len()
    }
}

impl Queued for LogRecord {
    fn bytes(&self) -> usize {
        self.text.len()
    }
}

#[derive(Debug)]
struct Items<T> {
    list: VecDeque<T>,
    bytes: usize,
}

impl<T: Queued> Items<T> {
    fn pop(&mut self) -> Option<T> {
        let oldest = self.list.pop_front()?;
        self.bytes -= oldest.bytes();
        Some(oldest)
    }
}

/// A queue from the network thread to the host.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    items: Mutex<Items<T>>,
    dropped: AtomicU64,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self {
            items: Mutex::new(Items {
                list: VecDeque::new(),
                bytes: 0,
            }),
            dropped: AtomicU64::new(0),
        }
    }
}

impl<T: Queued> Queue<T> {
    pub(crate) fn push(&self, item: T) {
        let mut items = self.items.lock();
        items.bytes += item.bytes();
        items.list.push_back(item);
        while items.list.len() > ITEMS_MAX || items.bytes > BYTES_MAX && items.list.len() > 1 {
            items.pop();
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Shows the oldest item; it is removed when `look` says so.
    pub(crate) fn poll<R>(&self, look: impl FnOnce(&T) -> (bool, R)) -> Option<R> {
        let mut items = self.items.lock();
        let (remove, result) = look(items.list.front()?);
        if remove {
            items.pop();
        }
        Some(result)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.lock().list.is_empty()
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number and how many bytes it stands for.
    struct Item(u32, usize);

    impl Queued for Item {
        fn bytes(&self) -> usize {
            self.1
        }
    }

    fn next(queue: &Queue<Item>) -> Option<u32> {
        queue.poll(|item| (true, item.0))
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let queue = Queue::default();
        for n in 0..ITEMS_MAX as u32 + 3 {
            queue.push(Item(n, 0));
        }
        assert_eq!((queue.dropped(), next(&queue)), (3, Some(3)));
    }

    #[test]
    fn the_oldest_go_when_they_are_too_large() {
        let queue = Queue::default();
        for n in 0..3 {
            queue.push(Item(n, BYTES_MAX / 2));
        }
        assert_eq!((queue.dropped(), next(&queue)), (1, Some(1)));
        queue.push(Item(3, 2 * BYTES_MAX));
        assert_eq!((queue.dropped(), next(&queue)), (2, Some(3)));
        queue.push(Item(4, BYTES_MAX));
        assert_eq!(
            (queue.dropped(), next(&queue), next(&queue)),
            (2, Some(4), None)
        );
    }
}
