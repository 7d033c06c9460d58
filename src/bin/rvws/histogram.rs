//! A histogram of times, in lines.

use std::time::Duration;

use realvirtual_ws::interface::Histogram;

/// The widest bar.
const WIDTH: u64 = 40;

/// One line for each span of time that was seen.
pub fn lines(histogram: &Histogram) -> Vec<String> {
    let most = histogram.buckets.iter().copied().max().unwrap_or(0).max(1);
    let seen = |count: &u64| *count > 0;
    let Some(first) = histogram.buckets.iter().position(seen) else {
        return vec!["  (nothing measured)".to_owned()];
    };
    let last = histogram.buckets.iter().rposition(seen);
    (first..=last.unwrap_or(first))
        .map(|bucket| {
            let count = histogram.buckets[bucket];
            let bar = "#".repeat((count * WIDTH).div_ceil(most) as usize);
            format!("  < {:>9}  {count:>8}  {bar}", upper(bucket))
        })
        .collect()
}

/// Where a bucket ends.
fn upper(bucket: usize) -> String {
    shown(Duration::from_micros(upper_micros(bucket)))
}

/// Where a bucket ends, in microseconds.
pub const fn upper_micros(bucket: usize) -> u64 {
    2 << bucket
}

/// A time in the unit that people use for it.
pub fn shown(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        _ if micros < 1000.0 => format!("{micros:.0} us"),
        _ if micros < 1e6 => format!("{:.1} ms", micros / 1e3),
        _ => format!("{:.1} s", micros / 1e6),
    }
}

/// The upper end, in microseconds, of the bucket that the share `share` of all times does not pass.
pub fn quantile(histogram: &Histogram, share: f64) -> Option<u64> {
    let all: u64 = histogram.buckets.iter().sum();
    let wanted = (all as f64 * share).ceil() as u64;
    let mut seen = 0;
    for (bucket, count) in histogram.buckets.iter().enumerate() {
        seen += count;
        if all > 0 && seen >= wanted {
            return Some(upper_micros(bucket));
        }
    }
    None
}
