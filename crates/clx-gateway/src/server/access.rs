//! Who calls, and what a worker may do and see. Principal types: [`Caller`], [`WorkerAccess`],
//! [`Token`].

use std::collections::HashSet;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clx_core::ContentHash;
use clx_queue::WorkerId;
use subtle::ConstantTimeEq;

use super::Shared;
use super::listen::Listening;
use crate::refusal::Refusal;

/// A secret of 256 random bits, as 64 hexadecimal digits. Shown to nobody by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Makes a new one.
    pub(crate) fn random() -> io::Result<Self> {
        let mut bytes = [0; 32];
        let filled = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())?;
        if filled < bytes.len() {
            return Err(io::Error::other("too few random numbers"));
        }
        Ok(Self(ContentHash::from_bytes(bytes).to_hex()))
    }

    /// Returns the digits, for a file that only its receiver may read.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// Compares in a time that depends on the length only.
    fn is(&self, presented: &str) -> bool {
        self.0.as_bytes().ct_eq(presented.as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Who calls.
#[derive(Debug, Clone)]
pub(crate) enum Caller {
    /// Whoever opened the session; may call everything.
    Owner,
    /// One worker.
    Worker(Arc<WorkerAccess>),
}

impl Caller {
    /// Fails unless the caller is the owner.
    pub(super) fn must_be_owner(&self) -> Result<(), Refusal> {
        match self {
            Self::Owner => Ok(()),
            Self::Worker(_) => Err(Refusal::forbidden("a worker may not call this")),
        }
    }

    /// Fails if the caller is another worker.
    pub(super) fn must_be(&self, worker: WorkerId) -> Result<(), Refusal> {
        match self {
            Self::Worker(own) if own.worker != worker => {
                Err(Refusal::forbidden(format!("only worker {worker} may call this")))
            }
            Self::Owner | Self::Worker(_) => Ok(()),
        }
    }

    /// Remembers blobs that a worker may read from now on.
    pub(super) fn allow(&self, blobs: impl IntoIterator<Item = ContentHash>) {
        if let Self::Worker(own) = self {
            own.known().extend(blobs);
        }
    }

    /// Fails if the caller may not read a blob: as if it did not exist.
    pub(super) fn must_know(&self, hash: &ContentHash) -> Result<(), Refusal> {
        match self {
            Self::Worker(own) if !own.known().contains(hash) => {
                Err(clx_store::StoreError::MissingBlob { hash: *hash }.into())
            }
            Self::Owner | Self::Worker(_) => Ok(()),
        }
    }
}

/// What one worker may do and see.
#[derive(Debug)]
pub(crate) struct WorkerAccess {
    worker: WorkerId,
    /// Blobs that its jobs named, that results named which it asked for, and that it put itself.
    known: Mutex<HashSet<ContentHash>>,
}

impl WorkerAccess {
    pub(super) fn new(worker: WorkerId) -> Self {
        Self { worker, known: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, HashSet<ContentHash>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The tokens that open a port.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<Vec<(Token, Caller)>>);

impl Tokens {
    /// Makes a token valid until what is returned is dropped.
    pub(super) fn add(&self, shared: &Arc<Shared>, token: Token, caller: Caller) -> Listening {
        self.lock().push((token.clone(), caller));
        let shared = Arc::downgrade(shared);
        Listening::until_dropped(move || {
            if let Some(shared) = shared.upgrade() {
                shared.tokens.lock().retain(|(known, _)| *known != token);
            }
        })
    }

    /// Finds out whose token was presented.
    pub(super) fn caller(&self, presented: &str) -> Option<Caller> {
        let tokens = self.lock();
        // All are compared, so that the time does not tell which one was nearly right.
        tokens.iter().fold(
            None,
            |found, (token, caller)| {
                if token.is(presented) { Some(caller.clone()) } else { found }
            },
        )
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Token, Caller)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_shows_itself_to_nobody_and_equals_itself_only() {
        let (token, other) = (Token::random().unwrap(), Token::random().unwrap());
        assert_eq!(format!("{token:?}"), "Token(…)");
        assert!(token.is(token.secret()));
        assert!(!token.is(other.secret()) && !token.is("") && !token.is(&token.secret()[1..]));
    }
}
