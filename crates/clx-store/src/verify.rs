//! Checks every blob and every action. Principal type: [`VerifyReport`].

use std::io;

use clx_core::ContentHash;

use crate::action;
use crate::error::StoreError;
use crate::store::{Store, hash_column};
use crate::trace;

/// What a check of the whole store found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Blobs that were checked.
    pub n_blobs: u64,
    /// Blobs whose bytes did not match their hash, or whose file was missing. They were dropped.
    pub lost_blobs: Vec<ContentHash>,
    /// Actions that were checked.
    pub n_actions: u64,
    /// Actions of which a blob is missing or whose result cannot be read; they will run again.
    pub incomplete_actions: Vec<ContentHash>,
}

impl VerifyReport {
    /// Tells whether nothing was wrong.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.lost_blobs.is_empty() && self.incomplete_actions.is_empty()
    }
}

impl Store {
    /// Reads every blob and compares it with its hash, then looks for the blobs of every action.
    /// Damaged blobs are dropped, so that the next build makes them again.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Io`]; a damaged blob is no error here.
    pub fn verify(&self) -> Result<VerifyReport, StoreError> {
        let mut report = VerifyReport::default();
        for hash in self.blob_hashes()? {
            report.n_blobs += 1;
            match self.stream(&hash, &mut io::sink(), &self.blob_files.path(&hash)) {
                Ok(()) => {}
                Err(error) if error.is_lost_blob() => {
                    self.drop_blob(&hash)?;
                    report.lost_blobs.push(hash);
                }
                Err(error) => return Err(error),
            }
        }
        self.verify_actions(&mut report)?;
        if !report.is_clean() {
            // A build that finds all outputs in place would not look for what lacks.
            trace::remove_all(&self.dir)?;
        }
        Ok(report)
    }

    fn blob_hashes(&self) -> Result<Vec<ContentHash>, StoreError> {
        self.read(|transaction| {
            transaction
                .prepare("SELECT hash FROM blobs ORDER BY rowid")?
                .query_map((), |row| hash_column(row, "hash"))?
                .collect()
        })
    }

    fn verify_actions(&self, report: &mut VerifyReport) -> Result<(), StoreError> {
        self.read(|transaction| {
            let mut statement = transaction.prepare("SELECT key, result FROM actions")?;
            let mut rows = statement.query(())?;
            while let Some(row) = rows.next()? {
                report.n_actions += 1;
                let result = action::from_json(&row.get::<_, String>("result")?);
                let mut is_complete = result.is_some();
                for artifact in result.iter().flat_map(|result| &result.artifacts) {
                    is_complete &= self.has_blob(transaction, &artifact.hash)?;
                }
                if !is_complete {
                    report.incomplete_actions.push(hash_column(row, "key")?);
                }
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::TestStore;

    #[test]
    fn damaged_and_missing_blobs_and_their_actions_are_found() {
        let fixture = TestStore::new();
        let store = &fixture.store;
        let large = vec![1; 100_000];
        let keys: Vec<_> = [b"whole".as_slice(), b"damaged", &large]
            .map(|bytes| fixture.record(&ContentHash::of(bytes), bytes))
            .into();
        assert!(store.verify().unwrap().is_clean());

        fixture.execute("UPDATE blobs SET bytes = x'00' WHERE bytes = CAST('damaged' AS BLOB)");
        store.blob_files.remove(&keys[2]).unwrap();
        let mut report = store.verify().unwrap();
        report.incomplete_actions.sort_unstable();
        let mut lost = keys[1..].to_vec();
        assert_eq!((report.n_blobs, report.n_actions), (3, 3));
        assert_eq!(report.lost_blobs, lost);
        lost.sort_unstable();
        assert_eq!(report.incomplete_actions, lost);
        assert_eq!(store.verify().unwrap().n_blobs, 1);
    }
}
