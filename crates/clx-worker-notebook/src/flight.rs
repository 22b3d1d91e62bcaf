//! Runs under way, so that two jobs of this process with the same code run it once. Principal type:
//! [`Flights`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use clx_core::ContentHash;
use tokio::sync::OwnedMutexGuard;

type Flight = Arc<tokio::sync::Mutex<()>>;

/// The execution keys that somebody works on.
#[derive(Debug, Default)]
pub(crate) struct Flights(Mutex<HashMap<ContentHash, Flight>>);

impl Flights {
    /// Waits until nobody else works on the key, and keeps others waiting until the guard is dropped.
    pub(crate) async fn board(&self, key: ContentHash) -> OwnedMutexGuard<()> {
        let flight = {
            let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Those that nobody holds any more have landed.
            flights.retain(|_, flight| Arc::strong_count(flight) > 1);
            Arc::clone(flights.entry(key).or_default())
        };
        flight.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_key_flies_once_and_is_forgotten() {
        let flights = Flights::default();
        let (a, b) = (ContentHash::of("a"), ContentHash::of("b"));
        let first = flights.board(a).await;
        let _other = flights.board(b).await;
        let mut second = Box::pin(flights.board(a));
        let early = futures_poll(&mut second).await;
        assert!(!early, "the key is taken");
        drop(first);
        drop(second.await);
        let _again = flights.board(b);
        let _third = flights.board(a).await;
        assert!(flights.0.lock().unwrap().len() <= 2);
    }

    /// Polls once; true if it was ready.
    async fn futures_poll<F: Future + Unpin>(future: &mut F) -> bool {
        tokio::select! {
            biased;
            _ = future => true,
            () = std::future::ready(()) => false,
        }
    }
}
