//! Archives from end to end: whole, torn, damaged, forged.

use std::fs;
use std::path::{Path, PathBuf};

use clx_core::{ActionResult, Artifact, ContentHash};

use super::format::{EntryName, Header, StoredResult};
use super::{ArchiveError, Exported, ImportReport};
use crate::action;
use crate::store::tests::TestStore;

/// A store with little, packed and large blobs, two of them shared, and where an archive goes.
struct Bench {
    from: TestStore,
    to: TestStore,
    keys: Vec<ContentHash>,
}

impl Bench {
    fn new() -> Self {
        let from = TestStore::new();
        let texts =
            [vec![1; 10], vec![2; 9_000], vec![3; 200_000], vec![2; 9_000], vec![4; 90_000]];
        let keys: Vec<_> = (0..texts.len()).map(|n| ContentHash::of(n.to_string())).collect();
        for (key, text) in keys.iter().zip(&texts) {
            from.record(key, text);
        }
        Self { from, to: TestStore::new(), keys }
    }

    fn export(&self, name: &str) -> PathBuf {
        let path = self.from.dir.path().join(name);
        let report = self.from.store.export(&path, Exported::All).unwrap();
        assert_eq!((report.n_results, report.n_blobs, report.n_left_out), (5, 4, 0));
        path
    }

    fn import(&self, path: &Path) -> (ImportReport, Result<(), ArchiveError>) {
        let mut report = ImportReport::default();
        let done = self.to.store.import(path, &mut report);
        assert!(self.to.store.verify().unwrap().is_clean(), "whatever was imported is whole");
        (report, done)
    }

    /// Counts the results that can be used at the other end.
    fn n_there(&self) -> usize {
        self.to.store.lookup(&self.keys).unwrap().iter().flatten().count()
    }
}

/// Writes a tar file of parts that no clx writes.
fn forge(path: &Path, parts: &[(&str, &[u8])]) {
    let mut builder = tar::Builder::new(fs::File::create(path).unwrap());
    for (name, content) in parts {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        // Not by a function that refuses such names.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        builder.append(&header, *content).unwrap();
    }
    builder.finish().unwrap();
}

fn header() -> Vec<u8> {
    serde_json::to_vec(&Header::new()).unwrap()
}

#[test]
fn every_form_carries_every_result_once() {
    for name in ["a.tar", "a.tar.gz", "a.tgz", "directory"] {
        let bench = Bench::new();
        let path = bench.export(name);
        let (report, done) = bench.import(&path);
        done.unwrap();
        assert_eq!(report, ImportReport { n_imported: 5, ..ImportReport::default() }, "{name}");
        assert_eq!(bench.n_there(), 5);
        let (report, done) = bench.import(&path);
        done.unwrap();
        assert_eq!(report, ImportReport { n_known: 5, ..ImportReport::default() }, "{name}");
        assert_eq!(fs::read_dir(bench.from.dir.path()).unwrap().count(), 2, "no leftovers: {name}");
    }
}

#[test]
fn current_results_are_those_that_outputs_are_made_of() {
    let bench = Bench::new();
    let blob = ContentHash::of(vec![3; 200_000]);
    let root = bench.from.dir.path();
    bench.from.store.note_outputs(root, &[], &[(Path::new("a.html"), blob)]).unwrap();
    let path = root.join("a.tar");
    let report = bench.from.store.export(&path, Exported::Current).unwrap();
    assert_eq!((report.n_results, report.n_blobs, report.bytes), (1, 1, 200_000));
    bench.import(&path).1.unwrap();
    assert!(bench.to.store.lookup(&bench.keys[2..3]).unwrap()[0].is_some());
}

#[test]
fn lost_blob_leaves_its_results_out_and_no_others() {
    let bench = Bench::new();
    bench.from.store.blob_files.remove(&ContentHash::of(vec![3; 200_000])).unwrap();
    let large = bench.from.store.blob_files.path(&ContentHash::of(vec![4; 90_000]));
    fs::write(large, vec![5; 90_000]).unwrap();
    let path = bench.from.dir.path().join("a.tar");
    let report = bench.from.store.export(&path, Exported::All).unwrap();
    assert_eq!((report.n_results, report.n_left_out), (3, 2));
    bench.import(&path).1.unwrap();
    assert_eq!(bench.n_there(), 3);
}

#[test]
fn archive_that_ends_early_gives_what_is_whole_and_says_so() {
    for name in ["a.tar", "a.tar.gz"] {
        let bench = Bench::new();
        let path = bench.export(name);
        let whole = fs::read(&path).unwrap();
        let mut last = 0;
        for length in (1..=24).map(|n| whole.len() * n / 25) {
            fs::write(&path, &whole[..length]).unwrap();
            let (report, done) = bench.import(&path);
            let error = done.unwrap_err();
            assert!(
                matches!(error, ArchiveError::Torn { .. } | ArchiveError::NotAnArchive { .. }),
                "{name} of {length} bytes: {error:?}"
            );
            let n_there = bench.n_there();
            assert_eq!(report.n_imported + report.n_known, n_there as u64);
            assert!(n_there >= last);
            last = n_there;
        }
        assert!(last >= 3, "{name}: most came before the last cut, {last}");
        fs::write(&path, &whole).unwrap();
        bench.import(&path).1.unwrap();
        assert_eq!(bench.n_there(), 5);
    }
}

#[test]
fn flipped_bit_is_noticed_wherever_it_is() {
    let bench = Bench::new();
    let path = bench.export("a.tar");
    let whole = fs::read(&path).unwrap();
    let originals = bench.from.store.lookup(&bench.keys).unwrap();
    for position in (0..whole.len()).step_by(whole.len() / 60) {
        let mut flipped = whole.clone();
        flipped[position] ^= 0x10;
        fs::write(&path, &flipped).unwrap();
        let to = TestStore::new();
        let done = to.store.import(&path, &mut ImportReport::default());
        for (found, original) in to.store.lookup(&bench.keys).unwrap().iter().zip(&originals) {
            assert!(found.is_none() || found == original, "byte {position}: {done:?}");
        }
    }
    let (name, text) = (EntryName::Blob(ContentHash::of("x")).text(), b"y");
    forge(&path, &[("clx-cache.json", &header()), (&name, text)]);
    let error = bench.import(&path).1.unwrap_err();
    assert!(error.to_string().contains(&name), "{error}");
}

#[test]
fn names_that_lead_elsewhere_and_links_are_refused() {
    let bench = Bench::new();
    let path = bench.from.dir.path().join("a.tar");
    for name in ["../evil", "/tmp/evil", "blobs/../../evil", "results/x.json"] {
        forge(&path, &[("clx-cache.json", &header()), (name, b"text")]);
        let error = bench.import(&path).1.unwrap_err();
        assert!(matches!(error, ArchiveError::Damaged { .. }), "{name}: {error:?}");
    }
    let directory = bench.export("directory");
    let blob = directory.join("blobs").join(ContentHash::of("secret").to_hex());
    let secret = bench.from.dir.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    std::os::unix::fs::symlink(&secret, &blob).unwrap();
    let error = bench.import(&directory).1.unwrap_err();
    assert!(matches!(error, ArchiveError::Damaged { .. }), "{error:?}");
    assert!(!bench.to.store.contains(&ContentHash::of("secret")).unwrap());
}

#[test]
fn result_without_its_blob_is_not_recorded() {
    let bench = Bench::new();
    let directory = bench.export("directory");
    let blob = ContentHash::of(vec![2; 9_000]);
    fs::remove_file(directory.join("blobs").join(blob.to_hex())).unwrap();
    let (report, done) = bench.import(&directory);
    assert!(matches!(done, Err(ArchiveError::Incomplete { .. })), "{done:?}");
    assert_eq!((report.n_imported, bench.n_there()), (3, 3));
}

#[test]
fn other_result_of_the_same_key_is_kept_and_counted() {
    let bench = Bench::new();
    let own = bench.to.record(&bench.keys[0], b"made here");
    let (report, done) = bench.import(&bench.export("a.tar"));
    done.unwrap();
    assert_eq!((report.n_imported, report.n_differing), (4, 1));
    let kept = bench.to.store.lookup(&bench.keys[..1]).unwrap().remove(0).unwrap();
    assert_eq!(kept.artifacts[0].hash, own);
}

#[test]
fn what_later_versions_write_is_named_or_passed_over() {
    let bench = Bench::new();
    let path = bench.from.dir.path().join("a.tar");
    forge(&path, &[("clx-cache.json", br#"{"format":"clx-cache","version":99}"#)]);
    let error = bench.import(&path).1.unwrap_err();
    assert!(matches!(error, ArchiveError::NewerVersion { found: 99, .. }), "{error:?}");

    let json = br#"{"version":99,"key":"later","result":[]}"#;
    let name = EntryName::Result(ContentHash::of(json)).text();
    let end = br#"{"results":1,"blobs":0}"#;
    forge(&path, &[("clx-cache.json", &header()), (&name, json), ("end.json", end)]);
    let (report, done) = bench.import(&path);
    done.unwrap();
    assert_eq!(report.n_unreadable, 1);
}

#[test]
fn something_else_is_named_so() {
    let bench = Bench::new();
    let path = bench.from.dir.path().join("file");
    for content in [b"".as_slice(), b"no archive", &[0x1f, 0x8b, 7, 7], &[7; 5000]] {
        fs::write(&path, content).unwrap();
        let error = bench.import(&path).1.unwrap_err();
        assert!(matches!(error, ArchiveError::NotAnArchive { .. }), "{error:?}");
    }
    forge(&path, &[("mine.txt", b"text")]);
    let error = bench.import(&path).1.unwrap_err();
    assert!(matches!(error, ArchiveError::Damaged { .. }), "{error:?}");
    let error = bench.import(bench.to.dir.path()).1.unwrap_err();
    assert!(matches!(error, ArchiveError::NotAnArchive { .. }), "{error:?}");
    let error = bench.import(&path.with_file_name("missing")).1.unwrap_err();
    assert!(matches!(error, ArchiveError::Io { .. }), "{error:?}");
}

#[test]
fn nothing_of_somebody_else_is_written_over() {
    let bench = Bench::new();
    let below = |name: &str| bench.from.dir.path().join(name);
    fs::create_dir(below("directory")).unwrap();
    fs::write(below("directory/mine.txt"), "mine").unwrap();
    let export = |name: &str| bench.from.store.export(&below(name), Exported::All).unwrap_err();
    assert!(matches!(export("directory"), ArchiveError::NotEmpty { .. }));
    assert!(matches!(export("a.tar.zst"), ArchiveError::UnknownKind { .. }));
    assert_eq!(fs::read_dir(bench.from.dir.path()).unwrap().count(), 2);
}

/// What version 1 looks like; must be readable for ever.
#[test]
fn golden_archive_of_version_1_is_read() {
    let to = TestStore::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/archive-1");
    let mut report = ImportReport::default();
    to.store.import(&path, &mut report).unwrap();
    assert_eq!(report.n_imported, 1);
    let found = to.store.lookup(&[ContentHash::of("key")]).unwrap().remove(0).unwrap();
    assert_eq!(to.store.get(&found.artifacts[0].hash).unwrap(), b"abc");
    let stored =
        StoredResult { version: action::VERSION, key: ContentHash::of("key"), result: found };
    let json = serde_json::to_vec(&stored).unwrap();
    assert!(path.join(EntryName::Result(ContentHash::of(&json)).text()).exists(), "written alike");
}

#[test]
fn equal_artifacts_are_the_same_result_however_long_it_took() {
    let bench = Bench::new();
    let hash = bench.to.store.put(&[1; 10]).unwrap();
    let artifacts = vec![Artifact { name: "html".to_owned(), hash, size: 10 }];
    let result = ActionResult { artifacts, duration_us: 7, ..ActionResult::default() };
    bench.to.store.record(&bench.keys[0], &result).unwrap();
    let (report, done) = bench.import(&bench.export("a.tar"));
    done.unwrap();
    assert_eq!((report.n_known, report.n_differing), (1, 0));
}
