//! The one thread on which every interface of the process does its network work.

use std::sync::mpsc;
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::error::{Error, ErrorCode, Result};

/// How long the last interface waits for the thread to end. Past it the thread ends by itself.
const END_WAIT: Duration = Duration::from_millis(150);

static SHARED: Mutex<Weak<NetThread>> = Mutex::new(Weak::new());

/// The thread `rv-net`; it lives as long as an interface holds it.
#[derive(Debug)]
pub(crate) struct NetThread {
    handle: Handle,
    stop: Mutex<Option<oneshot::Sender<()>>>,
    ended: Mutex<mpsc::Receiver<()>>,
    thread: Option<JoinHandle<()>>,
}

impl NetThread {
    /// The process's thread, started if need be.
    pub(crate) fn shared() -> Result<Arc<Self>> {
        let mut shared = SHARED.lock();
        if let Some(thread) = shared.upgrade() {
            return Ok(thread);
        }
        let thread = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&thread);
        Ok(thread)
    }

    fn start() -> Result<Self> {
        let failed = |error: std::io::Error| {
            Error::new(
                ErrorCode::System,
                format!("the network thread cannot be started: {error}"),
            )
        };
        let runtime = Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(8)
            .thread_keep_alive(Duration::from_secs(5))
            .build()
            .map_err(failed)?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let (end, ended) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("rv-net".to_owned())
            .spawn(move || {
                // Ends when told to, and when the sender is gone.
                let _ = runtime.block_on(stopped);
                // A name look-up may still hang in a helper thread; nobody waits for it.
                runtime.shutdown_background();
                let _ = end.send(());
            })
            .map_err(failed)?;
        Ok(Self {
            handle,
            stop: Mutex::new(Some(stop)),
            ended: Mutex::new(ended),
            thread: Some(thread),
        })
    }

    pub(crate) const fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for NetThread {
    fn drop(&mut self) {
        drop(self.stop.lock().take());
        let ended = self.ended.lock().recv_timeout(END_WAIT);
        // It has said its last word, so this takes no time; but a host may unload the library next.
        if ended.is_ok()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}
