//! The safe Rust interface: one server or one client with its signals.
//!
//! ```
//! use realvirtual_ws::{Declaration, Direction, Interface, Kind, Options, ValueRef};
//!
//! let mut options = Options::server();
//! options.port = 0;
//! let server = Interface::new(options)?;
//! let running = server.add_signal(&Declaration::new("Running", Kind::Bool, Direction::Input))?;
//! server.start()?;
//! server.set(running, ValueRef::Bool(true))?;
//! assert!(server.get_bool(running)?);
//! # Ok::<(), realvirtual_ws::Error>(())
//! ```

pub(crate) mod direct;
mod keys;
mod lifecycle;
mod lists;
mod request;
mod signal;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use crate::error::{Error, ErrorCode, Result};
use crate::options::{Mode, Options};
use crate::protocol::direction::Rules;
#[cfg(unix)]
use crate::runtime::Pipe;
use crate::runtime::keys::Keys;
pub(crate) use crate::runtime::{Flag, RawFlag};
use crate::runtime::{Hub, NetThread, Shared, clock, run, try_run};
use crate::session::{Input, Session};
use crate::signals::Signals;

pub use crate::lists::ListFormat;
pub(crate) use crate::signals::Key;

pub use crate::session::{
    ClientInfo, ConnectionReport, Event, EventKind, Histogram, ImportReport, Info, LogLevel,
    LogRecord, State, Stats,
};
pub use crate::signals::{Change, Declaration, flags};

use lifecycle::Control;
pub use signal::{SignalInfo, SignalNotes};

static LIVE: AtomicU32 = AtomicU32::new(0);

/// Interfaces of this process that are not closed.
#[must_use]
pub fn live_count() -> u32 {
    LIVE.load(Ordering::Acquire)
}

/// One server or one client with its signals.
///
/// Every method may be called from any thread. Dropping the interface closes it.
#[derive(Debug)]
pub struct Interface {
    shared: Arc<Shared>,
    hub: Arc<Mutex<Hub>>,
    rules: Rules,
    control: Control,
    thread: Mutex<Option<Arc<NetThread>>>,
    next_token: AtomicU32,
    /// The only request of an interface that a connection test made for itself.
    test_token: Option<u32>,
}

impl Interface {
    /// Creates an interface that is not started yet.
    ///
    /// # Errors
    /// What [`Options::validate`] finds, or [`ErrorCode::System`] without a thread.
    pub fn new(options: Options) -> Result<Self> {
        options.validate()?;
        let keys = Keys::of(&options)?;
        let thread = NetThread::shared()?;
        let options = Arc::new(options);
        let signals = Arc::new(Signals::new(options.limits.max_signals)?);
        let seed = clock::now().as_micros() ^ u64::from(std::process::id()) << 32;
        let session = Session::new(Arc::clone(&options), Arc::clone(&signals), seed);
        let shared = Arc::new(Shared::new(Arc::clone(&options), signals, keys));
        LIVE.fetch_add(1, Ordering::AcqRel);
        Ok(Self {
            hub: Arc::new(Mutex::new(Hub::new(session, Arc::clone(&shared)))),
            shared,
            rules: Rules::new(&options),
            control: Control::default(),
            thread: Mutex::new(Some(thread)),
            next_token: AtomicU32::new(1),
            test_token: None,
        })
    }

    /// A look at the interface.
    #[must_use]
    pub fn info(&self) -> Info {
        let last_error = self.shared.last_error.lock().clone();
        let signals = self.signal_count();
        let hub = self.hub.lock();
        Info {
            mode: self.shared.options.mode,
            state: if self.shared.is_faulted() {
                State::Failed
            } else {
                hub.session().state()
            },
            port: hub.port,
            clients: hub.session().peer_counts().0,
            signals,
            last_error,
            reconnect_attempts: hub.session().reconnect_attempts(),
            last_client: hub.last_peer(),
        }
    }

    /// Counters since the interface was created.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats {
            log_dropped: self.shared.log().dropped(),
            events_dropped: self.shared.events.dropped(),
            ..self.hub.lock().session().stats()
        }
    }

    /// Sends what is set and not sent yet, at once instead of with the next cycle. In manual mode peers get to see what is
    /// set with this alone: what is set after this call waits for the next. Does not wait: to a few connections it writes
    /// from this thread as far as they take it at once, the rest is left to the network thread.
    ///
    /// # Errors
    /// [`ErrorCode::Handle`] when closed.
    pub fn flush(&self) -> Result<()> {
        self.shared.check()?;
        // Here, and not when the command is carried out: the host may have set more by then.
        self.shared.signals.table().flush();
        let direct = || self.control.is_free() && try_run(&self.hub, Input::Flush);
        let done = catch_unwind(AssertUnwindSafe(direct)).unwrap_or_else(|payload| {
            // The session is half done, and the network thread must leave it alone.
            self.fault("a panic in a flush");
            resume_unwind(payload)
        });
        if !done {
            // Nothing to send to when it is not started.
            let _ = self.control.send(Input::Flush);
        }
        Ok(())
    }

    /// Hands out up to `capacity` change records, oldest first, and forgets them. With a capacity of
    /// at least the number of signals, all records of a received frame come in one poll. `out` runs
    /// while the signals are locked: it should copy and return.
    ///
    /// # Errors
    /// [`ErrorCode::Handle`] when closed.
    pub fn poll_changes(&self, capacity: usize, out: impl FnMut(usize, Change)) -> Result<usize> {
        self.shared.check()?;
        let count = self.shared.signals.table().poll(capacity, out);
        self.polled();
        Ok(count)
    }

    /// The host has taken changes: the descriptor may be readable no longer.
    pub(crate) fn polled(&self) {
        self.shared.polled();
    }

    /// Shows the oldest event; it is removed when `look` says so with the first of its results.
    ///
    /// # Errors
    /// [`ErrorCode::Handle`] when closed.
    pub fn poll_event<R>(&self, look: impl FnOnce(&Event) -> (bool, R)) -> Result<Option<R>> {
        self.shared.check()?;
        let found = self.shared.events.poll(look);
        self.shared.polled();
        Ok(found)
    }

    /// Shows the oldest log record; it is removed when `look` says so with the first of its results.
    /// Works on a faulted interface too.
    ///
    /// # Errors
    /// [`ErrorCode::Handle`] when closed.
    pub fn poll_log<R>(&self, look: impl FnOnce(&LogRecord) -> (bool, R)) -> Result<Option<R>> {
        self.shared.check_open()?;
        Ok(self.shared.log().poll(look))
    }

    /// Waits until there is a change or an event to poll; `false` when the time is up.
    ///
    /// # Errors
    /// [`ErrorCode::Handle`] when closed, also while waiting.
    pub fn wait(&self, timeout: Duration) -> Result<bool> {
        let ready = || Ok(self.shared.pending().then_some(()));
        Ok(self.shared.wait_for(timeout, ready)?.is_some())
    }

    /// A descriptor that is readable while there is a change or an event to poll. It belongs to the
    /// interface: wait on it, but neither read nor close it.
    ///
    /// # Errors
    /// [`ErrorCode::System`] without descriptors.
    #[cfg(unix)]
    pub fn event_fd(&self) -> Result<std::os::fd::RawFd> {
        self.event_flag(|| Ok(Box::new(Pipe::new()?)))
    }

    /// What a host can wait on: up while there is a change or an event to poll. `make` makes it, at the first call.
    ///
    /// # Errors
    /// [`ErrorCode::System`] when it cannot be made.
    pub(crate) fn event_flag(
        &self,
        make: impl FnOnce() -> std::io::Result<Box<dyn Flag>>,
    ) -> Result<RawFlag> {
        self.shared.check()?;
        self.shared.flag(make)
    }

    /// Client: chooses the signals to receive, in place of an earlier choice. Kept over reconnects.
    ///
    /// # Errors
    /// [`ErrorCode::Unsupported`] for a server.
    pub fn subscribe<'a>(&self, names: impl Iterator<Item = &'a str>) -> Result<()> {
        self.client_only("subscribe")?;
        let names = names.map(str::to_owned).collect();
        self.command(Input::Subscribe(Some(names)));
        Ok(())
    }

    /// Client: receives every signal again. The protocol has no message for this, so an interface
    /// with a subscription in force reconnects.
    ///
    /// # Errors
    /// [`ErrorCode::Unsupported`] for a server.
    pub fn subscribe_all(&self) -> Result<()> {
        self.client_only("subscribe_all")?;
        self.command(Input::Subscribe(None));
        Ok(())
    }

    /// Server: the numbers of the connected clients, oldest first.
    #[must_use]
    pub fn client_ids(&self) -> Vec<u32> {
        let clients = self.clients();
        clients.iter().map(|client| client.id).collect()
    }

    /// Server: a look at one client.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when it is not connected.
    pub fn client(&self, id: u32) -> Result<ClientInfo> {
        let found = self.clients().into_iter().find(|client| client.id == id);
        found.ok_or_else(|| no_client(id))
    }

    /// Server: closes the connection of one client with code 1000.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when it is not connected.
    pub fn disconnect_client(&self, id: u32) -> Result<()> {
        self.client(id)?;
        self.command(Input::Disconnect { peer: id });
        Ok(())
    }

    fn clients(&self) -> Vec<ClientInfo> {
        if self.shared.options.mode == Mode::Client {
            return Vec::new();
        }
        self.hub.lock().session().clients(clock::now())
    }

    fn client_only(&self, what: &str) -> Result<()> {
        self.shared.check()?;
        if self.shared.options.mode == Mode::Server {
            return Err(Error::new(
                ErrorCode::Unsupported,
                format!("{what} is for clients: a server's clients choose for themselves"),
            ));
        }
        Ok(())
    }

    /// Runs an input on the network thread, or here when there is nothing running.
    fn command(&self, input: Input<'static>) {
        if let Some(input) = self.control.send(input) {
            run(&self.hub, input);
        }
    }
}

impl Drop for Interface {
    fn drop(&mut self) {
        self.close();
    }
}

fn no_client(id: u32) -> Error {
    Error::new(
        ErrorCode::NotFound,
        format!("there is no connected client with number {id}: client_ids lists them"),
    )
}
