//! Remembers of what the last keys of a subject were made, so that a miss can be explained by the
//! components that changed. Principal type: [`Components`].

use std::collections::{BTreeMap, BTreeSet};

use clx_core::{ContentHash, KeyBuilder};
use rusqlite::{OptionalExtension, named_params};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::store::{Store, hash_column};

/// Digits of a value's hash that are kept: enough to tell that it changed.
const N_DIGITS: usize = 16;

/// Names and values of the components of some keys, all of one subject such as a source file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Components(BTreeMap<String, BTreeSet<String>>);

impl Components {
    /// Adds those of a key.
    pub fn add(&mut self, key: &KeyBuilder) {
        for (name, value) in key.components() {
            let mut digits = value.to_hex();
            digits.truncate(N_DIGITS);
            match self.0.get_mut(&**name) {
                Some(values) => {
                    values.insert(digits);
                }
                None => {
                    self.0.insert(name.clone().into_owned(), BTreeSet::from([digits]));
                }
            }
        }
    }

    /// Returns the names of those that differ, in alphabetical order.
    #[must_use]
    pub fn differing(&self, others: &Self) -> Vec<String> {
        let names: BTreeSet<&String> = self.0.keys().chain(others.0.keys()).collect();
        let differs = |name: &&&String| self.0.get(**name) != others.0.get(**name);
        names.iter().filter(differs).map(|&name| name.clone()).collect()
    }
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

    fn components(keys: &[&[(&str, &str)]]) -> Components {
        let mut components = Components::default();
        for parts in keys {
            let key = parts.iter().fold(KeyBuilder::new("test-1"), |key, (name, value)| {
                key.with((*name).to_owned(), value)
            });
            components.add(&key);
        }
        components
    }

    fn remember(store: &Store, keys: &[&[(&str, &str)]]) -> Components {
        let last = components(keys);
        let key = ContentHash::of(format!("{keys:?}"));
        store.remember_components(&[("a.py", key, last)]).unwrap();
        assert_eq!(store.remembered_keys().unwrap(), BTreeMap::from([("a.py".to_owned(), key)]));
        store.components("a.py").unwrap().unwrap()
    }

    #[track_caller]
    fn check(before: &[&[(&str, &str)]], after: &[&[(&str, &str)]], expected: &[&str]) {
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
    }
}
