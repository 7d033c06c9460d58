//! Ctrl-C and its like, for commands that run until then.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::{Duration, Instant};

static REQUESTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);
static RELOAD: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// How long a command that waits may take to notice.
pub const LOOK: Duration = Duration::from_millis(50);

/// From now on Ctrl-C, SIGTERM and SIGHUP only ask to end.
pub fn on_signals() {
    listen(&REQUESTED);
}

/// From now on Ctrl-C and SIGTERM only ask to end, and SIGHUP asks to read files again.
pub fn on_signals_and_reload() {
    listen(&RELOAD);
}

/// Without a handler the system ends the program, which is not wrong either.
#[cfg(unix)]
fn listen(hangup: &Arc<AtomicBool>) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        for (signal, flag) in [
            (SIGINT, &*REQUESTED),
            (SIGTERM, &*REQUESTED),
            (SIGHUP, hangup),
        ] {
            let _ = signal_hook::flag::register(signal, Arc::clone(flag));
        }
    });
}

/// Windows has no SIGHUP.
#[cfg(windows)]
fn listen(_: &Arc<AtomicBool>) {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        let _ = ctrlc::set_handler(|| REQUESTED.store(true, Ordering::Release));
    });
}

/// Whether SIGHUP has come since the last time.
pub fn reload_requested() -> bool {
    RELOAD.swap(false, Ordering::AcqRel)
}

pub fn requested() -> bool {
    REQUESTED.load(Ordering::Acquire)
}

/// A point in time, or none.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    pub fn after(time: Option<Duration>) -> Self {
        Self(time.and_then(|time| Instant::now().checked_add(time)))
    }

    pub fn passed(self) -> bool {
        self.0.is_some_and(|at| Instant::now() >= at)
    }

    /// What is left, at most `most`.
    pub fn left(self, most: Duration) -> Duration {
        match self.0 {
            Some(at) => at.saturating_duration_since(Instant::now()).min(most),
            None => most,
        }
    }
}
