//! Remembers of what the last key of a subject was made, so that a miss can be explained by the
//! components that changed.

use std::collections::{BTreeMap, BTreeSet};

use clx_core::{ContentHash, KeyBuilder};
use rusqlite::{OptionalExtension, named_params};

use crate::error::StoreError;
use crate::store::Store;

impl Store {
    /// Remembers the components of the keys of subjects, such as `slides/x.py|de|html|speaker`, in
    /// one transaction. Writes nothing for a subject whose key is the same as before.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn remember_components(&self, subjects: &[(&str, &KeyBuilder)]) -> Result<(), StoreError> {
        let mut rows = Vec::with_capacity(subjects.len());
        for &(subject, builder) in subjects {
            let key = builder.finish();
            let components = serde_json::to_string(builder.components())
                .map_err(|source| StoreError::Encode { key, source })?;
            rows.push((subject, key, components));
        }
        if rows.is_empty() {
            return Ok(());
        }
        self.write(|transaction| {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO explanations (subject, key, components)
                 VALUES (:subject, :key, :components)
                 ON CONFLICT (subject) DO UPDATE
                 SET key = excluded.key, components = excluded.components
                 WHERE key != excluded.key",
            )?;
            for (subject, key, components) in &rows {
                statement.execute(named_params! {
                    ":subject": subject,
                    ":key": key.as_bytes(),
                    ":components": components,
                })?;
            }
            Ok(())
        })
    }

    /// Returns the names of the components in which `builder` differs from the last key of the
    /// subject, in alphabetical order; none if it is the same key. `None` if nothing is known of
    /// the subject.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn explain(
        &self,
        subject: &str,
        builder: &KeyBuilder,
    ) -> Result<Option<Vec<String>>, StoreError> {
        let stored: Option<String> = self.read(|transaction| {
            transaction
                .prepare_cached("SELECT components FROM explanations WHERE subject = :subject")?
                .query_row(named_params! { ":subject": subject }, |row| row.get("components"))
                .optional()
        })?;
        // What an older version wrote in another form explains nothing.
        let last: Option<Vec<(String, ContentHash)>> =
            stored.and_then(|json| serde_json::from_str(&json).ok());
        Ok(last.map(|last| differing(&last, builder.components())))
    }
}

type Component = (String, ContentHash);

fn differing(before: &[Component], after: &[Component]) -> Vec<String> {
    let (before, after) = (by_name(before), by_name(after));
    let names: BTreeSet<_> = before.keys().chain(after.keys()).copied().collect();
    names
        .into_iter()
        .filter(|name| before.get(name) != after.get(name))
        .map(str::to_owned)
        .collect()
}

/// A name may occur more than once; the order of its values counts.
fn by_name(components: &[Component]) -> BTreeMap<&str, Vec<&ContentHash>> {
    let mut values: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (name, value) in components {
        values.entry(name.as_str()).or_default().push(value);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::TestStore;

    fn key(parts: &[(&str, &str)]) -> KeyBuilder {
        parts
            .iter()
            .fold(KeyBuilder::new("test-1"), |builder, (name, value)| builder.with(name, value))
    }

    #[track_caller]
    fn check(before: &[(&str, &str)], after: &[(&str, &str)], expected: &[&str]) {
        let fixture = TestStore::new();
        let store = &fixture.store;
        store.remember_components(&[("a.py", &key(before))]).unwrap();
        assert_eq!(store.explain("a.py", &key(after)).unwrap().unwrap(), expected);
    }

    #[test]
    fn changed_added_and_removed_components_are_named() {
        check(&[("code", "1"), ("kernel", "py")], &[("code", "1"), ("kernel", "py")], &[]);
        check(&[("code", "1"), ("kernel", "py")], &[("code", "2"), ("kernel", "py")], &["code"]);
        check(&[("code", "1")], &[("file", "x")], &["code", "file"]);
        check(&[("file", "x"), ("file", "y")], &[("file", "x"), ("file", "z")], &["file"]);
    }

    #[test]
    fn unknown_subject_has_no_explanation() {
        let fixture = TestStore::new();
        assert_eq!(fixture.store.explain("a.py", &key(&[])).unwrap(), None);
    }

    #[test]
    fn later_key_replaces_the_earlier_one() {
        let fixture = TestStore::new();
        let store = &fixture.store;
        store.remember_components(&[("a.py", &key(&[("code", "1")]))]).unwrap();
        store.remember_components(&[("a.py", &key(&[("code", "2")]))]).unwrap();
        let explained = store.explain("a.py", &key(&[("code", "1")])).unwrap().unwrap();
        assert_eq!(explained, ["code"]);
    }
}
