//! How many lines one address may bring into the log.

use std::collections::HashMap;
use std::time::Duration;

use crate::network::Source;
use crate::time::Time;

const WINDOW: Duration = Duration::from_secs(10);
/// Addresses that are counted apart; further ones share a count.
const MAX_ADDRESSES: usize = 256;

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Write,
    /// With a word that it is the last one for now.
    WriteLast,
    LeaveOut,
}

#[derive(Debug)]
struct Count {
    since: Time,
    lines: u32,
    left_out: u64,
}

/// Counts lines by address, in windows of 10 s.
#[derive(Debug)]
pub(super) struct Quota {
    most: u32,
    by_address: HashMap<Option<Source>, Count>,
}

impl Quota {
    pub(super) fn new(most: u32) -> Self {
        Self {
            most,
            by_address: HashMap::new(),
        }
    }

    /// A line about `address` is to be written. Also gives when [`Quota::over`] is to be asked.
    pub(super) fn line(&mut self, address: Option<Source>, now: Time) -> (Line, Time) {
        let known = self.by_address.contains_key(&address);
        let address = address.filter(|_| known || self.by_address.len() < MAX_ADDRESSES);
        let count = self.by_address.entry(address).or_insert(Count {
            since: now,
            lines: 0,
            left_out: 0,
        });
        count.lines = count.lines.saturating_add(1);
        let line = match count.lines.cmp(&self.most) {
            std::cmp::Ordering::Less => Line::Write,
            std::cmp::Ordering::Equal => Line::WriteLast,
            std::cmp::Ordering::Greater => {
                count.left_out += 1;
                Line::LeaveOut
            }
        };
        (line, count.since + WINDOW)
    }

    /// The windows that are over: how many lines about whom were left out in each. Also gives when the next one is over.
    pub(super) fn over(&mut self, now: Time) -> (Vec<(Option<Source>, u64)>, Time) {
        let mut over = Vec::new();
        let mut next = Time::NEVER;
        self.by_address.retain(|address, count| {
            let end = count.since + WINDOW;
            if end > now {
                next = next.min(end);
                return true;
            }
            if count.left_out > 0 {
                over.push((*address, count.left_out));
            }
            false
        });
        over.sort_unstable();
        (over, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_by_address_and_window() {
        let mut quota = Quota::new(3);
        let one = Some(Source::of("10.0.0.1".parse().unwrap()));
        let at = Time::from_micros(5);
        let lines: Vec<Line> = (0..5).map(|_| quota.line(one, at).0).collect();
        assert_eq!(
            lines,
            [
                Line::Write,
                Line::Write,
                Line::WriteLast,
                Line::LeaveOut,
                Line::LeaveOut
            ]
        );
        assert_eq!(quota.line(None, at), (Line::Write, at + WINDOW));
        assert_eq!(quota.over(at), (vec![], at + WINDOW));
        assert_eq!(quota.over(at + WINDOW), (vec![(one, 2)], Time::NEVER));
        assert_eq!(quota.line(one, at + WINDOW).0, Line::Write);
    }

    #[test]
    fn many_addresses_share_one_count() {
        let mut quota = Quota::new(2);
        let written = (0..10_000_u32)
            .filter(|n| {
                let address = Source::of(std::net::Ipv4Addr::from(*n).into());
                quota.line(Some(address), Time::ZERO).0 != Line::LeaveOut
            })
            .count();
        assert_eq!(written, MAX_ADDRESSES + 2);
        assert!(quota.by_address.len() <= MAX_ADDRESSES + 1);
    }
}
