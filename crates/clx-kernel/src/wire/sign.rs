//! Signatures of messages: HMAC-SHA256, in hexadecimal digits. Principal type: [`Key`].

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The secret that clx shares with one kernel.
#[derive(Clone)]
pub(crate) struct Key(Hmac<Sha256>);

impl Key {
    pub(crate) fn new(secret: &str) -> Self {
        Self(Hmac::new_from_slice(secret.as_bytes()).expect("a key of HMAC may have any length"))
    }

    pub(crate) fn sign(&self, parts: &[Vec<u8>]) -> String {
        clx_core::ContentHash::from_bytes(self.fed(parts).finalize().into_bytes().into()).to_hex()
    }

    pub(crate) fn accepts(&self, signature: &[u8], parts: &[Vec<u8>]) -> bool {
        let Ok(Ok(bytes)) = str::from_utf8(signature).map(str::parse::<clx_core::ContentHash>)
        else {
            return false;
        };
        self.fed(parts).verify_slice(bytes.as_bytes()).is_ok()
    }

    fn fed(&self, parts: &[Vec<u8>]) -> Hmac<Sha256> {
        let mut hmac = self.0.clone();
        for part in parts {
            hmac.update(part);
        }
        hmac
    }
}

/// The secret is not shown.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    #[test]
    fn known_signature() {
        let key = Key::new("Jefe");
        let parts = [b"what do ya want ".to_vec(), b"for nothing?".to_vec()];
        let signature = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(key.sign(&parts), signature);
        assert!(key.accepts(signature.as_bytes(), &parts));
        assert!(!key.accepts(signature.as_bytes(), &parts[..1]));
        assert!(!key.accepts(b"", &parts));
    }
}
