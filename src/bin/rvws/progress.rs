//! A line on a terminal that says what takes long.

use std::io::{IsTerminal, Write, stderr};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{JoinHandle, spawn};
use std::time::{Duration, Instant};

/// Shorter work needs no word.
const PATIENCE: Duration = Duration::from_millis(500);

/// While it lives and its work takes long, standard error says so, if that is a terminal.
pub struct Progress(Option<(Sender<()>, JoinHandle<()>)>);

impl Progress {
    pub fn new(what: String) -> Self {
        let erases = || anstyle_query::windows::enable_ansi_colors() != Some(false);
        if !stderr().is_terminal() || !erases() {
            return Self(None);
        }
        let (end, ended) = channel();
        let started = Instant::now();
        let thread = spawn(move || {
            let mut shown = false;
            while ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                shown = true;
                let seconds = started.elapsed().as_secs_f32();
                let _ = write!(stderr(), "\r\x1b[Krvws: {what} … {seconds:.1} s");
                let _ = stderr().flush();
            }
            if shown {
                let _ = write!(stderr(), "\r\x1b[K");
            }
        });
        Self(Some((end, thread)))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((end, thread)) = self.0.take() {
            drop(end);
            let _ = thread.join();
        }
    }
}
