//! After any sequence of edits, what builds made step by step equals a clean build byte for byte.
//!
//! A failure names its seed and the edits. [`edits`] has what can happen to a course.

mod edits;

use std::collections::BTreeMap;

use clx_testkit::fake_kernel::{FakeKernel, FakeStart, run_if_asked};
use clx_testkit::random::Random;
use clx_tests::e2e::{Clx, Run, TestCourse, finish};
use edits::Author;

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

/// Builds of a sequence, and edits before each at most.
const N_BUILDS: usize = 5;
const N_EDITS: usize = 4;

/// The kernel's own role; see [`run_if_asked`].
#[test]
fn fake_kernel() {
    run_if_asked();
}

/// How builds treat code.
enum Code {
    Shown,
    Run(tempfile::TempDir),
}

impl Code {
    fn run() -> Self {
        let kernels = tempfile::tempdir().expect("a temp dir");
        FakeKernel::new(FakeStart::Ready).install(kernels.path(), "python3");
        Self::Run(kernels)
    }

    fn build(&self, course: &TestCourse, args: &[&str]) -> Run {
        match self {
            Self::Shown => CLX.build(course, "course.xml", args),
            Self::Run(kernels) => {
                let command = CLX.executing(course, kernels.path(), args);
                finish(command.start().expect("clx starts"))
            }
        }
    }
}

/// Edits and builds as a seed says; compares with a clean build in the middle and at the end.
fn check(seed: u64, code: &Code) {
    let mut random = Random::new(seed);
    let mut author = Author::new(&mut random);
    let mut told = Vec::new();
    for build in 0..N_BUILDS {
        if build > 0 {
            for _ in 0..=random.below(N_EDITS) {
                told.push(author.edit(&mut random));
            }
        }
        let args = author.args();
        let run = code.build(&author.course, &args);
        told.push(format!("build {args:?}: status {}", run.status));
        // What was edited a moment before a build leaves no trace of it; the second one has one, and the
        // next begins with that.
        if random.one_in(2) {
            let again = code.build(&author.course, &args);
            assert_eq!(
                again.status,
                run.status,
                "seed {seed}\n{}\n{}",
                told.join("\n"),
                again.stderr
            );
        }
        if build % 2 == 0 {
            let place = format!("seed {seed}\n{}\n{}", told.join("\n"), run.stderr);
            compare(&mut author, code, &run, &place);
        }
    }
}

/// Compares the trees with those of a course that has the same sources and was never built.
fn compare(author: &mut Author, code: &Code, run: &Run, place: &str) {
    let clean = author.course.sources();
    let fresh = code.build(&clean, &author.args());
    assert_eq!(run.status, fresh.status, "{place}\n\nclean: {}", fresh.stderr);
    assert!(run.status <= 1, "{place}");
    let mut files = author.course.files("output");
    for (path, content) in author.take_own_files() {
        let found = files.remove(&path);
        assert_eq!(found.as_deref(), Some(content.as_bytes()), "{path} is not clx's\n{place}");
    }
    // The tree of a target that the spec no longer names is nobody's business.
    files.retain(|path, _| author.is_in_target(path));
    let expected = clean.files("output");
    let mut extra = difference(&files, &expected);
    // What was edited by hand and is no longer wanted is kept.
    extra.retain(|path| !author.was_edited(path));
    assert!(extra.is_empty(), "left over: {extra:#?}\n{place}");
    let missing = difference(&expected, &files);
    assert!(missing.is_empty(), "missing: {missing:#?}\n{place}");
    let other: Vec<_> = expected
        .iter()
        .filter(|(path, content)| files[*path] != **content)
        .map(|(path, _)| path)
        .collect();
    assert!(other.is_empty(), "other bytes: {other:#?}\n{place}");
    author.tidy_edited(&expected);
}

fn difference(left: &BTreeMap<String, Vec<u8>>, right: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    left.keys().filter(|path| !right.contains_key(*path)).cloned().collect()
}

#[test]
fn edits_give_what_a_clean_build_gives() {
    (0..6).for_each(|seed| check(seed, &Code::Shown));
}

#[test]
fn more_edits_give_what_a_clean_build_gives() {
    (6..12).for_each(|seed| check(seed, &Code::Shown));
}

#[test]
fn edits_of_code_that_runs_give_what_a_clean_build_gives() {
    let code = Code::run();
    (100..103).for_each(|seed| check(seed, &code));
}
