//! Random names and pauses. Principal functions: [`fresh_token`], [`spread`].

use std::sync::Arc;
use std::time::Duration;

use clx_queue::QueueError;
use rustix::rand::{GetRandomFlags, getrandom};

/// Returns 128 random bits of the operating system as 32 hexadecimal digits.
///
/// # Errors
/// [`QueueError::Server`] if the system gives none.
pub(crate) fn fresh_token() -> Result<String, QueueError> {
    let mut bytes = [0_u8; 16];
    // The system never gives less than was asked for, up to 256 bytes.
    getrandom(&mut bytes, GetRandomFlags::empty()).map_err(|source| QueueError::Server {
        message: "the operating system gives no random numbers".to_owned(),
        is_transient: false,
        source: Some(Arc::new(source)),
    })?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

/// Returns a duration varied by up to a third, less or more, so that callers spread. Without random
/// numbers it stays as it is.
pub(crate) fn spread(duration: Duration) -> Duration {
    let third = u64::try_from(duration.as_micros() / 3).unwrap_or(u64::MAX / 4).max(1);
    let mut bytes = [0_u8; 8];
    match getrandom(&mut bytes, GetRandomFlags::empty()) {
        Ok(8) => {
            let jitter = u64::from_ne_bytes(bytes) % (2 * third);
            duration + Duration::from_micros(jitter)
                - Duration::from_micros(
                    third.min(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)),
                )
        }
        _ => duration,
    }
}
