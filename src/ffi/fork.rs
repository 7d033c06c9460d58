//! Recognises a forked child: threads and sockets of the parent are not the child's, and a lock that another
//! thread held at the fork stays locked for ever.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, ErrorCode, Result};

static FORKED: AtomicBool = AtomicBool::new(false);

/// Fails in a child of a process that had created an interface before it forked.
///
/// A flag that the fork itself sets costs one load; asking for the process id would be a system call each time.
#[inline]
pub fn check() -> Result<()> {
    if FORKED.load(Ordering::Relaxed) {
        return Err(failure());
    }
    Ok(())
}

/// Whether this is such a child.
#[inline]
pub fn is_child() -> bool {
    FORKED.load(Ordering::Relaxed)
}

#[cold]
fn failure() -> Error {
    Error::new(
        ErrorCode::Forked,
        "this process is a child that was forked after its parent had created an interface, and the network thread \
         stayed in the parent: fork before the first interface is created, or let the child start with exec \
         (Python's multiprocessing: the start method \"spawn\")",
    )
}

/// From now on a fork is noticed. Before the first interface there is nothing in the library that a fork could break.
pub fn arm() {
    #[cfg(unix)]
    {
        static ARMED: once_cell::sync::OnceCell<()> = once_cell::sync::OnceCell::new();
        ARMED.get_or_init(|| {
            extern "C" fn in_child() {
                FORKED.store(true, Ordering::Relaxed);
            }
            // SAFETY: the handler only stores to an atomic, which is allowed between fork and exec. A failure
            // (no memory) leaves forks unnoticed, which is no worse than not asking.
            unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
        });
    }
}
