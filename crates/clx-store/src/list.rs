//! Lists results for people. Principal type: [`ListedResult`].

use std::time::Duration;

use clx_core::{ActionResult, ContentHash, Subject, Timestamp};
use rusqlite::Row;

use crate::action;
use crate::error::StoreError;
use crate::store::{Store, hash_column};

/// A result as far as people look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedResult {
    /// Its key.
    pub key: ContentHash,
    /// What it is, if that is known.
    pub subject: Option<Subject>,
    /// Its blobs.
    pub blobs: Vec<ContentHash>,
    /// Bytes of its blobs; others may share them.
    pub bytes: u64,
    /// How long it took to make.
    pub duration: Duration,
    /// When it was last used, exact to a day.
    pub last_used: Timestamp,
}

impl TryFrom<&Row<'_>> for ListedResult {
    type Error = rusqlite::Error;

    fn try_from(row: &Row<'_>) -> Result<Self, Self::Error> {
        // What cannot be read is a miss; it is listed all the same, since it takes room.
        let result = action::from_json(&row.get::<_, String>("result")?).unwrap_or_default();
        let ActionResult { artifacts, duration_us, subject, .. } = result;
        Ok(Self {
            key: hash_column(row, "key")?,
            subject,
            blobs: artifacts.iter().map(|artifact| artifact.hash).collect(),
            bytes: artifacts.iter().map(|artifact| artifact.size).sum(),
            duration: Duration::from_micros(duration_us),
            last_used: Timestamp::from_us(row.get("last_used_us")?),
        })
    }
}

impl Store {
    /// Returns all results, the last used first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn list(&self) -> Result<Vec<ListedResult>, StoreError> {
        self.read(|transaction| {
            transaction
                .prepare(
                    "SELECT key, result, last_used_us FROM actions
                     ORDER BY last_used_us DESC, key",
                )?
                .query_map((), |row| ListedResult::try_from(row))?
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::TestStore;

    #[test]
    fn last_used_come_first_with_what_they_are() {
        let fixture = TestStore::new();
        let old = ContentHash::of("old");
        let blob = fixture.record(&old, b"four");
        fixture.clock.advance(Duration::from_secs(60));
        let subject = Subject {
            kind: "html".to_owned(),
            source: "slides/a.py".to_owned(),
            variant: "en completed".to_owned(),
        };
        let result = ActionResult { subject: Some(subject.clone()), ..ActionResult::default() };
        let new = ContentHash::of("new");
        fixture.store.record(&new, &result).unwrap();
        let listed = fixture.store.list().unwrap();
        assert_eq!([listed[0].key, listed[1].key], [new, old]);
        assert_eq!(listed[0].subject, Some(subject));
        assert_eq!((listed[1].bytes, &listed[1].blobs), (4, &vec![blob]));
        assert_eq!(listed[0].last_used.since(listed[1].last_used), Duration::from_secs(60));
    }

    #[test]
    fn unreadable_result_is_listed_without_what_it_is() {
        let fixture = TestStore::new();
        fixture.record(&ContentHash::of("key"), b"four");
        fixture.execute("UPDATE actions SET result = '{\"version\":99}'");
        let listed = fixture.store.list().unwrap();
        assert_eq!((listed.len(), listed[0].bytes, &listed[0].subject), (1, 0, &None));
    }
}
