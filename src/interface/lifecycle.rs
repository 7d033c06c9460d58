//! Starting, stopping, waiting for a connection.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex, MutexGuard};
use tokio::task::AbortHandle;

use crate::error::{Error, ErrorCode, Result};
use crate::interface::{Interface, LIVE, State};
use crate::options::Mode;
use crate::runtime::{Command, Commands, TEMPORARY_STOP, clock, drive};
use crate::session::{Input, LogLevel, LogRecord};

/// How long closing waits for the network thread to let go of the sockets.
const CLOSE_WAIT: Duration = Duration::from_millis(250);
/// A start that waits for another thread's stop looks this often whether the interface was closed.
const LOOK: Duration = Duration::from_millis(50);

/// The driver of a started interface.
#[derive(Debug)]
struct Running {
    commands: Commands,
    task: AbortHandle,
    /// Disconnected once the driver and all its sockets are gone.
    ended: mpsc::Receiver<()>,
}

#[derive(Debug, Default)]
enum Phase {
    #[default]
    Idle,
    /// From the moment that a start has begun: it may still be binding.
    Running(Running),
    /// A thread is in the middle of ending this task, and only that thread touches the hub's books.
    Ending(AbortHandle),
}

/// Starting and stopping from any thread. None of its locks is held while a thread waits, but `starting`,
/// which only starts take: a second one returns no earlier than the first has bound.
#[derive(Debug, Default)]
pub(super) struct Control {
    phase: Mutex<Phase>,
    /// Something was ended.
    idle: Condvar,
    starting: Mutex<()>,
}

impl Control {
    /// One that was started for a request alone ends by itself.
    pub(super) fn is_running(&self) -> bool {
        match &*self.phase.lock() {
            Phase::Running(running) => !running.commands.is_closed(),
            Phase::Idle | Phase::Ending(_) => false,
        }
    }

    /// Gives the input to the driver, or back when there is none that would still look at it.
    pub(super) fn send(&self, input: Input<'static>) -> Option<Input<'static>> {
        match &*self.phase.lock() {
            Phase::Running(running) => match running.commands.send(Command::Run(input)) {
                Some(Command::Run(input)) => Some(input),
                _ => None,
            },
            Phase::Idle | Phase::Ending(_) => Some(input),
        }
    }

    /// Whether there is a driver that has carried out everything that it was given, so that what this thread does by
    /// itself overtakes nothing.
    pub(super) fn is_free(&self) -> bool {
        match &*self.phase.lock() {
            Phase::Running(running) => running.commands.is_idle(),
            Phase::Idle | Phase::Ending(_) => false,
        }
    }

    /// Takes what runs out for ending, which [`Control::ended`] completes.
    fn begin_end(phase: &mut Phase) -> Option<Running> {
        match std::mem::take(phase) {
            Phase::Running(running) => {
                *phase = Phase::Ending(running.task.clone());
                Some(running)
            }
            other => {
                *phase = other;
                None
            }
        }
    }

    fn ended(&self) {
        *self.phase.lock() = Phase::Idle;
        self.idle.notify_all();
    }
}

impl Interface {
    /// Server: listens; bound when this returns. Client: starts connecting. Does nothing when started.
    ///
    /// # Errors
    /// Server: [`ErrorCode::PortInUse`], [`ErrorCode::Address`], [`ErrorCode::Resolve`],
    /// [`ErrorCode::Permission`], [`ErrorCode::InsecureBind`]. [`ErrorCode::Tls`], naming the option and
    /// its file, when a certificate, a key or a pin cannot be used. [`ErrorCode::State`] when it was stopped
    /// meanwhile.
    pub fn start(&self) -> Result<()> {
        self.start_for(None).map(drop)
    }

    /// Starts, for one request alone or until it is stopped; `false` when it was started already.
    pub(super) fn start_for(&self, request: Option<u32>) -> Result<bool> {
        let _one_at_a_time = self.control.starting.lock();
        let Some(bound) = self.launch(request)? else {
            return Ok(false);
        };
        match bound.recv() {
            Ok(Ok(())) => Ok(true),
            Ok(Err(error)) => {
                // Nobody else starts meanwhile; a thread that stops it puts it back to idle by itself.
                let mut phase = self.control.phase.lock();
                if let Phase::Running(_) = *phase {
                    *phase = Phase::Idle;
                }
                Err(error)
            }
            Err(_) => {
                self.shared.check()?;
                Err(Error::new(
                    ErrorCode::State,
                    "the interface was stopped by another thread while it was starting",
                ))
            }
        }
    }

    /// Gives the network thread the driver; what comes back tells whether the port could be bound.
    fn launch(&self, request: Option<u32>) -> Result<Option<mpsc::Receiver<Result<()>>>> {
        let mut phase = self.control.phase.lock();
        loop {
            self.shared.check()?;
            match *phase {
                Phase::Idle => break,
                Phase::Running(_) if self.hub.lock().goes_on(request.is_none()) => return Ok(None),
                Phase::Running(_) => {
                    // It was started for a request alone, and that is done.
                    let running = Control::begin_end(&mut phase);
                    MutexGuard::unlocked(&mut phase, || {
                        if let Some(running) = running {
                            ended(&running, TEMPORARY_STOP);
                            self.end(&running);
                        }
                    });
                }
                Phase::Ending(_) => {
                    self.control.idle.wait_for(&mut phase, LOOK);
                }
            }
        }
        // Closing marks the interface as closed before it looks for something running, and takes the
        // thread away last, so there is one.
        let Some(thread) = self.thread.lock().clone() else {
            return Ok(None);
        };
        *self.shared.last_error.lock() = None;
        self.hub.lock().stop_after = request;
        let (commands, orders) = Commands::new();
        let (end, ended) = mpsc::channel();
        let (bind, bound) = mpsc::channel();
        let (hub, shared) = (Arc::clone(&self.hub), Arc::clone(&self.shared));
        let task = thread.handle().spawn(drive(hub, shared, orders, bind, end));
        *phase = Phase::Running(Running {
            commands,
            task: task.abort_handle(),
            ended,
        });
        Ok(Some(bound))
    }

    /// Reads the files of the options [`Tls`](crate::options::Tls) again. Connections that are made from now on use
    /// what they hold; those that stand stay. May be called at any time; reads files, so it takes a moment.
    ///
    /// # Errors
    /// [`ErrorCode::Tls`], naming the option and its file, when something cannot be used: everything then stays as
    /// it was. [`ErrorCode::State`] when TLS is off.
    pub fn reload_tls(&self) -> Result<()> {
        self.shared.check()?;
        if !self.shared.options.tls.enabled {
            return Err(Error::new(
                ErrorCode::State,
                "there are no TLS files to read again: the option tls is off",
            ));
        }
        self.shared.read_tls().map_err(|error| {
            Error::new(
                error.code(),
                format!("{}; what was read before stays in use", error.message()),
            )
        })?;
        self.shared.put_log(LogRecord {
            level: LogLevel::Info,
            time: clock::now(),
            client: 0,
            text: "the TLS files were read again; new connections use what they hold now"
                .to_owned(),
        });
        self.shared.notify();
        Ok(())
    }

    /// Sends what is unsent, closes every connection with 1001, and frees the port; takes `timeout`
    /// at most for all of it. Does nothing when not started. The interface can be started again.
    ///
    /// # Errors
    /// [`ErrorCode::Timeout`] when connections had to be dropped because peers did not answer; the
    /// interface is stopped all the same.
    pub fn stop(&self, timeout: Duration) -> Result<()> {
        self.shared.check()?;
        let until = clock::now() + timeout;
        let late = |what: &str| {
            let ms = timeout.as_millis();
            Err(Error::new(
                ErrorCode::Timeout,
                format!("{what} within {ms} ms"),
            ))
        };
        let running = {
            let mut phase = self.control.phase.lock();
            while let Phase::Ending(_) = *phase {
                // Another thread stops it: the port is not free before that has succeeded.
                let left = until.since(clock::now());
                if self.control.idle.wait_for(&mut phase, left).timed_out() {
                    self.shared.check()?;
                    return late("another thread is stopping the interface, but not done");
                }
            }
            match Control::begin_end(&mut phase) {
                Some(running) => running,
                None => return Ok(()),
            }
        };
        // A driver that ended by itself has nothing left to stop.
        let _ = running.commands.send(Command::Stop { until });
        let in_time = ended(&running, timeout);
        self.end(&running);
        self.shared.check()?;
        if in_time {
            return Ok(());
        }
        late("stopped, but not every peer took the last values and the close")
    }

    /// Drops every connection without sending anything more. Whoever waits in a call gets
    /// [`ErrorCode::Handle`], as does every later call. Returns within half a second, from any thread.
    pub fn close(&self) {
        if !self.shared.close() {
            return;
        }
        LIVE.fetch_sub(1, Ordering::AcqRel);
        let running = {
            let mut phase = self.control.phase.lock();
            if let Phase::Ending(task) = &*phase {
                // The thread that stops it need not wait for the peers any longer.
                task.abort();
            }
            Control::begin_end(&mut phase)
        };
        if let Some(running) = running {
            self.end(&running);
        }
        let thread = self.thread.lock().take();
        drop(thread);
    }

    /// Ends the driver, whatever it is doing, and forgets its connections.
    fn end(&self, running: &Running) {
        running.task.abort();
        ended(running, CLOSE_WAIT);
        self.hub
            .lock()
            .abandon(clock::now(), "the interface was stopped");
        self.control.ended();
        self.shared.notify();
    }

    /// Marks the interface as faulted: every later call but closing gives [`ErrorCode::Panic`].
    /// `why` is the panic's message.
    pub fn fault(&self, why: &str) {
        self.shared.fault(why);
    }

    /// Waits for the connection. Server: until a client has sent its first valid message.
    ///
    /// # Errors
    /// Why the last attempt failed, or [`ErrorCode::Timeout`]; [`ErrorCode::State`] when not started.
    pub fn wait_connected(&self, timeout: Duration) -> Result<()> {
        self.shared.check()?;
        if !self.control.is_running() {
            return Err(Error::new(
                ErrorCode::State,
                "the interface is not started, so there is no connection to wait for: call rv_start first",
            ));
        }
        let server = self.shared.options.mode == Mode::Server;
        let ready = || {
            let hub = self.hub.lock();
            let session = hub.session();
            match session.state() {
                State::Connected => Ok(Some(())),
                State::Listening if session.peer_counts().1 > 0 => Ok(Some(())),
                State::Failed | State::Stopped => {
                    Err(self.why_not_connected(ErrorCode::NotConnected))
                }
                _ => Ok(None),
            }
        };
        match self.shared.wait_for(timeout, ready)? {
            Some(()) => Ok(()),
            None if server => Err(Error::new(
                ErrorCode::Timeout,
                format!("no client has connected within {} ms", timeout.as_millis()),
            )),
            None => Err(self.why_not_connected(ErrorCode::Timeout)),
        }
    }

    /// The reason that the last attempt gave, or `otherwise` when there was none.
    fn why_not_connected(&self, otherwise: ErrorCode) -> Error {
        let options = &self.shared.options;
        self.shared.last_error.lock().clone().unwrap_or_else(|| {
            Error::new(
                otherwise,
                format!(
                    "there is no connection to {}:{} yet",
                    options.address, options.port
                ),
            )
        })
    }
}

/// Waits until the driver is gone.
fn ended(running: &Running, timeout: Duration) -> bool {
    matches!(
        running.ended.recv_timeout(timeout),
        Err(mpsc::RecvTimeoutError::Disconnected)
    )
}
