//! What the measurements of the peers share: the same sizes as on the side of clx.

use std::time::Duration;

/// What a job carries.
pub const PAYLOAD: [u8; 400] = [b'x'; 400];
/// Workers at the same time.
pub const N_WORKERS: u16 = 16;
/// Jobs to drain.
pub const N_JOBS: usize = 20_000;
/// Jobs enqueued one by one.
pub const N_SINGLE: usize = 2_000;
/// Jobs whose latency is measured, and how many go before.
pub const N_LATENCY: usize = 500;
/// Not counted.
pub const N_WARM_UP: usize = 20;
/// Long enough for the worker to report and to wait again.
pub const PAUSE: Duration = Duration::from_millis(2);

/// Returns a quantile (0.5 is the median) of a sample, in milliseconds.
pub fn quantile_ms(sample: &mut [Duration], quantile: f64) -> f64 {
    sample.sort_unstable();
    let last = sample.len() - 1;
    sample[(last as f64 * quantile) as usize].as_secs_f64() * 1e3
}
