//! Random names. Principal function: [`random_hex`].

use std::io;

/// Returns 128 random bits of the operating system as 32 hexadecimal digits.
pub(crate) fn random_hex() -> io::Result<String> {
    let mut bytes = [0_u8; 16];
    let n = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())?;
    if n < bytes.len() {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
    }
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}
