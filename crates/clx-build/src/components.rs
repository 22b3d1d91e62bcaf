//! What the keys of a step are made of, remembered so that the next change can be explained.
//! Principal functions: [`components`], [`remember`].

use clx_core::{ContentHash, KeyBuilder};
use clx_store::{Components, Store, StoreError};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::plan::PlannedStep;

impl PlannedStep {
    /// Returns the keys of its outputs.
    pub(crate) fn keys(&self) -> impl Iterator<Item = ContentHash> {
        self.step.outputs.iter().map(|output| output.key.finish())
    }

    /// Returns a digest of all its keys.
    pub(crate) fn keys_digest(&self) -> ContentHash {
        let keys: Vec<ContentHash> = self.keys().collect();
        Self::digest_of(&keys)
    }

    /// Returns a digest of keys.
    pub(crate) fn digest_of(keys: &[ContentHash]) -> ContentHash {
        keys.iter().fold(KeyBuilder::new("step-1"), |all, key| all.with_hash("key", key)).finish()
    }
}

/// Returns the components of all keys of a step.
pub(crate) fn components(planned: &PlannedStep) -> Components {
    Components::of(planned.step.outputs.iter().map(|output| &output.key))
}

/// Remembers the components of those steps whose keys have changed since they were last remembered.
pub(crate) fn remember(steps: &[PlannedStep], store: &Store) -> Result<(), StoreError> {
    let known = store.remembered_keys()?;
    let digests: Vec<ContentHash> = steps.par_iter().map(PlannedStep::keys_digest).collect();
    let changed: Vec<_> = steps
        .iter()
        .zip(digests)
        .filter(|(planned, digest)| known.get(&planned.step.label) != Some(digest))
        .map(|(planned, digest)| (planned.step.label.as_str(), digest, components(planned)))
        .collect();
    store.remember_components(&changed)
}
