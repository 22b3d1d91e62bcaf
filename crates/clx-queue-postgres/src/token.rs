//! Random names and pauses. Principal functions: [`random_hex`], [`spread`].

use std::io;
use std::time::Duration;

/// Returns 128 random bits of the operating system as 32 hexadecimal digits.
pub(crate) fn random_hex() -> io::Result<String> {
    let mut bytes = [0_u8; 16];
    let n = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())?;
    if n < bytes.len() {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
    }
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

/// Returns a duration varied by up to a third, less or more, so that callers spread. Without random
/// numbers it stays as it is.
pub(crate) fn spread(duration: Duration) -> Duration {
    let third = u64::try_from(duration.as_micros() / 3).unwrap_or(u64::MAX / 4).max(1);
    let mut bytes = [0_u8; 8];
    match rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty()) {
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
