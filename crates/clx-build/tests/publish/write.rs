//! What is written, and what is left alone because it is right.

use std::fs;

use clx_build::BuildStatus;
use clx_testkit::course::TempCourse;
use clx_testkit::tree;

use crate::bench::Run;
use crate::bench::{Bench, codes};

#[test]
fn second_build_touches_nothing() {
    let bench = Bench::new(&[("Teil", &["a", "b"])]);
    let first = bench.build();
    let before = tree::stamps(&bench.output());
    assert!(first.written > 0 && first.written == before.len(), "{first:?}");
    let second = bench.build();
    assert_eq!((second.written, second.unchanged, second.removed), (0, before.len(), 0));
    assert_eq!(tree::stamps(&bench.output()), before);
}

#[test]
fn only_outputs_of_a_changed_source_are_written_again() {
    let bench = Bench::new(&[("Teil", &["a", "b"])]);
    bench.build();
    let before = tree::stamps(&bench.output());
    bench.course.write(&TempCourse::deck("b"), "# {{ header(\"b\", \"b\") }}\n# %%\nprint(2)\n");
    let report = bench.build();
    let after = tree::stamps(&bench.output());
    let changed: Vec<_> = after.iter().filter(|(path, stamp)| before[*path] != **stamp).collect();
    assert_eq!(changed.len(), report.written);
    assert!(!changed.is_empty());
    assert!(changed.iter().all(|(path, _)| path.to_string_lossy().contains("02 b.")));
}

#[test]
fn edited_and_deleted_outputs_are_restored() {
    let bench = Bench::new(&[("Teil", &["a"])]);
    bench.build();
    let right = tree::files(&bench.output());
    let mut paths = right.keys();
    let (edited, deleted) = (paths.next().unwrap(), paths.next_back().unwrap());
    fs::write(bench.output().join(edited), "by hand").unwrap();
    fs::remove_file(bench.output().join(deleted)).unwrap();
    let report = bench.build();
    assert_eq!(report.written, 2);
    assert_eq!(tree::files(&bench.output()), right);
}

#[test]
fn touched_output_is_not_written_again() {
    let bench = Bench::new(&[("Teil", &["a"])]);
    bench.build();
    let right = tree::files(&bench.output());
    let path = bench.output().join(right.keys().next().unwrap());
    let touched = fs::File::options().write(true).open(&path).unwrap();
    touched.set_modified(std::time::UNIX_EPOCH).unwrap();
    drop(touched);
    let before = tree::stamps(&bench.output());
    assert_eq!(bench.build().written, 0);
    assert_eq!(tree::stamps(&bench.output()), before);
}

#[test]
fn outputs_of_a_source_that_fails_are_absent() {
    let bench = Bench::new(&[("Teil", &["a", "b"])]);
    bench.build();
    let before = tree::files(&bench.output());
    bench.course.write(&TempCourse::deck("b"), "# {{ header(\"b\", \"b\") }}\n# BROKEN\n");
    let report = bench.run(Run::default());
    assert_eq!(report.status, BuildStatus::SomeFailed);
    assert_eq!((codes(&report), report.sources_failed), (vec!["CLX0299"], 1));
    let left: Vec<_> = tree::files(&bench.output()).into_keys().collect();
    let expected: Vec<_> =
        before.into_keys().filter(|path| !path.to_string_lossy().contains("02 b.")).collect();
    assert_eq!(left, expected);
}

#[test]
fn copies_of_directory_groups_have_the_time_of_their_source() {
    let bench = Bench::new(&[("Teil", &["a"])]);
    let group =
        "  <dir-groups><dir-group><name>Extra</name><path>extra</path></dir-group></dir-groups>\n";
    bench.course.set_sections(&[("Teil", &["a"])], group);
    bench.course.write("extra/deep/notes.txt", "notes");
    let source = bench.course.path("extra/deep/notes.txt");
    let old = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(&source).unwrap().set_modified(old).unwrap();
    bench.build();
    let copies: Vec<_> = tree::files(&bench.output())
        .into_keys()
        .filter(|path| path.ends_with("Extra/deep/notes.txt"))
        .collect();
    assert!(!copies.is_empty());
    for copy in copies {
        let metadata = fs::metadata(bench.output().join(copy)).unwrap();
        assert_eq!(metadata.modified().unwrap(), old);
    }
    assert_eq!(bench.build().written, 0);
}

#[test]
fn staging_folders_are_removed_also_those_of_the_dead() {
    let bench = Bench::new(&[("Teil", &["a"])]);
    let staging = |pid: &str| bench.output().join(format!(".clx-staging-{pid}"));
    // Above the highest pid that Linux gives; this process lives.
    let (dead, own) = ("4999999", std::process::id().to_string());
    for pid in [dead, "1", "not-a-pid"] {
        fs::create_dir_all(staging(pid)).unwrap();
        fs::write(staging(pid).join("7"), "half").unwrap();
    }
    bench.build();
    assert!(!staging(dead).exists());
    assert!(!staging(&own).exists());
    // Somebody's who lives, and nobody's.
    assert!(staging("1").join("7").exists());
    assert!(staging("not-a-pid").join("7").exists());
}
