//! `cargo xtask fuzz`: runs the targets of clx-fuzz under libFuzzer, one after the other.
//!
//! The package `fuzz/` is built by the stable compiler with the counters by which libFuzzer sees what an
//! input reaches. New inputs that reach something go to `target/fuzz/corpus`, those that break something
//! to `target/fuzz/artifacts`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::TaskError;
use crate::root;
use crate::run::Program;

/// Where everything is built and kept.
const TARGET: &str = "target/fuzz";

/// The hand-made inputs, a directory for each target.
const CORPUS: &str = "crates/clx-fuzz/corpus";

/// What `cargo fuzz` asks of the compiler, without a sanitizer, which needs a nightly one.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Cdebug-assertions -Ccodegen-units=1";

/// Limits of one input: seconds, and megabytes of the whole process.
const LIMITS: [&str; 2] = ["-timeout=30", "-rss_limit_mb=4096"];

/// Arguments of `cargo xtask fuzz`.
#[derive(Debug, clap::Args)]
pub(crate) struct Fuzz {
    /// The target to run; without it, all are
    #[arg(long)]
    target: Option<String>,
    /// How long each target runs
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
}

/// Runs the targets; fails if one has found something.
pub(crate) fn run(args: &Fuzz) -> Result<(), TaskError> {
    let root = root::repository()?;
    let names = targets(&root, args.target.as_deref())?;
    let program = build(&root)?;
    let mut n_findings = 0;
    for name in &names {
        let directory = root.join(TARGET);
        let (corpus, artifacts) =
            (directory.join("corpus").join(name), directory.join("artifacts").join(name));
        let scratch = std::env::temp_dir().join(format!("clx-fuzz-{}", std::process::id()));
        [&corpus, &artifacts, &scratch].into_iter().try_for_each(|path| make(path))?;
        let known = files(&artifacts)?;
        let mut fuzzer = fuzzer(&root, &program, name)
            .variable("TMPDIR", &scratch)
            .argument(format!("-max_total_time={}", args.seconds))
            .argument(format!("-artifact_prefix={}/", artifacts.display()))
            .argument("-print_final_stats=1");
        for limit in LIMITS {
            fuzzer = fuzzer.argument(limit);
        }
        let ended = fuzzer.argument(corpus).argument(root.join(CORPUS).join(name)).run();
        fs::remove_dir_all(&scratch).map_err(|source| io(&scratch, source))?;
        let found: Vec<PathBuf> = files(&artifacts)?.difference(&known).cloned().collect();
        for path in &found {
            let again = fuzzer_on(&root, &program, name, path);
            crate::say(&format!("!!! {name} FOUND SOMETHING; again: {}", again.shown()));
        }
        if found.is_empty() {
            ended?;
        }
        n_findings += found.len();
    }
    if n_findings == 0 { Ok(()) } else { Err(TaskError::Fuzz { findings: n_findings }) }
}

/// Returns the names of the wanted targets: those that have a corpus, which a test makes sure of.
fn targets(root: &Path, wanted: Option<&str>) -> Result<Vec<String>, TaskError> {
    let directories = files(&root.join(CORPUS))?;
    let names = directories.iter().filter_map(|path| path.file_name()?.to_str());
    let names: Vec<String> = names.map(str::to_owned).collect();
    match wanted {
        None => Ok(names),
        Some(wanted) if names.iter().any(|name| name == wanted) => Ok(vec![wanted.to_owned()]),
        Some(wanted) => Err(TaskError::NoSuchTarget { target: wanted.to_owned(), names }),
    }
}

/// Builds the program. A target triple that is named keeps the counters out of build scripts.
fn build(root: &Path) -> Result<PathBuf, TaskError> {
    let version = Program::new(root, "rustc -vV").read()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    let cargo = "cargo build --release --locked --manifest-path fuzz/Cargo.toml --target";
    Program::new(root, cargo)
        .argument(host)
        .variable("RUSTFLAGS", FLAGS)
        .variable("CARGO_TARGET_DIR", root.join(TARGET))
        .run()?;
    Ok(root.join(TARGET).join(host).join("release/fuzz"))
}

fn fuzzer(root: &Path, program: &Path, target: &str) -> Program {
    Program::new(root, &program.to_string_lossy()).variable("CLX_FUZZ_TARGET", target)
}

/// Returns what runs a target on one input.
fn fuzzer_on(root: &Path, program: &Path, target: &str, input: &Path) -> Program {
    fuzzer(root, program, target).argument(input)
}

fn make(directory: &Path) -> Result<(), TaskError> {
    fs::create_dir_all(directory).map_err(|source| io(directory, source))
}

/// Returns what lies in a directory.
fn files(directory: &Path) -> Result<BTreeSet<PathBuf>, TaskError> {
    let at = |source| io(directory, source);
    let entries = fs::read_dir(directory).map_err(at)?;
    entries.map(|entry| Ok(entry.map_err(at)?.path())).collect()
}

fn io(path: &Path, source: std::io::Error) -> TaskError {
    TaskError::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_chosen_by_name() {
        let root = root::repository().unwrap();
        assert_eq!(targets(&root, Some("percent")).unwrap(), ["percent"]);
        assert!(targets(&root, None).unwrap().contains(&"gateway".to_owned()));
        let refused = targets(&root, Some("nothing")).unwrap_err().to_string();
        assert!(refused.starts_with("there is no target `nothing`: course_spec, "), "{refused}");
    }

    #[test]
    fn finding_is_told_with_the_command_that_replays_it() {
        let (root, program) = (Path::new("/r"), Path::new("/r/fuzz"));
        let again = fuzzer_on(root, program, "jinja", Path::new("/r/crash-1"));
        assert_eq!(again.shown(), "CLX_FUZZ_TARGET=jinja /r/fuzz /r/crash-1");
    }
}
