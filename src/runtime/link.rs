//! One WebSocket after its handshake: one task that reads and closes it by the rules, and writes what was not written
//! by whoever sent it.

mod direct;
mod end;
mod line;
mod writer;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::SinkExt;
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

pub(crate) use self::end::Closed;
use self::end::{Closing, End};
use self::line::{Io, Place};
pub(crate) use self::line::{Line, Outlet};
use self::writer::close_frame;
use super::admission::drain;

/// What goes to the peer.
#[derive(Debug)]
pub(crate) enum Outbound {
    /// A message.
    Text(Utf8Bytes),
    /// A ping; its pong comes back as [`LinkEvent::Pong`].
    Ping(Bytes),
    /// The end, with a code of 1000 to 4999 and a reason, which is cut at 123 bytes.
    Close {
        /// The close code.
        code: u16,
        /// The reason.
        reason: String,
    },
}

/// What happened on the link.
#[derive(Debug)]
pub(crate) enum LinkEvent<'a> {
    /// A message came.
    Text(&'a str),
    /// A ping came; its pong goes out by itself.
    Ping(&'a [u8]),
    /// A pong came.
    Pong(&'a [u8]),
    /// Bytes came, but nothing whole yet.
    Progress,
    /// What came is read. From here on the link sleeps, and is in nobody's way.
    Settled,
    /// Everything queued so far is in the kernel.
    Drained,
    /// The link has ended. Always the last event, and always there.
    Closed(Closed),
}

/// The bounds of a link.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LinkOptions {
    /// A message that has begun may pause this long.
    pub(crate) message_progress: Duration,
    /// A message that has begun must be whole after this long.
    pub(crate) message_total: Duration,
    /// How long the other side may take to close too.
    pub(crate) close_wait: Duration,
}

impl Default for LinkOptions {
    fn default() -> Self {
        Self {
            message_progress: Duration::from_secs(15),
            message_total: Duration::from_secs(120),
            close_wait: Duration::from_secs(1),
        }
    }
}

/// tungstenite's settings for every link; messages may have `largest` bytes as far as it is concerned.
/// The limit that counts is the one given to [`run`], which the meter enforces: `largest` bounds it.
pub(crate) fn websocket_config(largest: usize) -> WebSocketConfig {
    // What a client may have to take for an `import_answer` that it asked for.
    let largest = largest.max(64 << 20);
    WebSocketConfig::default()
        .read_buffer_size(16 << 10)
        .write_buffer_size(writer::BATCH)
        // Never filled by messages (see `Writer`); beyond it only the latest pong is kept.
        .max_write_buffer_size(1 << 20)
        .max_message_size(Some(largest))
        .max_frame_size(Some(largest))
}

/// Messages read before other tasks have their turn.
const READS: usize = 64;
/// How much a peer that was closed may still send before it is cut off.
const LINGER_BYTES: u64 = 8 << 20;

/// Runs `line` to its end. A dropped [`Outlet`] cuts the connection at once. [`LinkEvent::Closed`] comes as soon as the
/// end is known; the future may take `close_wait` longer, so that the peer can read why it was closed.
pub(crate) async fn run(
    line: Arc<Line>,
    options: LinkOptions,
    mut on_event: impl FnMut(LinkEvent<'_>),
) {
    let hang_up = HangUp(&line);
    let mut link = Link {
        line: &line,
        options,
        closing: None,
        broken: None,
        message: None,
        seen: 0,
        timer: Box::pin(sleep_until(Instant::now())),
        armed: None,
    };
    let end = poll_fn(|cx| link.poll(cx, &mut on_event)).await;
    let io = line.end();
    let farewell = end.farewell();
    let closed = end.closed(link.closing.as_ref());
    on_event(LinkEvent::Closed(closed));
    if let (Some(close), Some(io)) = (farewell, io) {
        // Boxed, since every link would have room for it all the time.
        Box::pin(linger(io, close, options.close_wait)).await;
    }
    drop(hang_up);
}

/// Closes the socket with the task, also one that is aborted: others may have a hold on the line for longer.
struct HangUp<'a>(&'a Line);

impl Drop for HangUp<'_> {
    fn drop(&mut self) {
        drop(self.0.end());
    }
}

/// A message under way.
struct Partial {
    /// How many messages were complete before it; tells it from the next one.
    number: u64,
    since: Instant,
    progress: Instant,
    bytes: u64,
}

struct Link<'a> {
    line: &'a Line,
    options: LinkOptions,
    closing: Option<Closing>,
    /// Writing failed; what the peer sent before, perhaps its reason, is still read until then.
    broken: Option<(Instant, String)>,
    message: Option<Partial>,
    seen: u64,
    timer: Pin<Box<Sleep>>,
    armed: Option<Instant>,
}

impl Link<'_> {
    /// Writing never waits for reading or the reverse, or two ends that both send much would block
    /// each other.
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        on_event: &mut impl FnMut(LinkEvent<'_>),
    ) -> Poll<End> {
        // Before it looks: what is sent from now on wakes it again.
        self.line.task.register(cx.waker());
        if let Poll::Ready(end) = self.poll_write(cx, on_event) {
            return Poll::Ready(end);
        }
        if let Poll::Ready(end) = self.poll_read(cx, on_event) {
            return Poll::Ready(end);
        }
        self.poll_time(cx)
    }

    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        on_event: &mut impl FnMut(LinkEvent<'_>),
    ) -> Poll<End> {
        let (cut, close) = {
            let mut queue = self.line.queue.lock();
            (queue.cut, queue.close.take())
        };
        if cut {
            return Poll::Ready(End::Cut);
        }
        {
            let Some(mut io) = self.line.io() else {
                return Poll::Ready(End::Cut);
            };
            if let Some((code, reason)) = close {
                let frame = close_frame(code, reason);
                self.closing = Some(Closing {
                    code: frame.code,
                    reason: frame.reason.to_string(),
                    // From the request on: a peer that does not read would never take the frame.
                    deadline: Instant::now() + self.options.close_wait,
                });
                io.writer.close(frame);
            }
            if self.broken.is_some() {
                return Poll::Pending;
            }
            if let Err(error) = ready!(io.poll_write(cx, &self.line.queue)) {
                let deadline = Instant::now() + self.options.close_wait;
                self.broken = Some((deadline, end::cause(&error)));
                return Poll::Pending;
            }
        }
        if self.line.take_drained() {
            on_event(LinkEvent::Drained);
        }
        Poll::Pending
    }

    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        on_event: &mut impl FnMut(LinkEvent<'_>),
    ) -> Poll<End> {
        // A host that has closed has no more use for what comes.
        let quiet = self.closing.is_some();
        let mut heard = false;
        for turn in 0..=READS {
            if turn == READS {
                cx.waker().wake_by_ref();
                break;
            }
            // Nobody is kept from writing while the host hears of it.
            let Some(next) = self.line.io().map(|mut io| io.poll_next(cx)) else {
                return Poll::Ready(End::Cut);
            };
            let message = match next {
                Poll::Pending => break,
                Poll::Ready(None) => {
                    return Poll::Ready(End::Gone("the connection is closed".into()));
                }
                Poll::Ready(Some(Err((error, fault)))) => {
                    let broken = self.broken.as_ref().map(|(_, cause)| cause.as_str());
                    return Poll::Ready(End::of(&error, fault, broken));
                }
                Poll::Ready(Some(Ok(message))) => message,
            };
            heard = true;
            match message {
                Message::Close(frame) => return Poll::Ready(End::Peer(frame)),
                Message::Binary(_) => {
                    return Poll::Ready(End::Violation(
                        CloseCode::Unsupported,
                        "only text messages are understood".into(),
                    ));
                }
                _ if quiet => {}
                Message::Text(text) => on_event(LinkEvent::Text(&text)),
                Message::Ping(data) => on_event(LinkEvent::Ping(&data)),
                Message::Pong(data) => on_event(LinkEvent::Pong(&data)),
                Message::Frame(_) => {}
            }
        }
        let Some(place) = self.line.io().map(|io| io.place()) else {
            return Poll::Ready(End::Cut);
        };
        if !quiet && (heard || place.bytes != self.seen) {
            if !heard {
                on_event(LinkEvent::Progress);
            }
            on_event(LinkEvent::Settled);
        }
        self.seen = place.bytes;
        self.follow_message(place);
        Poll::Pending
    }

    fn poll_time(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        while let Some(deadline) = self.deadline() {
            // An earlier alarm may stand: it only leads to another look.
            if self.armed.is_none_or(|armed| armed > deadline) {
                self.timer.as_mut().reset(deadline);
                self.armed = Some(deadline);
            }
            ready!(self.timer.as_mut().poll(cx));
            self.armed = None;
            let now = Instant::now();
            if deadline <= now {
                return Poll::Ready(self.overdue(now));
            }
        }
        Poll::Pending
    }

    fn follow_message(&mut self, place: Place) {
        if !place.inside {
            self.message = None;
            return;
        }
        match &mut self.message {
            Some(message) if message.number == place.messages => {
                if message.bytes != place.bytes {
                    message.bytes = place.bytes;
                    message.progress = Instant::now();
                }
            }
            message => {
                let now = Instant::now();
                *message = Some(Partial {
                    number: place.messages,
                    since: now,
                    progress: now,
                    bytes: place.bytes,
                });
            }
        }
    }

    fn deadline(&self) -> Option<Instant> {
        let message = self.message.as_ref().map(|m| {
            let progress = m.progress + self.options.message_progress;
            progress.min(m.since + self.options.message_total)
        });
        let closing = self.closing.as_ref().map(|c| c.deadline);
        let broken = self.broken.as_ref().map(|(deadline, _)| *deadline);
        [message, closing, broken].into_iter().flatten().min()
    }

    fn overdue(&mut self, now: Instant) -> End {
        if self.closing.as_ref().is_some_and(|c| c.deadline <= now) {
            return End::NoAnswer;
        }
        if let Some((_, cause)) = self.broken.take_if(|(deadline, _)| *deadline <= now) {
            return End::Gone(cause);
        }
        End::Violation(
            CloseCode::Policy,
            "a message was not finished in time".into(),
        )
    }
}

/// Sends what is left to say and lets the peer read it: a socket closed with unread bytes is reset, and
/// the peer would never see the reason.
async fn linger(mut io: Io, close: Option<CloseFrame>, wait: Duration) {
    let _ = timeout(wait, async {
        let Io { socket, writer, .. } = &mut io;
        let _ = poll_fn(|cx| writer.poll_begun(cx, socket)).await;
        let _ = match close {
            Some(frame) => socket.send(Message::Close(Some(frame))).await,
            None => socket.flush().await,
        };
        let stream = socket.get_mut().inner_mut();
        stream.shutdown().await?;
        drain(stream, LINGER_BYTES).await
    })
    .await;
}
