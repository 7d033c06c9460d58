//! What a link writes: what is queued, in order, in batches.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::Sink;
use parking_lot::Mutex;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::error::Error as WsError;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};

use super::direct::Direct;
use super::line::{Queue, Socket};
use crate::escape::beginning;

/// Bytes that go to the kernel in one write.
pub(super) const BATCH: usize = 64 << 10;
/// Messages above this size go out in fragments of [`BATCH`] bytes. tungstenite moves the whole rest of
/// its buffer at each partial write and never shrinks it, and pongs should not wait for megabytes.
const WHOLE: usize = 256 << 10;
/// The longest reason that fits in a close frame.
const REASON: usize = 123;

/// A message before it is a frame, or several.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) opcode: OpCode,
    pub(super) payload: Bytes,
}

/// A frame before it has a header.
pub(super) struct Part {
    pub(super) opcode: OpCode,
    pub(super) is_final: bool,
    pub(super) payload: Bytes,
}

pub(super) struct Writer {
    /// A server's frames go around tungstenite's buffer; a client's are masked in it.
    direct: Option<Direct>,
    queue: VecDeque<Whole>,
    /// What tungstenite had no room for.
    refused: Option<Message>,
    /// The rest of a message that goes out in fragments.
    rest: Option<Bytes>,
    /// The last frame, once all others are out.
    close: Option<CloseFrame>,
    /// Bytes are between tungstenite and the kernel.
    unflushed: bool,
}

impl Writer {
    pub(super) fn new(role: Role) -> Self {
        Self {
            direct: (role == Role::Server).then(Direct::default),
            queue: VecDeque::new(),
            refused: None,
            rest: None,
            close: None,
            unflushed: false,
        }
    }

    /// Ends with this close frame.
    pub(super) fn close(&mut self, close: CloseFrame) {
        self.close = Some(close);
    }

    /// Writes what the socket takes; ready when all that was queued is in the kernel.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        socket: &mut Socket,
        queue: &Mutex<Queue>,
    ) -> Poll<Result<(), WsError>> {
        loop {
            ready!(self.poll_begun(cx, socket))?;
            if !self.has_more() {
                let mut queue = queue.lock();
                std::mem::swap(&mut self.queue, &mut queue.waiting);
                queue.under_way = !self.queue.is_empty();
                if !queue.under_way {
                    let Some(close) = self.close.take() else {
                        return Poll::Ready(Ok(()));
                    };
                    drop(queue);
                    self.begin(socket, Message::Close(Some(close)))?;
                    continue;
                }
            }
            self.fill(socket)?;
        }
    }

    /// Writes what was begun, so that no frame is left half done.
    pub(super) fn poll_begun(
        &mut self,
        cx: &mut Context<'_>,
        socket: &mut Socket,
    ) -> Poll<Result<(), WsError>> {
        if let Some(direct) = &mut self.direct {
            ready!(direct.poll(cx, socket.get_mut()))?;
        }
        // Also the first fragment may not leave before tungstenite's buffer is empty, so that it never holds more
        // than a batch, one whole message and some pongs.
        if self.unflushed || socket.get_ref().is_behind() {
            ready!(Pin::new(&mut *socket).poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    fn has_more(&self) -> bool {
        !self.queue.is_empty() || self.rest.is_some() || self.refused.is_some()
    }

    /// Begins a batch.
    fn fill(&mut self, socket: &mut Socket) -> Result<(), WsError> {
        let mut room = BATCH;
        while room > 0 {
            if let Some(message) = self.refused.take() {
                room = room.saturating_sub(message.len().max(1));
                self.begin(socket, message)?;
                continue;
            }
            let Some(part) = self.next() else { break };
            room = room.saturating_sub(part.payload.len().max(1));
            match &mut self.direct {
                Some(direct) => direct.push(part)?,
                None => self.begin(socket, part.message())?,
            }
            if self.refused.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// Puts a message into tungstenite's buffer.
    fn begin(&mut self, socket: &mut Socket, message: Message) -> Result<(), WsError> {
        self.unflushed = true;
        match Pin::new(socket).start_send(message) {
            // Full of pongs; it comes next time.
            Err(WsError::WriteBufferFull(message)) => self.refused = Some(*message),
            result => result?,
        }
        Ok(())
    }

    fn next(&mut self) -> Option<Part> {
        if let Some(rest) = self.rest.take() {
            return Some(self.fragment(rest, Data::Continue));
        }
        let Whole { opcode, payload } = self.queue.pop_front()?;
        match opcode {
            OpCode::Data(kind) if payload.len() > WHOLE => Some(self.fragment(payload, kind)),
            opcode => Some(Part {
                opcode,
                is_final: true,
                payload,
            }),
        }
    }

    fn fragment(&mut self, mut bytes: Bytes, kind: Data) -> Part {
        let part = bytes.split_to(bytes.len().min(BATCH));
        let last = bytes.is_empty();
        if !last {
            self.rest = Some(bytes);
        }
        Part {
            opcode: OpCode::Data(kind),
            is_final: last,
            payload: part,
        }
    }
}

impl Part {
    fn message(self) -> Message {
        match self.opcode {
            OpCode::Control(_) => Message::Ping(self.payload),
            data => Message::Frame(Frame::message(self.payload, data, self.is_final)),
        }
    }
}

/// The close frame for a `code` and a `reason` of the host's: 1000 in place of a code that must not stand in one.
pub(super) fn close_frame(code: u16, reason: String) -> CloseFrame {
    CloseFrame {
        code: sendable(code),
        reason: cut(reason).into(),
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
