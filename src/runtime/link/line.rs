//! The sending side of a link: what its task shares with whoever has something to send, on whatever thread.
//!
//! Everything goes through the queue, so the order holds; who then finds the socket free writes at once. What the
//! socket does not take is left to the link's task, which is woken when it does.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use bytes::Bytes;
use futures_util::Stream;
use futures_util::task::AtomicWaker;
use parking_lot::{MappedMutexGuard, Mutex, MutexGuard};
use tokio::task::coop::unconstrained;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::error::Error as WsError;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Control, Data, OpCode};

use super::Outbound;
use super::writer::{Whole, Writer};
use crate::runtime::frames::Fault;
use crate::runtime::meter::Meter;
use crate::runtime::stream::MaybeTls;

pub(super) type Socket = WebSocketStream<Meter<MaybeTls>>;

/// What waits for the socket.
#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) waiting: VecDeque<Whole>,
    /// The last thing of all: the code and the reason of a close.
    pub(super) close: Option<(u16, String)>,
    /// No more is taken.
    pub(super) closed: bool,
    /// Nobody sends any more, and nothing was closed before.
    pub(super) cut: bool,
    /// The writer has taken something that is perhaps not in the kernel yet.
    pub(super) under_way: bool,
    /// Something was sent since the last report that everything is in the kernel.
    owed: bool,
}

impl Queue {
    fn push(&mut self, opcode: OpCode, payload: Bytes) {
        self.waiting.push_back(Whole { opcode, payload });
        self.owed = true;
    }

    /// A link that closes has nothing more to report.
    fn is_idle(&self) -> bool {
        self.waiting.is_empty() && !self.under_way && !self.closed
    }
}

/// The socket and its writer.
pub(super) struct Io {
    pub(super) socket: Socket,
    pub(super) writer: Writer,
    /// The socket takes nothing at the moment. The link's task hears of it when it does.
    blocked: bool,
    /// Writing failed on another thread; the link's task is to take this up.
    failed: Option<WsError>,
}

/// Shared by a link's task and by who sends.
///
/// `io` is taken before `queue`. Who sends never waits for `io`, and the task holds it only while it reads or writes.
pub(crate) struct Line {
    pub(super) queue: Mutex<Queue>,
    /// Gone when the link has ended.
    io: Mutex<Option<Io>>,
    pub(super) task: AtomicWaker,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("queue", &self.queue).finish()
    }
}

impl Line {
    /// The line of an open connection, of which this end has the `role`.
    pub(crate) fn new(socket: Socket, role: Role) -> Arc<Self> {
        Arc::new(Self {
            queue: Mutex::default(),
            io: Mutex::new(Some(Io {
                socket,
                writer: Writer::new(role),
                blocked: false,
                failed: None,
            })),
            task: AtomicWaker::new(),
        })
    }

    /// Writes what waits as far as the socket takes it, without waiting for anything. What is left, the link's task
    /// writes.
    pub(crate) fn pump(&self) {
        let wake = match self.io.try_lock() {
            // The task, or another thread, may have looked at the queue before this was in it.
            None => true,
            Some(mut io) => match io.as_mut() {
                None => false,
                Some(io) => io.pump(&self.queue),
            },
        };
        if wake || self.queue.lock().close.is_some() {
            self.task.wake();
        }
    }

    /// Whether everything that was sent is in the kernel, and that is news.
    pub(crate) fn take_drained(&self) -> bool {
        let mut queue = self.queue.lock();
        queue.is_idle() && std::mem::take(&mut queue.owed)
    }

    /// Whether everything that was sent is in the kernel.
    pub(crate) fn is_idle(&self) -> bool {
        self.queue.lock().is_idle()
    }

    /// The link's task looks again: at what waits, and whether anything is to be reported.
    pub(crate) fn wake(&self) {
        self.task.wake();
    }

    /// For the link's task, which is the one to end it.
    pub(super) fn io(&self) -> Option<MappedMutexGuard<'_, Io>> {
        MutexGuard::try_map(self.io.lock(), Option::as_mut).ok()
    }

    /// Takes the socket away from everyone else.
    pub(super) fn end(&self) -> Option<Io> {
        let io = self.io.lock().take();
        let mut queue = self.queue.lock();
        queue.closed = true;
        queue.waiting = VecDeque::new();
        drop(queue);
        io
    }
}

/// Why there is no next message, and what the peer announced that it may not send.
pub(super) type Failed = (WsError, Option<Fault>);

/// How far reading has come.
pub(super) struct Place {
    /// In the middle of a message.
    pub(super) inside: bool,
    /// Messages that are complete.
    pub(super) messages: u64,
    pub(super) bytes: u64,
}

impl Io {
    /// Writes what waits, for the link's task; ready when there is nothing left.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        queue: &Mutex<Queue>,
    ) -> Poll<Result<(), WsError>> {
        if let Some(error) = self.failed.take() {
            return Poll::Ready(Err(error));
        }
        let written = self.writer.poll(cx, &mut self.socket, queue);
        self.blocked = written.is_pending();
        written
    }

    /// The next message.
    pub(super) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Message, Failed>>> {
        let next = ready!(Pin::new(&mut self.socket).poll_next(cx));
        let fault = self.socket.get_ref().fault();
        Poll::Ready(next.map(|message| message.map_err(|error| (error, fault))))
    }

    pub(super) fn place(&self) -> Place {
        let meter = self.socket.get_ref();
        Place {
            inside: meter.frames().inside(),
            messages: meter.frames().messages(),
            bytes: meter.bytes_read(),
        }
    }

    /// `true`: the link's task has something to do.
    fn pump(&mut self, queue: &Mutex<Queue>) -> bool {
        if self.blocked || self.failed.is_some() {
            // The task waits for the socket, or knows already.
            return false;
        }
        // On the network thread this may come after much else in the same turn, which is no reason to stop.
        let writing = unconstrained(poll_fn(|cx| self.writer.poll(cx, &mut self.socket, queue)));
        match pin!(writing).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(())) => return false,
            Poll::Ready(Err(error)) => self.failed = Some(error),
            // The socket would now wake nobody: the task has to try for itself.
            Poll::Pending => self.blocked = true,
        }
        true
    }
}

/// Where whoever sends puts what is to go out. Dropped, it cuts the connection.
#[derive(Debug)]
pub(crate) struct Outlet(Arc<Line>);

impl Outlet {
    pub(crate) const fn of(line: Arc<Line>) -> Self {
        Self(line)
    }

    /// Puts something in the queue, for [`Line::pump`]. A link that has ended takes nothing, and has said so.
    pub(crate) fn push(&self, outbound: Outbound) {
        let mut queue = self.0.queue.lock();
        if queue.closed {
            return;
        }
        match outbound {
            Outbound::Close { code, reason } => {
                queue.close = Some((code, reason));
                queue.closed = true;
            }
            Outbound::Text(text) => queue.push(OpCode::Data(Data::Text), text.into()),
            Outbound::Ping(payload) => queue.push(OpCode::Control(Control::Ping), payload),
        }
    }

    pub(crate) const fn line(&self) -> &Arc<Line> {
        &self.0
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        let mut queue = self.0.queue.lock();
        queue.cut = !queue.closed;
        drop(queue);
        self.0.task.wake();
    }
}
