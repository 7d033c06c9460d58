//! Ctrl-C and its like, for commands that run until then.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::table;

static REQUESTED: AtomicBool = AtomicBool::new(false);
static RELOAD: AtomicBool = AtomicBool::new(false);

/// What shells report of a program that Ctrl-C has ended.
const INTERRUPTED: i32 = 130;

/// How long a command that waits may take to notice.
pub const LOOK: Duration = Duration::from_millis(50);

/// From now on Ctrl-C, SIGTERM and SIGHUP only ask to end; a second time they end it at once.
pub fn on_signals() {
    listen(false);
}

/// As [`on_signals`], but SIGHUP asks to read files again.
pub fn on_signals_and_reload() {
    listen(true);
}

fn request() {
    if REQUESTED.swap(true, Ordering::AcqRel) {
        table::leave_at_once();
        std::process::exit(INTERRUPTED);
    }
}

/// Without a handler the system ends the program, which is not wrong either.
#[cfg(unix)]
fn listen(reloads: bool) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP]) else {
            return;
        };
        // What a request does is more than a signal handler may.
        std::thread::spawn(move || {
            for signal in signals.forever() {
                if signal == SIGHUP && reloads {
                    RELOAD.store(true, Ordering::Release);
                } else {
                    request();
                }
            }
        });
    });
}

/// Windows has no SIGHUP.
#[cfg(windows)]
fn listen(_: bool) {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        let _ = ctrlc::set_handler(request);
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
