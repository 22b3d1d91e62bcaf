//! Content hashes and the keys built from them. Principal types: [`ContentHash`], [`KeyBuilder`].

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// The SHA-256 of some bytes: names a blob, or an action by its [`KeyBuilder`].
///
/// Shown and stored in text as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// Returns the hash of `bytes`.
    #[must_use]
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        Self(Sha256::digest(bytes.as_ref()).into())
    }

    /// Returns a hash that was computed elsewhere.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Finds the hashes that some JSON names: 64 hexadecimal digits between quotation marks.
    pub fn named_in(json: &[u8]) -> impl Iterator<Item = Self> {
        json.split(|byte| *byte == b'"')
            .filter(|word| word.len() == 64)
            .filter_map(|word| std::str::from_utf8(word).ok()?.parse().ok())
    }

    /// Returns the 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the 64 hexadecimal digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = String::with_capacity(64);
        for byte in self.0 {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        text
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_hex())
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({})", &self.to_hex()[..12])
    }
}

/// A text that is not 64 hexadecimal digits, or bytes that are not 32.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a SHA-256 in hexadecimal digits")]
pub struct ParseHashError {
    /// The refused text.
    pub text: String,
}

impl FromStr for ContentHash {
    type Err = ParseHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ParseHashError { text: text.to_owned() };
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(refused());
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |digit: u8| char::from(digit).to_digit(16);
            let value = digit(pair[0]).zip(digit(pair[1])).map(|(high, low)| high * 16 + low);
            *byte = value.and_then(|value| u8::try_from(value).ok()).ok_or_else(refused)?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<&[u8]> for ContentHash {
    type Error = ParseHashError;

    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        let array =
            bytes.try_into().map_err(|_| ParseHashError { text: format!("{bytes:02x?}") })?;
        Ok(Self(array))
    }
}

impl Serialize for ContentHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_hex())
    }
}

impl<'de> Deserialize<'de> for ContentHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Builds a key from named components, so that a miss can be explained by the component that moved.
///
/// The key is the SHA-256 over each component's name and value, both preceded by their length in
/// bytes (u64, little endian): no two different lists of components feed the hasher the same bytes.
///
/// ```
/// use clx_core::KeyBuilder;
/// let key = |prefix: &str| KeyBuilder::new("render-1").with("image prefix", prefix).finish();
/// assert_eq!(key("img/"), key("img/"));
/// assert_ne!(key("img/"), key("../img/"));
/// ```
#[derive(Debug, Clone)]
pub struct KeyBuilder {
    hasher: Sha256,
    components: Vec<(Cow<'static, str>, ContentHash)>,
}

impl KeyBuilder {
    /// Starts a key of the given schema, a name with a version such as `render-1`.
    #[must_use]
    pub fn new(schema: &str) -> Self {
        Self { hasher: Sha256::new(), components: Vec::new() }.with("schema", schema)
    }

    /// Adds a component.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl AsRef<[u8]>) -> Self {
        let (name, value) = (name.into(), value.as_ref());
        for part in [name.as_bytes(), value] {
            self.hasher.update((part.len() as u64).to_le_bytes());
            self.hasher.update(part);
        }
        self.components.push((name, ContentHash::of(value)));
        self
    }

    /// Adds a component that is itself a hash.
    #[must_use]
    pub fn with_hash(self, name: impl Into<Cow<'static, str>>, hash: &ContentHash) -> Self {
        self.with(name, hash.as_bytes())
    }

    /// Returns the names and value hashes of the components in the order they were added.
    #[must_use]
    pub fn components(&self) -> &[(Cow<'static, str>, ContentHash)] {
        &self.components
    }

    /// Returns the key.
    #[must_use]
    pub fn finish(&self) -> ContentHash {
        ContentHash(self.hasher.clone().finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_names_hashes() {
        let (first, second) = (ContentHash::of("a"), ContentHash::of("b"));
        let payload =
            format!(r#"{{"source":"{first}","files":[{{"hash":"{second}"}}],"x":"abc"}}"#);
        assert_eq!(ContentHash::named_in(payload.as_bytes()).collect::<Vec<_>>(), [first, second]);
        assert_eq!(ContentHash::named_in(b"no hash").count(), 0);
    }

    #[test]
    fn hash_reads_back_from_its_text() {
        let hash = ContentHash::of("x");
        assert_eq!(hash.to_hex().parse::<ContentHash>().unwrap(), hash);
        assert!("xyz".parse::<ContentHash>().is_err());
        assert!("ä".repeat(32).parse::<ContentHash>().is_err());
    }

    #[test]
    fn known_digest() {
        assert_eq!(
            ContentHash::of("").to_hex(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn components_cannot_run_into_each_other() {
        let split = KeyBuilder::new("t").with("a", "bc").finish();
        let joined = KeyBuilder::new("t").with("ab", "c").finish();
        assert_ne!(split, joined);
    }
}
