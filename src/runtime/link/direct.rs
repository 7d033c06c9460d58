//! A server's frames on their way into the socket: a header of tungstenite's before a payload that all peers share.
//!
//! A server's frames are not masked, so they need no copy: a hundred peers that get the same are written to from the
//! same bytes, and no connection keeps a buffer as large as its largest frame.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::tungstenite::error::Error as WsError;
use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;

use super::writer::Part;
use crate::runtime::meter::Meter;

/// The longest header without a mask.
const HEAD: usize = 10;
/// Pieces that go to the kernel in one write.
const SLICES: usize = 16;

struct Piece {
    head: [u8; HEAD],
    /// What of the header is still to be written.
    from: u8,
    to: u8,
    payload: Bytes,
}

#[derive(Default)]
pub(super) struct Direct {
    pieces: VecDeque<Piece>,
    /// TLS may hold some of it.
    unflushed: bool,
}

impl Direct {
    pub(super) fn push(&mut self, part: Part) -> Result<(), WsError> {
        let Part {
            opcode,
            is_final,
            payload,
        } = part;
        let header = FrameHeader {
            is_final,
            opcode,
            ..FrameHeader::default()
        };
        let length = payload.len() as u64;
        let mut head = [0; HEAD];
        header.format(length, &mut &mut head[..])?;
        self.pieces.push_back(Piece {
            head,
            from: 0,
            to: header.len(length) as u8,
            payload,
        });
        Ok(())
    }

    /// Writes them all. While that is not done, the meter lets nothing of tungstenite's pass, or a pong would stand in
    /// the middle of a frame.
    pub(super) fn poll<S>(
        &mut self,
        cx: &mut Context<'_>,
        meter: &mut Meter<S>,
    ) -> Poll<io::Result<()>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        if self.pieces.is_empty() && !self.unflushed {
            return Poll::Ready(Ok(()));
        }
        let written = self.write(cx, meter.inner_mut());
        meter.occupy(!self.pieces.is_empty());
        written
    }

    fn write<S>(&mut self, cx: &mut Context<'_>, stream: &mut S) -> Poll<io::Result<()>>
    where
        S: AsyncWrite + Unpin,
    {
        while !self.pieces.is_empty() {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let mut count = 0;
            for piece in self.pieces.iter().take(SLICES / 2) {
                for part in [piece.head(), &piece.payload[..]] {
                    slices[count] = IoSlice::new(part);
                    count += usize::from(!part.is_empty());
                }
            }
            match Pin::new(&mut *stream).poll_write_vectored(cx, &slices[..count]) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(written)) => self.advance(written),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            }
            self.unflushed = true;
        }
        let flushed = Pin::new(&mut *stream).poll_flush(cx);
        self.unflushed = flushed.is_pending();
        flushed
    }

    fn advance(&mut self, mut written: usize) {
        while let Some(piece) = self.pieces.front_mut() {
            let head = written.min(piece.head().len());
            piece.from += head as u8;
            let payload = (written - head).min(piece.payload.len());
            piece.payload.advance(payload);
            written -= head + payload;
            if piece.from < piece.to || !piece.payload.is_empty() {
                break;
            }
            self.pieces.pop_front();
        }
    }
}

impl Piece {
    fn head(&self) -> &[u8] {
        &self.head[usize::from(self.from)..usize::from(self.to)]
    }
}
