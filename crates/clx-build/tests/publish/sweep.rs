//! What is removed, and what must stay although this build does not make it.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use clx_build::{BuildOptions, BuildStatus};
use clx_core::Language;
use clx_course::Selection;
use clx_testkit::tree;

use crate::bench::{Bench, Run, codes};

const ALL: &[(&str, &[&str])] = &[("Eins", &["a", "b"]), ("Zwei", &["c"])];

/// Returns the files whose path contains a word.
fn with(bench: &Bench, word: &str) -> BTreeSet<PathBuf> {
    let files = tree::files(&bench.output()).into_keys();
    files.filter(|path| path.to_string_lossy().contains(word)).collect()
}

#[test]
fn outputs_of_a_removed_topic_go_with_their_empty_directories() {
    let bench = Bench::new(ALL);
    bench.build();
    let (of_b, of_two) = (with(&bench, "/02 b."), with(&bench, "Zwei"));
    let data = with(&bench, "data_b.txt");
    assert!(!of_b.is_empty() && !of_two.is_empty() && !data.is_empty());
    bench.course.set_sections(&[("Eins", &["a"])], "");
    let report = bench.build();
    assert_eq!(report.removed, of_b.len() + of_two.len() + data.len());
    assert!(with(&bench, "/02 b.").is_empty() && with(&bench, "Zwei").is_empty());
    let empty: Vec<_> = tree::directories(&bench.output())
        .into_iter()
        .filter(|path| path.to_string_lossy().contains("Zwei"))
        .collect();
    assert_eq!(empty, Vec::<PathBuf>::new());
    assert_eq!(bench.build().removed, 0);
}

#[test]
fn stale_output_that_was_changed_by_hand_is_kept_once_with_a_word() {
    let bench = Bench::new(ALL);
    bench.build();
    let edited = bench.output().join(with(&bench, "Zwei").pop_first().unwrap());
    fs::write(&edited, "by hand").unwrap();
    bench.course.set_sections(&[("Eins", &["a", "b"])], "");
    let report = bench.run(Run::default());
    assert_eq!((codes(&report), report.status), (vec!["CLX0406"], BuildStatus::Built));
    assert_eq!(fs::read(&edited).unwrap(), b"by hand");
    // From now on it is a file of somebody else.
    bench.build();
    assert_eq!(fs::read(&edited).unwrap(), b"by hand");
}

#[test]
fn one_language_is_built_and_the_other_is_left() {
    let bench = Bench::new(ALL);
    bench.build();
    let english = with(&bench, "/En/");
    bench.course.set_sections(&[("Eins", &["a"])], "");
    let selection = Selection { languages: vec![Language::DE], ..Selection::default() };
    let report = bench.run(Run { selection, ..Run::default() });
    assert!(report.removed > 0);
    assert_eq!(with(&bench, "/En/"), english);
    assert!(with(&bench, "/De/").iter().all(|path| !path.to_string_lossy().contains("Zwei")));
}

#[test]
fn one_kind_is_built_and_swept_and_the_others_are_left() {
    let bench = Bench::new(ALL);
    bench.build();
    let (completed, all) = (with(&bench, "/Completed/"), tree::stamps(&bench.output()));
    let kinds = || Selection { kinds: vec!["completed".to_owned()], ..Selection::default() };
    let report = bench.run(Run { selection: kinds(), ..Run::default() });
    assert_eq!((report.removed, report.written), (0, 0));
    assert_eq!(tree::stamps(&bench.output()), all);
    bench.course.set_sections(&[("Eins", &["a", "b"])], "");
    let report = bench.run(Run { selection: kinds(), ..Run::default() });
    let stale = completed.iter().filter(|path| path.to_string_lossy().contains("Zwei")).count();
    assert!(stale > 0);
    assert_eq!(report.removed, stale);
    assert_eq!(tree::files(&bench.output()).len(), all.len() - stale);
}

#[test]
fn one_topic_is_built_and_nothing_is_removed() {
    let bench = Bench::new(ALL);
    bench.build();
    let before = tree::stamps(&bench.output());
    // The other section is gone, and with it a topic of this one.
    bench.course.set_sections(&[("Eins", &["a"])], "");
    let report = bench.run(Run { only: vec!["a".to_owned()], ..Run::default() });
    assert_eq!((report.removed, report.written), (0, 0));
    assert_eq!(tree::stamps(&bench.output()), before);
}

#[test]
fn other_output_root_leaves_the_first_one() {
    let bench = Bench::new(ALL);
    bench.build();
    let before = tree::stamps(&bench.output());
    let elsewhere = tempfile::tempdir().unwrap();
    let output_dir = Some(elsewhere.path().to_owned());
    let selection = Selection { output_dir, ..Selection::default() };
    let report = bench.run(Run { selection, ..Run::default() });
    assert_eq!((report.removed, report.written), (0, before.len()));
    assert_eq!(tree::stamps(&bench.output()), before);
    assert_eq!(tree::files(elsewhere.path()), tree::files(&bench.output()));
}

#[test]
fn interrupted_build_removes_nothing() {
    let bench = Bench::new(ALL);
    bench.build();
    let before = tree::stamps(&bench.output());
    bench.course.set_sections(&[("Eins", &["a"])], "");
    let report = bench.run(Run { interrupted: true, ..Run::default() });
    assert_eq!((report.status, report.removed), (BuildStatus::Interrupted, 0));
    assert_eq!(tree::stamps(&bench.output()), before);
    assert!(bench.build().removed > 0);
}

#[test]
fn build_that_keeps_removes_nothing() {
    let bench = Bench::new(ALL);
    bench.build();
    let before = tree::stamps(&bench.output());
    bench.course.set_sections(&[("Eins", &["a"])], "");
    let options = BuildOptions { keep: true, ..BuildOptions::default() };
    assert_eq!(bench.run(Run { options, ..Run::default() }).removed, 0);
    assert_eq!(tree::stamps(&bench.output()), before);
}

#[test]
fn build_with_failures_sweeps_what_is_no_longer_wanted() {
    let bench = Bench::new(ALL);
    bench.build();
    bench.course.set_sections(&[("Eins", &["a", "b"])], "");
    let deck = clx_testkit::course::TempCourse::deck("a");
    bench.course.write(&deck, "# {{ header(\"a\", \"a\") }}\n# BROKEN\n");
    let report = bench.run(Run::default());
    assert_eq!(report.status, BuildStatus::SomeFailed);
    assert!(with(&bench, "Zwei").is_empty());
    assert!(!with(&bench, "/02 b.").is_empty());
}
