//! Durations and their quantiles.

use rustix::time::{ClockId, clock_gettime};

/// Returns nanoseconds since boot; comparable between processes of one machine.
pub fn now_ns() -> i64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec * 1_000_000_000 + now.tv_nsec
}

/// Returns a quantile (0.5 is the median) of a sample, in milliseconds.
pub fn quantile_ms(sample_ns: &mut [i64], quantile: f64) -> f64 {
    sample_ns.sort_unstable();
    let last = sample_ns.len() - 1;
    sample_ns[(last as f64 * quantile) as usize] as f64 / 1e6
}

/// Returns the median of a sample.
pub fn median(sample: &mut [f64]) -> f64 {
    sample.sort_by(f64::total_cmp);
    sample[sample.len() / 2]
}
