//! What every implementation decides alike: the order of jobs, retries, pauses. Principal functions:
//! [`stored_priority`], [`is_retried`], [`back_off`].

use std::time::Duration;

use crate::ids::JobId;
use crate::job::NewJob;
use crate::state::ErrorClass;

/// Combines class and expected duration in one number: higher class first, then the longest. The class
/// is what lies above the lowest 32 bits.
#[must_use]
pub fn stored_priority(job: &NewJob) -> i64 {
    let expected =
        job.expected.map_or(0, |expected| u32::try_from(expected.as_millis()).unwrap_or(u32::MAX));
    (i64::from(job.priority) << 32) + i64::from(expected)
}

/// Tells whether a job runs again after its attempt failed, `failures` counting this one.
#[must_use]
pub const fn is_retried(class: ErrorClass, failures: u32, max_failures: u32) -> bool {
    match class {
        ErrorClass::Transient => failures < max_failures,
        ErrorClass::Timeout => failures < max_failures && failures < 2,
        ErrorClass::User
        | ErrorClass::Configuration
        | ErrorClass::WorkerLost
        | ErrorClass::Dependency
        | ErrorClass::Cancelled
        | ErrorClass::Internal => false,
    }
}

/// The longest pause before a retry.
pub const LONGEST_BACK_OFF: Duration = Duration::from_secs(60);

/// Returns the pause before retry number `n` (from 1): 1 s doubled each time, at most
/// [`LONGEST_BACK_OFF`], varied by ± 50 % so that jobs that failed together do not return together.
#[must_use]
pub fn back_off(job: JobId, n: u32) -> Duration {
    let base_ms = (1000_u64 << n.saturating_sub(1).min(6)).min(60_000);
    // A hash of job and number instead of a random generator: reproducible in tests.
    let seed = job.0.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(n);
    let mixed = (seed ^ (seed >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 33;
    Duration::from_millis(base_ms / 2 + mixed % (base_ms + 1)).min(LONGEST_BACK_OFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_doubles_within_its_jitter_and_is_capped() {
        for job in 1..200 {
            for n in 1..20 {
                let base = (1000_u64 << (n - 1).min(6)).min(60_000);
                let pause = u64::try_from(back_off(JobId(job), n).as_millis()).unwrap();
                assert!(pause >= base / 2 && pause <= (base * 3 / 2).min(60_000), "{n}: {pause}");
            }
        }
    }

    #[test]
    fn jobs_that_failed_together_spread() {
        let pauses: std::collections::BTreeSet<_> =
            (1..100).map(|job| back_off(JobId(job), 1)).collect();
        assert!(pauses.len() > 80, "{}", pauses.len());
    }
}
