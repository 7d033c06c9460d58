//! Starting, stopping, waiting for a connection.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use crate::error::{Error, ErrorCode, Result};
use crate::interface::{Interface, LIVE, State};
use crate::options::Mode;
use crate::runtime::{Command, clock, drive, listener};

/// How long closing waits for the network thread to let go of the sockets.
const CLOSE_WAIT: Duration = Duration::from_millis(250);

/// The driver of a started interface.
#[derive(Debug)]
pub(super) struct Running {
    commands: UnboundedSender<Command>,
    task: AbortHandle,
    /// Disconnected once the driver and all its sockets are gone.
    ended: mpsc::Receiver<()>,
}

impl Running {
    pub(super) fn send(&self, command: Command) {
        // A driver that ended has nothing left to command.
        let _ = self.commands.send(command);
    }
}

impl Interface {
    /// Server: listens; bound when this returns. Client: starts connecting. Does nothing when started.
    ///
    /// # Errors
    /// Server: [`ErrorCode::PortInUse`], [`ErrorCode::Address`], [`ErrorCode::Resolve`],
    /// [`ErrorCode::Permission`], [`ErrorCode::InsecureBind`].
    pub fn start(&self) -> Result<()> {
        self.shared.check()?;
        let mut running = self.running.lock();
        // One that was started for a request alone ends by itself.
        running.take_if(|running| running.commands.is_closed());
        if running.is_some() {
            return Ok(());
        }
        let thread = self.thread.lock().clone();
        let Some(thread) = thread else {
            return self.shared.check();
        };
        let (commands, queue) = unbounded_channel();
        let (end, ended) = mpsc::channel();
        let (bind, bound) = mpsc::channel();
        let hub = Arc::clone(&self.hub);
        let shared = Arc::clone(&self.shared);
        let task = thread.handle().spawn(async move {
            // Lives as long as this task: its end is the end of the driver.
            let _end: mpsc::Sender<()> = end;
            match listener(&shared.options).await {
                Err(error) => {
                    let _ = bind.send(Err(error));
                }
                Ok(listener) => {
                    let listener = listener.map(|(listener, address)| {
                        hub.lock().port = address.port();
                        listener
                    });
                    let _ = bind.send(Ok(()));
                    drive(hub, shared, listener, queue).await;
                }
            }
        });
        let bound = bound.recv().unwrap_or_else(|_| {
            Err(Error::new(
                ErrorCode::System,
                "the network thread ended before the interface was started",
            ))
        });
        bound?;
        *running = Some(Running {
            commands,
            task: task.abort_handle(),
            ended,
        });
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
        let Some(running) = self.running.lock().take() else {
            return Ok(());
        };
        let until = clock::now() + timeout;
        running.send(Command::Stop { until });
        let in_time = ended(&running, timeout);
        self.end(&running);
        if in_time {
            return Ok(());
        }
        Err(Error::new(
            ErrorCode::Timeout,
            format!(
                "stopped, but not every peer took the last values and the close within {} ms",
                timeout.as_millis()
            ),
        ))
    }

    /// Drops every connection without sending anything more. Whoever waits in a call gets
    /// [`ErrorCode::Handle`], as does every later call. Returns within half a second, from any thread.
    pub fn close(&self) {
        if !self.shared.close() {
            return;
        }
        LIVE.fetch_sub(1, Ordering::AcqRel);
        if let Some(running) = self.running.lock().take() {
            self.end(&running);
        }
        drop(self.thread.lock().take());
    }

    pub(super) fn is_running(&self) -> bool {
        let running = self.running.lock();
        running
            .as_ref()
            .is_some_and(|running| !running.commands.is_closed())
    }

    /// Ends the driver, whatever it is doing, and forgets its connections.
    fn end(&self, running: &Running) {
        running.task.abort();
        ended(running, CLOSE_WAIT);
        self.hub
            .lock()
            .abandon(clock::now(), "the interface was stopped");
        self.shared.notify();
    }

    /// Marks the interface as faulted: every later call but closing gives [`ErrorCode::Panic`].
    pub fn fault(&self) {
        self.shared.fault();
    }

    /// Waits for the connection. Server: until a client has sent its first valid message.
    ///
    /// # Errors
    /// Why the last attempt failed, or [`ErrorCode::Timeout`]; [`ErrorCode::State`] when not started.
    pub fn wait_connected(&self, timeout: Duration) -> Result<()> {
        self.shared.check()?;
        if self.running.lock().is_none() {
            return Err(Error::new(
                ErrorCode::State,
                "the interface is not started: there is no connection to wait for",
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
