//! The monotonic clock as [`Time`].

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use crate::time::Time;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The present on the process's monotonic clock; its first use is its start.
pub(crate) fn now() -> Time {
    let start = *START;
    Time::ZERO + start.elapsed()
}

/// The same point for tokio's timers. A point beyond a year lies a year ahead.
pub(crate) fn instant(at: Time) -> tokio::time::Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
    let now = now();
    tokio::time::Instant::now() + at.since(now).min(YEAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_runs_backwards() {
        let first = now();
        assert!(now() >= first);
    }
}
