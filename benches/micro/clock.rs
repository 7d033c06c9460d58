//! The time that the measuring thread has worked: what other work on the machine takes is not in it.
#![allow(unsafe_code, reason = "the thread's clock is a call of the C library")]

use std::hint::black_box;
use std::sync::OnceLock;
use std::time::Duration;

/// Which clock it is, for the table.
#[cfg(unix)]
pub const NAME: &str = "CPU time of the measuring thread";
/// Which clock it is, for the table.
#[cfg(not(unix))]
pub const NAME: &str = "Elapsed time";

#[cfg(unix)]
fn now() -> Duration {
    let mut time = std::mem::MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: room for the time, which is filled where the result is 0.
    let time = unsafe {
        let result = libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, time.as_mut_ptr());
        assert_eq!(result, 0, "no clock of the thread");
        time.assume_init()
    };
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

#[cfg(not(unix))]
fn now() -> Duration {
    static START: OnceLock<std::time::Instant> = OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

fn between(work: impl FnOnce()) -> Duration {
    let started = now();
    work();
    now().saturating_sub(started)
}

/// How long the work took, without what reading the clock takes: a microsecond, where it is a system call.
pub fn timed<R>(work: impl FnOnce() -> R) -> Duration {
    static READING: OnceLock<Duration> = OnceLock::new();
    let reading = *READING.get_or_init(|| {
        let mut readings: Vec<Duration> = (0..999).map(|_| between(|| {})).collect();
        readings.sort_unstable();
        readings[readings.len() / 2]
    });
    between(|| {
        black_box(work());
    })
    .saturating_sub(reading)
}
