//! A stream that counts what it reads, watches the peer's frame headers, and lets one writer write at a time.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::budget::Share;
use super::frames::{Fault, Frames};

/// The longest HTTP head that is taken, in either role.
pub(crate) const MAX_HEAD: usize = 16 << 10;

/// The first byte of a TLS server's answer to a plain request.
const TLS_ALERT: u8 = 0x15;

/// The peer's answer to an HTTP request is not HTTP.
#[derive(Debug)]
pub(crate) struct NotHttp {
    /// It is TLS.
    pub(crate) tls: bool,
}

impl fmt::Display for NotHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer is not HTTP")
    }
}

impl std::error::Error for NotHttp {}

/// Stands between the socket and tungstenite.
///
/// It counts bytes, so that a link sees progress inside a message; enforces the size of messages at the
/// frame header (see [`Frames`]); and hands a client the server's HTTP answer in one piece, since
/// tungstenite takes an answer that trickles in for an attack and gives up.
#[derive(Debug)]
pub(crate) struct Meter<S> {
    inner: S,
    /// Bytes read from the socket and not yet handed on.
    early: BytesMut,
    /// How much of `early` belongs to the HTTP head, and is not frames.
    head: usize,
    /// The HTTP head is not complete yet.
    in_head: bool,
    read: u64,
    frames: Frames,
    cap: Arc<AtomicUsize>,
    share: Share,
    fault: Option<Fault>,
    /// A frame is partly written that does not come from tungstenite, which has to wait.
    occupied: bool,
    /// tungstenite holds bytes that it could not write.
    behind: bool,
}

impl<S> Meter<S> {
    /// A stream that is past its handshake; `early` was already read from it. Messages may have `cap` bytes.
    pub(crate) fn after_handshake(inner: S, early: &[u8], cap: usize) -> Self {
        Self {
            inner,
            early: BytesMut::from(early),
            head: 0,
            in_head: false,
            read: 0,
            frames: Frames::default(),
            cap: Arc::new(AtomicUsize::new(cap)),
            share: Share::default(),
            fault: None,
            occupied: false,
            behind: false,
        }
    }

    /// A stream on which the peer first sends an HTTP head, then frames.
    pub(crate) fn before_handshake(inner: S, cap: usize) -> Self {
        Self {
            in_head: true,
            ..Self::after_handshake(inner, &[], cap)
        }
    }

    /// Takes the size that messages may have from `cap` from now on.
    pub(crate) fn set_cap(&mut self, cap: Arc<AtomicUsize>) {
        self.cap = cap;
    }

    /// Counts unfinished messages against the budget of `share` from now on.
    pub(crate) fn set_share(&mut self, share: Share) {
        self.share = share;
    }

    /// Bytes handed on so far.
    pub(crate) const fn bytes_read(&self) -> u64 {
        self.read
    }

    /// The place in the peer's frames.
    pub(crate) const fn frames(&self) -> &Frames {
        &self.frames
    }

    /// Why reading stopped, if the peer announced what it may not send.
    pub(crate) const fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// Whether tungstenite may write. It answers pings while it reads, whatever else is being written.
    pub(crate) const fn occupy(&mut self, occupied: bool) {
        self.occupied = occupied;
    }

    /// Whether tungstenite holds bytes that it could not write: it is to be flushed.
    pub(crate) const fn is_behind(&self) -> bool {
        self.behind
    }

    /// The socket itself.
    pub(crate) const fn inner_mut(&mut self) -> &mut S {
        &mut self.inner
    }
}

impl<S: AsyncRead + Unpin> Meter<S> {
    fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.in_head {
            let mut chunk = [0; 2048];
            let mut buf = ReadBuf::new(&mut chunk);
            ready!(Pin::new(&mut self.inner).poll_read(cx, &mut buf))?;
            // The terminator may begin in the bytes that came before.
            let from = self.early.len().saturating_sub(3);
            self.early.extend_from_slice(buf.filled());
            let end = self.early[from..].windows(4).position(|w| w == b"\r\n\r\n");
            if let Some(end) = end {
                self.head = from + end + 4;
                self.in_head = false;
            } else if !b"HTTP/".starts_with(&self.early[..self.early.len().min(5)]) {
                let tls = self.early[0] == TLS_ALERT;
                return Poll::Ready(Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    NotHttp { tls },
                )));
            } else if buf.filled().is_empty() || self.early.len() > MAX_HEAD {
                // Cut short, or endless: tungstenite gives the verdict.
                self.head = usize::MAX;
                self.in_head = false;
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Meter<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.fault.is_some() {
            return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
        }
        ready!(this.poll_head(cx))?;
        let start = buf.filled().len();
        if this.early.is_empty() {
            ready!(Pin::new(&mut this.inner).poll_read(cx, buf))?;
        } else {
            let n = this.early.len().min(buf.remaining());
            buf.put_slice(&this.early[..n]);
            this.early.advance(n);
        }
        let new = &buf.filled()[start..];
        this.read += new.len() as u64;
        let skip = this.head.min(new.len());
        if this.head != usize::MAX {
            this.head -= skip;
        }
        let cap = this.cap.load(Ordering::Relaxed);
        if let Err(stop) = this.frames.scan(&new[skip..], cap) {
            this.fault = Some(stop.fault);
            // Whole messages before the forbidden header still count.
            let good = skip + stop.at;
            if good == 0 {
                return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
            }
            buf.set_filled(start + good);
        } else if !this.share.hold(this.frames.held()) {
            // What is whole by now still counts; the next read ends it.
            this.fault = Some(Fault::Crowded);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Meter<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.behind = true;
        if this.occupied {
            // Whoever ends that frame sees that this waits.
            return Poll::Pending;
        }
        let written = ready!(Pin::new(&mut this.inner).poll_write(cx, buf))?;
        // It always offers all that it has.
        this.behind = written < buf.len();
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}
