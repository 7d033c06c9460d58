//! What a host that has not turned `SIGPIPE` off needs: C programs have it as the system does, which ends them.

use std::io::{ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::AsyncWrite;

use super::pair;
use crate::runtime::tcp::Tcp;

#[tokio::test]
async fn writing_to_a_peer_that_is_gone_raises_no_signal() {
    let raised = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(libc::SIGPIPE, Arc::clone(&raised)).unwrap();
    let (near, far) = pair().await;
    drop(far);
    let mut near = Tcp::new(near);
    let parts = [IoSlice::new(b"head"), IoSlice::new(b"payload")];
    // The first may be taken: that the peer is gone is known with its reset.
    let error = loop {
        let write =
            |cx: &mut std::task::Context<'_>| Pin::new(&mut near).poll_write_vectored(cx, &parts);
        match std::future::poll_fn(write).await {
            Ok(_) => tokio::task::yield_now().await,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    assert!(!raised.load(Ordering::SeqCst));
}
