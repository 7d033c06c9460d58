//! What the host's threads and the network thread share, besides the signals.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use tokio::sync::Notify;

use crate::error::{Error, ErrorCode, Result};
use crate::escape::escape;
use crate::options::Options;
use crate::runtime::clock;
use crate::runtime::flag::{Flag, RawFlag};
use crate::runtime::keys::Keys;
use crate::runtime::queue::Queue;
use crate::runtime::tls::Loaded;
use crate::session::{ConfigResult, ConnectionReport, Event, ImportReport, LogLevel, LogRecord};
use crate::signals::Signals;

/// Answers that nobody has taken yet.
const ANSWERS_MAX: usize = 64;

/// Down to which level the log goes to standard error.
fn stderr_level(options: &Options) -> Option<LogLevel> {
    let asked = std::env::var("RV_LOG").unwrap_or_default();
    match asked.to_ascii_lowercase().as_str() {
        "error" => Some(LogLevel::Error),
        "warn" => Some(LogLevel::Warn),
        "info" => Some(LogLevel::Info),
        "debug" => Some(LogLevel::Debug),
        other => {
            if !other.is_empty() {
                static TOLD: Once = Once::new();
                TOLD.call_once(|| {
                    let asked = escape(&asked);
                    let _ = writeln!(
                        io::stderr(),
                        "realvirtual-ws: RV_LOG is \"{asked}\" and counts for nothing: it is to be error, warn, info or debug"
                    );
                });
            }
            options.log_to_stderr.then_some(LogLevel::Debug)
        }
    }
}

#[derive(Debug, Default)]
struct Gate {
    /// Up while there is something to poll; made when first asked for.
    flag: Option<Box<dyn Flag>>,
    raised: bool,
}

/// What became of a request of the host.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Import(Result<ImportReport>),
    Config(ConfigResult),
    Probe(Result<ConnectionReport>),
}

/// Shared by the host's threads and the network thread.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: Arc<Options>,
    pub(crate) signals: Arc<Signals>,
    /// A server's tokens and passwords.
    pub(crate) keys: Keys,
    pub(crate) events: Queue<Event>,
    log: Queue<LogRecord>,
    /// Records down to this level go to standard error, too.
    stderr: Option<LogLevel>,
    /// Answers to the host's requests, by token, until they are taken.
    answers: Mutex<BTreeMap<u32, Answer>>,
    /// Why the last connection could not be made, or was lost.
    pub(crate) last_error: Mutex<Option<Error>>,
    /// Wakes the driver when the host has set something, in on-change mode, and when it is to end.
    pub(crate) changed: Notify,
    /// What new connections use.
    pub(crate) tls: Mutex<Loaded>,
    /// Held while the TLS files are read.
    reading_tls: Mutex<()>,
    gate: Mutex<Gate>,
    opened: Condvar,
    has_flag: AtomicBool,
    closed: AtomicBool,
    faulted: AtomicBool,
    /// Why it is faulted.
    fault: Mutex<Option<String>>,
}

impl Shared {
    pub(crate) fn new(options: Arc<Options>, signals: Arc<Signals>, keys: Keys) -> Self {
        Self {
            signals,
            keys,
            events: Queue::default(),
            log: Queue::default(),
            stderr: stderr_level(&options),
            answers: Mutex::default(),
            last_error: Mutex::default(),
            changed: Notify::new(),
            tls: Mutex::default(),
            reading_tls: Mutex::default(),
            gate: Mutex::default(),
            opened: Condvar::new(),
            has_flag: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            faulted: AtomicBool::new(false),
            fault: Mutex::default(),
            options,
        }
    }

    /// Reads the TLS files, for new connections; blocks. Nobody else reads them meanwhile, so that what the latest call
    /// has found is what counts in the end.
    ///
    /// # Errors
    /// As [`Loaded::load`]; then what was read before stays.
    pub(crate) fn read_tls(&self) -> Result<()> {
        let _alone = self.reading_tls.lock();
        let loaded = Loaded::load(&self.options)?;
        *self.tls.lock() = loaded;
        Ok(())
    }

    pub(crate) fn put_log(&self, record: LogRecord) {
        if self.stderr.is_some_and(|level| record.level <= level) {
            // Where standard error is closed there is nobody to tell.
            let _ = writeln!(
                std::io::stderr(),
                "realvirtual-ws {:.3} {:?} {}",
                record.time.as_micros() as f64 / 1e6,
                record.level,
                record.text
            );
        }
        self.log.push(record);
    }

    pub(crate) const fn log(&self) -> &Queue<LogRecord> {
        &self.log
    }

    /// Keeps the answer to a request until it is taken; of those that nobody takes, the latest.
    pub(crate) fn put_answer(&self, token: u32, answer: Answer) {
        let mut answers = self.answers.lock();
        answers.insert(token, answer);
        if answers.len() > ANSWERS_MAX {
            answers.pop_first();
        }
    }

    pub(crate) fn take_answer(&self, token: u32) -> Option<Answer> {
        self.answers.lock().remove(&token)
    }

    /// `false`: it was closed before.
    pub(crate) fn close(&self) -> bool {
        let first = !self.closed.swap(true, Ordering::AcqRel);
        self.notify();
        first
    }

    /// Marks the interface as faulted and ends its driver.
    pub(crate) fn fault(&self, why: &str) {
        self.fault.lock().get_or_insert_with(|| why.to_owned());
        if !self.faulted.swap(true, Ordering::AcqRel) {
            // Calls that come with a key find the fault by the long way.
            self.signals.shut();
            self.log.push(LogRecord {
                level: LogLevel::Error,
                time: clock::now(),
                client: 0,
                text: format!("defect in the library: {}", escape(why)),
            });
        }
        self.changed.notify_one();
        self.notify();
    }

    pub(crate) fn is_faulted(&self) -> bool {
        self.faulted.load(Ordering::Acquire)
    }

    /// An error when the interface is destroyed.
    pub(crate) fn check_open(&self) -> Result<()> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::new(
                ErrorCode::Handle,
                "the interface was destroyed: do not use its handle any more",
            ));
        }
        Ok(())
    }

    /// An error when the interface is destroyed or faulted.
    pub(crate) fn check(&self) -> Result<()> {
        self.check_open()?;
        if self.is_faulted() {
            let why = self.fault.lock().clone().unwrap_or_default();
            return Err(Error::new(
                ErrorCode::Panic,
                format!(
                    "the interface is faulted by a defect in the library ({why}): destroy it and create another, and please report the log"
                ),
            ));
        }
        Ok(())
    }

    /// Whether a poll would give something.
    pub(crate) fn pending(&self) -> bool {
        self.signals.table().has_changes() || !self.events.is_empty()
    }

    /// Wakes everyone who waits. Called after each change of what they wait for.
    pub(crate) fn notify(&self) {
        let mut gate = self.gate.lock();
        self.opened.notify_all();
        self.refresh_flag(&mut gate);
    }

    /// The host has polled: the flag goes down if that was all.
    pub(crate) fn polled(&self) {
        if self.has_flag.load(Ordering::Acquire) {
            let mut gate = self.gate.lock();
            self.refresh_flag(&mut gate);
        }
    }

    fn refresh_flag(&self, gate: &mut Gate) {
        let Some(flag) = &mut gate.flag else {
            return;
        };
        // That of a destroyed interface stays up, so that its waiter finds out.
        let up = self.pending() || self.check().is_err();
        if up != gate.raised && flag.set(up).is_ok() {
            gate.raised = up;
        }
    }

    /// The flag that is up while there is something to poll. The first call makes it.
    pub(crate) fn flag(&self, make: impl FnOnce() -> io::Result<Box<dyn Flag>>) -> Result<RawFlag> {
        let mut gate = self.gate.lock();
        if let Some(flag) = &gate.flag {
            return Ok(flag.raw());
        }
        let flag = make().map_err(|error| {
            Error::new(
                ErrorCode::System,
                format!("the system gives nothing to wait on: {error}"),
            )
        })?;
        let raw = flag.raw();
        gate.flag = Some(flag);
        self.has_flag.store(true, Ordering::Release);
        self.refresh_flag(&mut gate);
        Ok(raw)
    }

    /// Waits until `ready` gives something, the time is up (`None`), or the interface is closed.
    pub(crate) fn wait_for<T>(
        &self,
        timeout: Duration,
        mut ready: impl FnMut() -> Result<Option<T>>,
    ) -> Result<Option<T>> {
        let deadline = Instant::now().checked_add(timeout);
        let mut gate = self.gate.lock();
        loop {
            self.check()?;
            if let Some(found) = ready()? {
                return Ok(Some(found));
            }
            match deadline {
                Some(deadline) => {
                    if self.opened.wait_until(&mut gate, deadline).timed_out() {
                        self.check()?;
                        return ready();
                    }
                }
                None => self.opened.wait(&mut gate),
            }
        }
    }
}
