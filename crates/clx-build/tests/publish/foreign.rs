//! Files of others in output trees: kept, taken over only on demand, never deleted.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use clx_build::{BuildOptions, BuildStatus};
use clx_testkit::tree;

use crate::bench::{Bench, Run, codes};

/// Returns the bench and what its first build will write: relative path and content of one output.
fn unbuilt() -> (Bench, PathBuf, Vec<u8>) {
    let twin = Bench::new(&[("Teil", &["a"])]);
    twin.build();
    let (path, content) = tree::files(&twin.output()).pop_first().unwrap();
    (Bench::new(&[("Teil", &["a"])]), path, content)
}

fn put(bench: &Bench, path: &PathBuf, content: &[u8]) -> PathBuf {
    let path = bench.output().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, content).unwrap();
    path
}

#[test]
fn foreign_file_is_kept_until_clx_may_adopt_it() {
    let (bench, path, content) = unbuilt();
    let foreign = put(&bench, &path, b"by somebody else");
    for _ in 0..2 {
        let report = bench.run(Run::default());
        assert_eq!((codes(&report), report.status), (vec!["CLX0401"], BuildStatus::SomeFailed));
        assert_eq!(fs::read(&foreign).unwrap(), b"by somebody else");
    }
    let options = BuildOptions { adopt: true, ..BuildOptions::default() };
    let report = bench.run(Run { options, ..Run::default() });
    assert_eq!((codes(&report), report.written), (vec![], 1));
    assert_eq!(fs::read(&foreign).unwrap(), content);
    bench.build();
}

#[test]
fn equal_foreign_file_is_adopted_without_a_word_and_not_written() {
    let (bench, path, content) = unbuilt();
    put(&bench, &path, &content);
    let before = tree::stamps(&bench.output());
    bench.build();
    assert_eq!(tree::stamps(&bench.output())[&path], before[&path]);
    // It is ours now.
    fs::write(bench.output().join(&path), "by hand").unwrap();
    assert_eq!(bench.build().written, 1);
}

#[test]
fn foreign_files_and_repositories_are_never_deleted() {
    let bench = Bench::new(&[("Eins", &["a"]), ("Zwei", &["b"])]);
    bench.build();
    let b_output: PathBuf = tree::files(&bench.output())
        .into_keys()
        .find(|path| path.to_string_lossy().contains("Zwei"))
        .unwrap();
    let beside = put(&bench, &b_output.with_file_name("notes.txt"), b"notes");
    let git = put(&bench, &PathBuf::from("public/.git/config"), b"[core]");
    let in_course = put(&bench, &PathBuf::from("public/De/Kurs/.git/HEAD"), b"ref");
    bench.course.set_sections(&[("Eins", &["a"])], "");
    let report = bench.build();
    assert!(report.removed > 0);
    for foreign in [beside, git, in_course] {
        assert!(foreign.exists(), "{}", foreign.display());
    }
    assert!(!bench.output().join(b_output).exists());
}

#[test]
fn linked_directory_that_leads_out_is_refused_and_nothing_is_written_there() {
    let (bench, path, _) = unbuilt();
    let outside = tempfile::tempdir().unwrap();
    let directory = bench.output().join(path.parent().unwrap());
    fs::create_dir_all(directory.parent().unwrap()).unwrap();
    symlink(outside.path(), &directory).unwrap();
    let report = bench.run(Run::default());
    assert_eq!((codes(&report), report.status), (vec!["CLX0402"], BuildStatus::SomeFailed));
    assert_eq!(tree::files(outside.path()).len(), 0);
    assert!(report.written > 0, "the rest is built");
}

#[test]
fn link_at_the_place_of_a_file_is_refused_and_its_target_left() {
    let (bench, path, _) = unbuilt();
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("precious");
    fs::write(&target, "precious").unwrap();
    let link = bench.output().join(path);
    fs::create_dir_all(link.parent().unwrap()).unwrap();
    symlink(&target, &link).unwrap();
    let options = BuildOptions { adopt: true, ..BuildOptions::default() };
    let report = bench.run(Run { options, ..Run::default() });
    assert_eq!(codes(&report), ["CLX0402"]);
    assert_eq!(fs::read(&target).unwrap(), b"precious");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn directory_moved_away_and_linked_is_neither_swept_nor_written() {
    let bench = Bench::new(&[("Eins", &["a"]), ("Zwei", &["b"])]);
    bench.build();
    let directories = tree::directories(&bench.output());
    let of_two = directories.iter().find(|path| path.ends_with("Zwei")).unwrap();
    let directory = bench.output().join(of_two);
    // Beside the output: on the same file system a move keeps what the files are known by.
    let outside = bench.course.path("moved");
    fs::rename(&directory, &outside).unwrap();
    symlink(&outside, &directory).unwrap();
    let before = tree::stamps(&outside);
    assert!(!before.is_empty());
    bench.course.set_sections(&[("Eins", &["a"])], "");
    let report = bench.run(Run::default());
    assert_eq!(codes(&report), ["CLX0406"]);
    assert_eq!(tree::stamps(&outside), before);
}
