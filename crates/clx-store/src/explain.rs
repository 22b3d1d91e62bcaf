//! Remembers of what the last keys of a subject were made, so that a miss can be explained by the
//! components that changed. Principal type: [`Components`].

use std::collections::{BTreeMap, BTreeSet};

use clx_core::{ContentHash, KeyBuilder};
use rusqlite::{OptionalExtension, named_params};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::store::{Store, hash_column};

/// Names and values of the components of some keys, all of one subject such as a source file. Of each
/// value 8 bytes of its hash are kept: enough to tell that it changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Components(BTreeMap<String, Vec<u64>>);

impl Components {
    /// Gathers those of keys.
    pub fn of<'k>(keys: impl IntoIterator<Item = &'k KeyBuilder>) -> Self {
        let mut pairs: Vec<(&str, u64)> = keys
            .into_iter()
            .flat_map(KeyBuilder::components)
            .map(|(name, value)| (&**name, first_bytes(value)))
            .collect();
        // Most outputs of a source share most values.
        pairs.sort_unstable();
        pairs.dedup();
        let mut components = BTreeMap::new();
        for of_name in pairs.chunk_by(|(name, _), (next, _)| name == next) {
            let values = of_name.iter().map(|(_, value)| *value).collect();
            components.insert(of_name[0].0.to_owned(), values);
        }
        Self(components)
    }

    /// Returns their names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Returns the names of those that differ, in alphabetical order.
    #[must_use]
    pub fn differing(&self, others: &Self) -> Vec<String> {
        let names: BTreeSet<&String> = self.0.keys().chain(others.0.keys()).collect();
        let differs = |name: &&&String| self.0.get(**name) != others.0.get(**name);
        names.iter().filter(differs).map(|&name| name.clone()).collect()
    }
}

fn first_bytes(hash: &ContentHash) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *hash.as_bytes();
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

impl Store {
    /// Remembers the components of the keys of subjects, in one transaction. Writes nothing for a
    /// subject whose components are the same as before.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn remember_components(
        &self,
        subjects: &[(&str, ContentHash, Components)],
    ) -> Result<(), StoreError> {
        let mut rows = Vec::with_capacity(subjects.len());
        for (subject, key, components) in subjects {
            let json = serde_json::to_string(components)
                .map_err(|source| StoreError::Encode { key: *key, source })?;
            rows.push((subject, key, json));
        }
        if rows.is_empty() {
            return Ok(());
        }
        self.write(|transaction| {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO explanations (subject, key, components)
                 VALUES (:subject, :key, :components)
                 ON CONFLICT (subject) DO UPDATE
                 SET key = excluded.key, components = excluded.components",
            )?;
            for (subject, key, json) in &rows {
                statement.execute(named_params! {
                    ":subject": subject,
                    ":key": key.as_bytes(),
                    ":components": json,
                })?;
            }
            Ok(())
        })
    }

    /// Returns of every subject the key under which its components were remembered.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn remembered_keys(&self) -> Result<BTreeMap<String, ContentHash>, StoreError> {
        self.read(|transaction| {
            transaction
                .prepare_cached("SELECT subject, key FROM explanations")?
                .query_map((), |row| Ok((row.get("subject")?, hash_column(row, "key")?)))?
                .collect()
        })
    }

    /// Returns what is remembered of a subject; `None` if that is nothing.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn components(&self, subject: &str) -> Result<Option<Components>, StoreError> {
        let stored: Option<String> = self.read(|transaction| {
            transaction
                .prepare_cached("SELECT components FROM explanations WHERE subject = :subject")?
                .query_row(named_params! { ":subject": subject }, |row| row.get("components"))
                .optional()
        })?;
        // What an older version wrote in another form explains nothing.
        Ok(stored.and_then(|json| serde_json::from_str(&json).ok()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::TestStore;

    fn components(keys: &[&[(&'static str, &str)]]) -> Components {
        let key = |parts: &&[(&'static str, &str)]| {
            parts
                .iter()
                .fold(KeyBuilder::new("test-1"), |key, (name, value)| key.with(*name, value))
        };
        let keys: Vec<KeyBuilder> = keys.iter().map(key).collect();
        Components::of(&keys)
    }

    fn remember(store: &Store, keys: &[&[(&'static str, &str)]]) -> Components {
        let last = components(keys);
        let key = ContentHash::of(format!("{keys:?}"));
        store.remember_components(&[("a.py", key, last)]).unwrap();
        assert_eq!(store.remembered_keys().unwrap(), BTreeMap::from([("a.py".to_owned(), key)]));
        store.components("a.py").unwrap().unwrap()
    }

    #[track_caller]
    fn check(
        before: &[&[(&'static str, &str)]],
        after: &[&[(&'static str, &str)]],
        expected: &[&str],
    ) {
        let fixture = TestStore::new();
        assert_eq!(remember(&fixture.store, before).differing(&components(after)), expected);
    }

    #[test]
    fn changed_added_and_removed_components_are_named() {
        check(&[&[("code", "1"), ("kernel", "py")]], &[&[("code", "1"), ("kernel", "py")]], &[]);
        check(
            &[&[("code", "1"), ("kernel", "py")]],
            &[&[("code", "2"), ("kernel", "py")]],
            &["code"],
        );
        check(&[&[("code", "1")]], &[&[("file", "x")]], &["code", "file"]);
    }

    #[test]
    fn components_of_all_keys_of_a_subject_count() {
        let (de, en) = ([("language", "de"), ("title", "A")], [("language", "en"), ("title", "B")]);
        check(&[&de, &en], &[&en, &de], &[]);
        check(&[&de, &en], &[&de, &[("language", "en"), ("title", "C")]], &["title"]);
        check(&[&de, &en], &[&de], &["language", "title"]);
    }

    #[test]
    fn unknown_subject_has_no_components() {
        let fixture = TestStore::new();
        assert_eq!(fixture.store.components("a.py").unwrap(), None);
    }

    #[test]
    fn later_components_replace_the_earlier_ones() {
        let fixture = TestStore::new();
        remember(&fixture.store, &[&[("code", "1")]]);
        let last = remember(&fixture.store, &[&[("code", "2")]]);
        assert_eq!(last.differing(&components(&[&[("code", "1")]])), ["code"]);
        assert_eq!(last.names().collect::<Vec<_>>(), ["code", "schema"]);
    }
}
