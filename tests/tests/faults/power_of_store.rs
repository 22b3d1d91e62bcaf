//! The power is cut while a store is written: a result that is found afterwards has the right bytes or
//! is known to be damaged, and with [`Durability::Full`] none that was recorded is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use clx_core::{ActionResult, Artifact, ContentHash};
use clx_store::{Durability, PrunePolicy, Store, StoreOptions};
use clx_testkit::random::Random;
use clx_tests::fault::power::{Disk, Image};

use super::assert_intact;

/// Sizes of the blobs of a result: a row, two in a pack, a file.
const SIZES: [usize; 4] = [300, 5_000, 20_000, 90_000];

/// Results that are recorded, some of them more than once.
const N_KEYS: usize = 10;

fn open(dir: &Path, durability: Durability) -> Store {
    Store::open(dir, &StoreOptions { durability, ..StoreOptions::default() }).unwrap()
}

fn key(n: usize) -> ContentHash {
    ContentHash::of(format!("key {n}"))
}

/// The blobs of a result; one of them differs from each version to the next.
fn blobs(n: usize, version: usize) -> Vec<Vec<u8>> {
    let blob = |(index, size): (usize, &usize)| {
        let version = if index == 1 { version } else { 0 };
        let mut text =
            format!("result {n}, blob {index}, version {version}. ").repeat(size / 30 + 1);
        text.truncate(*size);
        text.into_bytes()
    };
    SIZES.iter().enumerate().map(blob).collect()
}

fn record(store: &Store, n: usize, version: usize) {
    let blobs = blobs(n, version);
    let slices: Vec<&[u8]> = blobs.iter().map(Vec::as_slice).collect();
    let hashes = store.put_many(&slices).unwrap();
    let artifacts = hashes.into_iter().zip(&blobs).map(|(hash, blob)| Artifact {
        name: "part".to_owned(),
        hash,
        size: blob.len() as u64,
    });
    let result = ActionResult { artifacts: artifacts.collect(), ..ActionResult::default() };
    store.record(&key(n), &result).unwrap();
}

/// The version that each key has.
type State = BTreeMap<usize, usize>;

/// Writes to a store; returns what it had after each operation, and what cuts of the power left.
fn run(dir: &Path, durability: Durability, seed: u64) -> (Vec<State>, Vec<Image>) {
    let disk = Disk::watch(dir, seed);
    let store = open(dir, durability);
    let mut random = Random::new(seed);
    let mut states = vec![State::new()];
    for version in 0..30 {
        let mut state = states.last().unwrap().clone();
        let n = random.below(N_KEYS);
        match random.below(12) {
            0 => {
                store.forget(&[key(n)]).unwrap();
                state.remove(&n);
            }
            1 => {
                // Everything goes; also blobs that nobody has named for a while.
                let all = PrunePolicy { max_bytes: Some(0), ..PrunePolicy::default() };
                store.prune(&all).unwrap();
                state.clear();
            }
            2 => store.flush().unwrap(),
            _ => {
                record(&store, n, version);
                state.insert(n, version);
            }
        }
        states.push(state);
        disk.answered();
    }
    (states, disk.images())
}

/// Returns the keys whose results are found and are right; fails if wrong bytes are given.
#[track_caller]
fn whole(store: &Store, before: &State, after: &State, durability: Durability) -> BTreeSet<usize> {
    let mut whole = BTreeSet::new();
    for n in 0..N_KEYS {
        let Some(result) = store.lookup(&[key(n)]).unwrap().remove(0) else { continue };
        let read = |artifact: &Artifact| store.get(&artifact.hash);
        match result.artifacts.iter().map(read).collect::<Result<Vec<_>, _>>() {
            Ok(bytes) => {
                // Later ones may have been there already when the power was cut.
                let known = [before.get(&n), after.get(&n)];
                let is_right = |version: &&usize| blobs(n, **version) == bytes;
                if known.into_iter().flatten().any(|version| is_right(&version)) {
                    whole.insert(n);
                }
                let own = result.artifacts.iter().zip(&bytes);
                assert!(
                    own.clone().all(|(artifact, bytes)| artifact.hash == ContentHash::of(bytes))
                );
            }
            Err(error) => assert_ne!(durability, Durability::Full, "result {n}: {error}"),
        }
    }
    whole
}

#[track_caller]
fn assert_recovers(states: &[State], image: &Image, durability: Durability) {
    let store = open(image.dir.path(), Durability::Normal);
    assert_intact(store.database_path());
    let before = &states[image.answered];
    let after = states.get(image.answered + 1).unwrap_or(before);
    let whole = whole(&store, before, after, durability);
    if durability == Durability::Full {
        let lost: Vec<_> = before
            .iter()
            .filter(|(n, version)| after.get(n) == Some(version) && !whole.contains(n))
            .collect();
        assert!(lost.is_empty(), "{lost:?} were recorded and are lost");
    }
    // What is damaged is found and made again.
    store.verify().unwrap();
    for n in 0..N_KEYS {
        record(&store, n, 0);
    }
    let again: State = (0..N_KEYS).map(|n| (n, 0)).collect();
    assert_eq!(self::whole(&store, &again, &again, Durability::Full).len(), N_KEYS);
    assert!(store.verify().unwrap().is_clean());
}

#[track_caller]
fn check(durability: Durability) {
    let mut n_images = 0;
    // How often a store that does not wait syncs depends on time, and with it how many cuts there are.
    for seed in 0..20 {
        if seed >= 3 && n_images > 20 {
            break;
        }
        let dir = tempfile::tempdir().unwrap();
        let (states, images) = run(dir.path(), durability, seed);
        for image in images {
            n_images += 1;
            assert_recovers(&states, &image, durability);
        }
    }
    assert!(n_images > 20, "only {n_images} cuts");
}

#[test]
fn store_that_waits_for_the_disk_loses_no_result() {
    check(Durability::Full);
}

#[test]
fn store_that_does_not_wait_gives_no_wrong_bytes() {
    check(Durability::Normal);
}
