//! The sending half of a link: what is queued, in order, in batches.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::Sink;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::Error as WsError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use super::Outbound;
use crate::escape::beginning;

/// Bytes that go to the kernel in one write.
pub(super) const BATCH: usize = 64 << 10;
/// Messages above this size go out in fragments of [`BATCH`] bytes. tungstenite moves the whole rest of
/// its buffer at each partial write and never shrinks it, and pongs should not wait for megabytes.
const WHOLE: usize = 256 << 10;
/// The longest reason that fits in a close frame.
const REASON: usize = 123;

/// What [`Writer::intake`] found.
pub(super) enum Written {
    /// Nothing that matters outside.
    Nothing,
    /// The close that was now queued.
    Close { code: CloseCode, reason: String },
    /// The sender is gone, and nothing was closed before.
    Cut,
}

pub(super) struct Writer {
    outbound: UnboundedReceiver<Outbound>,
    queue: VecDeque<Message>,
    /// What tungstenite had no room for.
    refused: Option<Message>,
    /// The rest of a message that goes out in fragments.
    rest: Option<Bytes>,
    /// No more is taken in: a close is queued.
    closed: bool,
    /// Bytes are between here and the kernel.
    unflushed: bool,
    /// Something was sent since the last report.
    owed: bool,
}

impl Writer {
    pub(super) fn new(outbound: UnboundedReceiver<Outbound>) -> Self {
        Self {
            outbound,
            queue: VecDeque::new(),
            refused: None,
            rest: None,
            closed: false,
            unflushed: false,
            owed: false,
        }
    }

    /// Takes what the host sent, also while the socket is blocked: a close must be noticed then too.
    pub(super) fn intake(&mut self, cx: &mut Context<'_>) -> Written {
        while !self.closed {
            match self.outbound.poll_recv(cx) {
                Poll::Pending => break,
                Poll::Ready(None) => return Written::Cut,
                Poll::Ready(Some(Outbound::Text(text))) => {
                    self.queue.push_back(Message::Text(text));
                }
                Poll::Ready(Some(Outbound::Ping(data))) => {
                    self.queue.push_back(Message::Ping(data));
                }
                Poll::Ready(Some(Outbound::Close { code, reason })) => {
                    self.closed = true;
                    self.outbound.close();
                    let (code, reason) = (sendable(code), cut(reason));
                    self.queue.push_back(Message::Close(Some(CloseFrame {
                        code,
                        reason: reason.clone().into(),
                    })));
                    return Written::Close { code, reason };
                }
            }
        }
        Written::Nothing
    }

    /// Writes what the socket takes. `Ok(true)`: all that was queued is now in the kernel;
    /// `Ok(false)`: there was nothing to do.
    pub(super) fn poll<S>(
        &mut self,
        cx: &mut Context<'_>,
        socket: &mut WebSocketStream<S>,
    ) -> Poll<Result<bool, WsError>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        loop {
            if self.unflushed {
                ready!(Pin::new(&mut *socket).poll_flush(cx))?;
                self.unflushed = false;
            }
            if self.queue.is_empty() && self.rest.is_none() && self.refused.is_none() {
                let done = self.owed && self.outbound.is_empty();
                self.owed &= !done;
                return Poll::Ready(Ok(done));
            }
            // Also the first fragment may not leave before tungstenite's buffer is empty, so that it
            // never holds more than a batch, one whole message and some pongs.
            self.fill(socket)?;
            self.unflushed = true;
            self.owed = true;
        }
    }

    /// Puts a batch into tungstenite's buffer.
    fn fill<S>(&mut self, socket: &mut WebSocketStream<S>) -> Result<(), WsError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut room = BATCH;
        while room > 0 {
            let Some(message) = self.next() else { break };
            room = room.saturating_sub(message.len().max(1));
            match Pin::new(&mut *socket).start_send(message) {
                Ok(()) => {}
                Err(WsError::WriteBufferFull(message)) => {
                    // Full of pongs; it comes next time.
                    self.refused = Some(*message);
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Option<Message> {
        if let Some(message) = self.refused.take() {
            return Some(message);
        }
        if let Some(rest) = self.rest.take() {
            return Some(self.fragment(rest, Data::Continue));
        }
        match self.queue.pop_front()? {
            Message::Text(text) if text.len() > WHOLE => {
                Some(self.fragment(Utf8Bytes::into(text), Data::Text))
            }
            message => Some(message),
        }
    }

    fn fragment(&mut self, mut bytes: Bytes, kind: Data) -> Message {
        let part = bytes.split_to(bytes.len().min(BATCH));
        let last = bytes.is_empty();
        if !last {
            self.rest = Some(bytes);
        }
        Message::Frame(Frame::message(part, OpCode::Data(kind), last))
    }
}

/// `code` if it may stand in a close frame, 1000 otherwise.
fn sendable(code: u16) -> CloseCode {
    let code = CloseCode::from(code);
    if code.is_allowed() {
        code
    } else {
        CloseCode::Normal
    }
}

fn cut(mut reason: String) -> String {
    reason.truncate(beginning(&reason, REASON).len());
    reason
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_cut_between_characters_and_codes_are_sendable() {
        assert_eq!(cut("x".repeat(124)).len(), 123);
        assert_eq!(cut("é".repeat(100)), "é".repeat(61));
        assert_eq!(cut("short".into()), "short");
        for (code, sent) in [
            (1001, 1001),
            (4999, 4999),
            (1005, 1000),
            (999, 1000),
            (5000, 1000),
        ] {
            assert_eq!(u16::from(sendable(code)), sent);
        }
    }
}
