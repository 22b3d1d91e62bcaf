//! Builds that are killed at any moment: nothing torn, nothing made twice whose result was recorded,
//! and in the end the same trees as without a kill.
//!
//! What was recorded is what `clx cache list` tells after the kill.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clx_process::{Spawn, Waited};
use clx_testkit::fake_kernel::{FakeKernel, FakeStart, run_if_asked};
use clx_testkit::random::Random;
use clx_tests::e2e::{Clx, Run, TestCourse, finish};

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

/// Notebooks, and how many of them run code.
const N_TOPICS: usize = 60;
const N_EXECUTED: usize = 12;

/// Builds that are killed for a seed.
const N_KILLS: usize = 10;

/// Courses that are begun for that, at most: some builds end before the moment comes.
const N_ROUNDS: usize = 20;

/// The kernel's own role; see [`run_if_asked`].
#[test]
fn fake_kernel() {
    run_if_asked();
}

/// A course whose code notes each run in a file outside of it.
struct Bench {
    course: TestCourse,
    kernels: tempfile::TempDir,
    log: PathBuf,
}

/// A build that was killed, and what was recorded then.
#[derive(Default)]
struct Recorded {
    outputs: usize,
    /// Topics whose code had run.
    runs: BTreeSet<String>,
}

impl Bench {
    fn new() -> Self {
        let kernels = tempfile::tempdir().expect("a temp dir");
        FakeKernel::new(FakeStart::Ready).install(kernels.path(), "python3");
        let log = kernels.path().join("log");
        let sources: Vec<(String, String)> = (0..N_TOPICS)
            .map(|n| {
                let prose = format!("# %% [markdown]\n# Topic {n}\n");
                let code = format!("\n# %%\nlog {} {n}.\nprint {n}\n", log.display());
                let code = if n % (N_TOPICS / N_EXECUTED) == 0 { code } else { String::new() };
                (format!("t{n}"), format!("{prose}{}{code}", "# More prose.\n".repeat(n * 20)))
            })
            .collect();
        let topics: Vec<_> =
            sources.iter().map(|(id, source)| (id.as_str(), source.as_str())).collect();
        let bench = Self { course: TestCourse::with_topics(&topics), kernels, log };
        let spec = std::fs::read_to_string(bench.course.spec("course.xml")).expect("a spec");
        let target = "<output-targets><output-target name=\"t\"><path>output</path>\
                      <kinds><kind>completed</kind></kinds><languages><language>en</language>\
                      </languages></output-target></output-targets></course>";
        bench.course.write("course-specs/course.xml", spec.replace("</course>", target));
        bench
    }

    fn command(&self, workers: &str) -> Spawn {
        CLX.executing(&self.course, self.kernels.path(), &["-O", "json", "--workers", workers])
    }

    /// Begins a build and kills it when its progress reaches a random point; false if it had ended
    /// before.
    fn kill(&self, workers: &str, random: &mut Random) -> bool {
        let (measure, most): (&dyn Fn() -> usize, usize) = match random.below(4) {
            0 => (&|| n_files(&self.course.root().join(".clx")), 16),
            1 => (&|| self.n_runs(), 3),
            _ => (&|| n_files(&self.course.root().join("output")), 40),
        };
        let goal = measure() + random.below(most);
        let mut child = self.command(workers).start().expect("clx starts");
        loop {
            let waited = child.wait(Duration::from_millis(1)).expect("it can be waited for");
            match waited {
                Waited::Exited(_) => return false,
                Waited::TimedOut if measure() >= goal => break,
                Waited::TimedOut => {}
            }
        }
        child.kill().expect("it can be killed");
        true
    }

    fn n_runs(&self) -> usize {
        std::fs::read_to_string(&self.log).map_or(0, |text| text.lines().count())
    }

    /// Counts the runs of each topic so far.
    fn runs(&self) -> BTreeMap<String, usize> {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let mut runs = BTreeMap::new();
        for line in text.lines() {
            *runs.entry(format!("t{}", line.trim_end_matches('.'))).or_default() += 1;
        }
        runs
    }

    fn recorded(&self) -> Recorded {
        let mut recorded = Recorded::default();
        for result in self.course.results(CLX) {
            if result["kind"] == "run" {
                let source = result["source"].as_str().expect("a path").to_owned();
                let name = source.rsplit_once("slides_").expect("a deck").1;
                recorded.runs.insert(name.trim_end_matches(".py").to_owned());
            } else {
                recorded.outputs += 1;
            }
        }
        recorded
    }

    fn verify(&self) -> Run {
        let spec = self.course.spec("course.xml");
        CLX.run(&["cache", "verify", spec.to_str().expect("UTF-8")])
    }

    /// Kills builds one after the other, `n` at most, until one ends by itself; then builds once more
    /// and compares with a clean build. Returns how many were killed.
    fn round(
        &self,
        workers: &str,
        n: usize,
        random: &mut Random,
        clean: &BTreeMap<String, Vec<u8>>,
        place: &str,
    ) -> usize {
        let mut recorded = Recorded::default();
        let mut n_killed = 0;
        while n_killed < n {
            let before = self.runs();
            let was_killed = self.kill(workers, random);
            self.assert_nothing_twice(&recorded, &before, place);
            let _clean = self.verify().expect(0);
            recorded = self.recorded();
            if !was_killed {
                break;
            }
            n_killed += 1;
        }
        let before = self.runs();
        let run = finish(self.command(workers).start().expect("clx starts")).expect(0);
        self.assert_nothing_twice(&recorded, &before, place);
        let cached = run.json()["outputs_cached"].as_u64().expect("a number");
        assert!(cached >= recorded.outputs as u64, "{place}: {cached}, {}", recorded.outputs);
        let files = self.course.files("output");
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&files), names(clean), "{place}");
        assert!(files == *clean, "{place}: a file has other bytes than in a clean build");
        let _clean = self.verify().expect(0);
        n_killed
    }

    /// Forgets all builds.
    fn reset(&self) {
        self.course.remove("output");
        self.course.remove(".clx");
        std::fs::write(&self.log, "").expect("written");
    }

    #[track_caller]
    fn assert_nothing_twice(
        &self,
        recorded: &Recorded,
        before: &BTreeMap<String, usize>,
        place: &str,
    ) {
        for (topic, n) in self.runs() {
            let again = n > before.get(&topic).copied().unwrap_or_default();
            assert!(!(again && recorded.runs.contains(&topic)), "{place}: {topic} ran again");
        }
    }
}

/// Kills builds of a course from its first build on, once for each seed.
fn check(seeds: std::ops::Range<u64>, workers: &str) {
    let bench = Bench::new();
    let _built = finish(bench.command(workers).start().expect("clx starts")).expect(0);
    let clean = bench.course.files("output");
    assert_eq!((clean.len(), bench.n_runs()), (N_TOPICS * 3, N_EXECUTED));
    for seed in seeds {
        let mut random = Random::new(seed);
        let mut n_killed = 0;
        for round in 0..N_ROUNDS {
            bench.reset();
            let place = format!("seed {seed}, {workers}, round {round}, after {n_killed} kills");
            n_killed += bench.round(workers, N_KILLS - n_killed, &mut random, &clean, &place);
            if n_killed == N_KILLS {
                break;
            }
        }
        assert_eq!(n_killed, N_KILLS, "seed {seed}: builds end before they can be killed");
    }
}

/// Counts files, also while others come and go.
fn n_files(directory: &Path) -> usize {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => n_files(&entry.path()),
            _ => 1,
        })
        .sum()
}

#[test]
fn builds_in_threads_end_as_if_never_killed() {
    check(0..2, "in-process");
}

#[test]
fn more_builds_in_threads_end_as_if_never_killed() {
    check(2..4, "in-process");
}

#[test]
fn builds_in_processes_end_as_if_never_killed() {
    check(4..5, "direct");
}
