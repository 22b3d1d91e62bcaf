//! Each target on its corpus, and on mutations of it that are the same every time.

#![expect(clippy::print_stdout, reason = "the input that broke something is shown")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clx_fuzz::{TARGETS, target};
use clx_testkit::random::Random;

use self::mutation::mutated;

mod mutation;

/// How many mutations are tried, and how long at most.
const N_MUTATIONS: u64 = 2000;
const LIMIT: Duration = Duration::from_secs(8);

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// Returns the files of a target in the order of their names.
fn inputs(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let directory = corpus().join(name);
    let entries = fs::read_dir(&directory).expect("each target has a corpus");
    let paths: BTreeSet<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    let read = |path: PathBuf| {
        let bytes = fs::read(&path).expect("a file");
        (path, bytes)
    };
    paths.into_iter().map(read).collect()
}

/// Prints an input if its target panics.
struct ShownOnPanic<'a> {
    name: String,
    bytes: &'a [u8],
}

impl Drop for ShownOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}: {}", self.name, self.bytes.escape_ascii());
        }
    }
}

fn check(name: &str) {
    let run = target(name).expect("a target").run;
    let inputs = inputs(name);
    for (path, bytes) in &inputs {
        let _shown = ShownOnPanic { name: path.display().to_string(), bytes };
        run(bytes);
    }
    let begin = Instant::now();
    let pool: Vec<&[u8]> = inputs.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    let mut n_tried = 0;
    while n_tried < N_MUTATIONS && begin.elapsed() < LIMIT {
        let bytes = mutated(&pool, &mut Random::new(n_tried));
        let _shown = ShownOnPanic { name: format!("mutation {n_tried}"), bytes: &bytes };
        run(&bytes);
        n_tried += 1;
    }
    assert!(n_tried >= 20, "only {n_tried} mutations in {LIMIT:?}");
}

#[test]
fn each_target_has_a_corpus_and_each_corpus_a_target() {
    let directories = fs::read_dir(corpus()).expect("a directory");
    let names: BTreeSet<String> = directories
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    let expected = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names, expected);
    for name in &names {
        assert!((5..=30).contains(&inputs(name).len()), "{name}");
    }
}

macro_rules! targets {
    ($($test:ident: $name:literal),* $(,)?) => {
        $(
            #[test]
            fn $test() {
                check($name);
            }
        )*

        #[test]
        fn each_target_is_tested() {
            assert_eq!(TARGETS.iter().map(|target| target.name).collect::<Vec<_>>(), [$($name),*]);
        }
    };
}

targets! {
    course_specs_of_any_bytes: "course_spec",
    drawio_files_of_any_bytes: "drawio",
    requests_of_any_bytes: "gateway",
    notebooks_of_any_text: "ipynb",
    templates_of_any_text: "jinja",
    kernel_messages_of_any_bytes: "kernel",
    percent_scripts_of_any_text: "percent",
    plantuml_of_any_bytes: "plantuml",
}
