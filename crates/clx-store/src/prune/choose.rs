//! Chooses what to remove; removes nothing. Principal type: [`Choice`].

use std::collections::{BTreeMap, BTreeSet};

use clx_core::{ContentHash, Timestamp};
use rusqlite::{Row, Transaction};

use crate::action;
use crate::blob::PackId;
use crate::prune::PrunePolicy;
use crate::store::hash_column;

/// A blob as far as pruning looks at it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlobRow {
    pub(crate) hash: ContentHash,
    pub(crate) size: u64,
    pub(crate) is_file: bool,
    pub(crate) pack: Option<PackId>,
    created: Timestamp,
}

impl TryFrom<&Row<'_>> for BlobRow {
    type Error = rusqlite::Error;

    fn try_from(row: &Row<'_>) -> Result<Self, Self::Error> {
        Ok(Self {
            hash: hash_column(row, "hash")?,
            size: row.get("size")?,
            is_file: row.get("is_file")?,
            pack: row.get::<_, Option<i64>>("pack")?.map(PackId),
            created: Timestamp::from_us(row.get("created_us")?),
        })
    }
}

/// An action as far as pruning looks at it.
#[derive(Debug)]
struct ActionRow {
    key: ContentHash,
    last_used: Timestamp,
    blobs: Vec<ContentHash>,
}

/// What is to be removed.
#[derive(Debug, Default)]
pub(crate) struct Choice {
    pub(crate) actions: Vec<ContentHash>,
    pub(crate) blobs: Vec<BlobRow>,
}

impl Choice {
    pub(crate) fn make(
        transaction: &Transaction<'_>,
        policy: &PrunePolicy,
        now: Timestamp,
    ) -> rusqlite::Result<Self> {
        let blobs = read_blobs(transaction)?;
        let actions = read_actions(transaction)?;
        let mut kept = protected(&blobs, &actions, policy, now);
        let mut bytes: u64 =
            kept.iter().filter_map(|hash| blobs.get(hash)).map(|blob| blob.size).sum();
        let mut choice = Self::default();
        let mut is_full = false;
        for action in actions {
            let pins = |hash: &ContentHash| policy.keep.contains(hash);
            let is_pinned = pins(&action.key) || action.blobs.iter().any(pins);
            let is_old = policy.max_age.is_some_and(|age| now.since(action.last_used) > age);
            let more = additional_bytes(&action, &kept, &blobs);
            // Once one did not fit, no older one is kept in its place.
            is_full |= policy.max_bytes.is_some_and(|most| bytes + more > most);
            if is_pinned || !(is_old || is_full) {
                bytes += more;
                kept.extend(action.blobs);
            } else {
                choice.actions.push(action.key);
            }
        }
        choice.blobs = blobs.into_values().filter(|blob| !kept.contains(&blob.hash)).collect();
        Ok(choice)
    }
}

/// Returns the blobs that stay whatever results name them.
fn protected(
    blobs: &BTreeMap<ContentHash, BlobRow>,
    actions: &[ActionRow],
    policy: &PrunePolicy,
    now: Timestamp,
) -> BTreeSet<ContentHash> {
    let named: BTreeSet<_> = actions.iter().flat_map(|action| &action.blobs).collect();
    blobs
        .values()
        .filter(|blob| {
            let is_young = now.since(blob.created) < policy.grace;
            policy.keep.contains(&blob.hash) || (is_young && !named.contains(&blob.hash))
        })
        .map(|blob| blob.hash)
        .collect()
}

fn additional_bytes(
    action: &ActionRow,
    kept: &BTreeSet<ContentHash>,
    blobs: &BTreeMap<ContentHash, BlobRow>,
) -> u64 {
    let new: BTreeSet<_> = action.blobs.iter().filter(|hash| !kept.contains(hash)).collect();
    new.into_iter().filter_map(|hash| blobs.get(hash)).map(|blob| blob.size).sum()
}

fn read_blobs(transaction: &Transaction<'_>) -> rusqlite::Result<BTreeMap<ContentHash, BlobRow>> {
    transaction
        .prepare(
            "SELECT hash, size, bytes IS NULL AND pack IS NULL AS is_file, pack, created_us
             FROM blobs",
        )?
        .query_map((), |row| BlobRow::try_from(row).map(|blob| (blob.hash, blob)))?
        .collect()
}

/// Reads the actions, the last used first. One whose result cannot be read names no blobs.
fn read_actions(transaction: &Transaction<'_>) -> rusqlite::Result<Vec<ActionRow>> {
    transaction
        .prepare("SELECT key, result, last_used_us FROM actions ORDER BY last_used_us DESC, key")?
        .query_map((), |row| {
            let result = action::from_json(&row.get::<_, String>("result")?);
            let artifacts = result.map(|result| result.artifacts).unwrap_or_default();
            Ok(ActionRow {
                key: hash_column(row, "key")?,
                last_used: Timestamp::from_us(row.get("last_used_us")?),
                blobs: artifacts.into_iter().map(|artifact| artifact.hash).collect(),
            })
        })?
        .collect()
}
