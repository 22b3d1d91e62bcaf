//! The secret that the forms of pages have. Principal type: [`Token`].

use std::io;

use subtle::ConstantTimeEq;

/// Random for each process; only its pages tell it.
pub(crate) struct Token(String);

impl Token {
    /// Takes 128 random bits of the operating system.
    pub(crate) fn random() -> io::Result<Self> {
        let mut bytes = [0_u8; 16];
        let n = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())?;
        if n < bytes.len() {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        Ok(Self(format!("{:032x}", u128::from_ne_bytes(bytes))))
    }

    /// Returns the text for forms.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Compares in a time that tells nothing about where texts differ.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.0.as_bytes().ct_eq(text.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn only_the_whole_token_is_the_token() {
        let (token, other) = (Token::random().unwrap(), Token::random().unwrap());
        assert!(token.is(token.text()));
        assert_eq!(token.text().len(), 32);
        for text in ["", &token.text()[1..], other.text()] {
            assert!(!token.is(text), "{text}");
        }
    }
}
