//! `clx cache`: what builds remember.

use std::collections::BTreeSet;

use clx_tests::e2e::{Clx, Run, TestCourse, finish};

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

/// Differs from the source of the second topic in every output.
const OTHER: &str = "# %% [markdown]\n# Other\n\n# %%\ny = 3\n";

fn course() -> TestCourse {
    let source = format!("# %%\nx = 1\n\n# %% [markdown]\n# {}\n", "Prose. ".repeat(1000));
    TestCourse::with_topics(&[("a", &source), ("b", "# %%\ny = 2\n")])
}

fn cache(course: &TestCourse, command: &str, args: &[&str]) -> Run {
    let spec = course.spec("course.xml");
    CLX.run(&[&["cache", command, spec.to_str().expect("UTF-8")], args].concat())
}

fn json(run: &Run) -> serde_json::Value {
    serde_json::from_str(&run.stdout).expect("one JSON object")
}

/// Builds and returns how many outputs were made.
fn made(course: &TestCourse) -> u64 {
    let run = CLX.build(course, "course.xml", &["-O", "json"]).expect(0);
    json(&run)["outputs_made"].as_u64().expect("a number")
}

#[test]
fn empty_cache_is_counted_and_checked() {
    let course = course();
    let counted = json(&cache(&course, "stats", &["--format", "json"]).expect(0));
    assert_eq!((&counted["results"], &counted["outputs"]), (&0.into(), &0.into()));
    let checked = cache(&course, "verify", &[]).expect(0);
    assert!(checked.stdout.contains("all are in order"), "{}", checked.stdout);
}

#[test]
fn pruning_leaves_what_the_outputs_are_made_of() {
    let course = course();
    let n_outputs = made(&course);
    let args = ["--max-age", "0", "--max-size", "0", "--format", "json"];
    let pruned = json(&cache(&course, "prune", &args).expect(0));
    assert_eq!(pruned["results"], 0);
    assert_eq!(made(&course), 0);
    // The first version of a page is no output any more.
    course.write("slides/module_100_m/topic_100_b/slides_b.py", "# %%\ny = 3\n");
    assert!(made(&course) > 0);
    let pruned = json(&cache(&course, "prune", &args).expect(0));
    assert!(pruned["results"].as_u64().is_some_and(|n| 0 < n && n < n_outputs), "{pruned}");
    assert_eq!(made(&course), 0);
}

#[test]
fn damage_is_found_dropped_and_made_again() {
    let course = course();
    let n_outputs = made(&course);
    let packs = course.root().join(".clx/blobs/packs");
    for pack in std::fs::read_dir(&packs).expect("packs").map(|entry| entry.expect("readable")) {
        std::fs::write(pack.path(), "torn").expect("written");
    }
    let checked = json(&cache(&course, "verify", &["--format", "json"]).expect(1));
    assert!(checked["damaged_blobs"].as_array().is_some_and(|blobs| !blobs.is_empty()));
    let again = made(&course);
    assert!(0 < again && again <= n_outputs, "{again}");
    let _clean = cache(&course, "verify", &[]).expect(0);
}

#[test]
fn cleared_cache_makes_all_anew_and_keeps_its_outputs() {
    let course = course();
    let n_outputs = made(&course);
    let cleared = cache(&course, "clear", &[]).expect(0);
    assert!(cleared.stdout.contains("the next build makes all anew"), "{}", cleared.stdout);
    assert_eq!(made(&course), n_outputs);
}

#[test]
fn broken_spec_is_named() {
    let course = course();
    course.write("course-specs/course.xml", "<course>");
    cache(&course, "stats", &[]).expect(3).says(&["course.xml", "error"]);
}

#[test]
fn results_are_listed_with_what_they_are() {
    let course = course();
    let n_outputs = made(&course);
    let results = course.results(CLX);
    assert_eq!(results.len() as u64, n_outputs);
    assert!(results.iter().all(|result| result["current"] == true));
    let variants: BTreeSet<_> =
        results.iter().map(|result| format!("{} {}", result["kind"], result["variant"])).collect();
    assert_eq!(variants.len(), 18, "{variants:?}");

    let args = ["--kind", "html", "--source", "topic_100_a", "--sort", "size", "--limit", "2"];
    let table = cache(&course, "list", &args).expect(0).stdout;
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines.len(), 5, "{table}");
    assert!(lines[0].starts_with("KEY") && lines[1].contains("topic_100_a/slides_a.py"), "{table}");
    assert_eq!(lines[4], "2 of 6 results; `--limit 6` lists all.");

    let listed = json(&cache(&course, "list", &["--sort", "size", "--format", "json"]).expect(0));
    let sizes: Vec<_> = listed["results"].as_array().expect("a list").iter().collect();
    assert!(sizes.windows(2).all(|pair| pair[0]["bytes"].as_u64() >= pair[1]["bytes"].as_u64()));
}

#[test]
fn another_machine_takes_all_from_what_it_imported() {
    for name in ["cache.tar.gz", "cache"] {
        let course = course();
        let n_outputs = made(&course);
        let archive = course.root().join("..").join(name);
        let archive = archive.to_str().expect("UTF-8");
        let exported = cache(&course, "export", &[archive]).expect(0);
        assert!(exported.stdout.starts_with("Exported 36 results"), "{}", exported.stdout);
        let other = course.sources();
        let imported = cache(&other, "import", &[archive]).expect(0);
        assert_eq!(imported.stdout, format!("Imported {n_outputs} results.\n"));
        assert_eq!(made(&other), 0);
        assert!(other.files("output") == course.files("output"));
        let again = cache(&other, "import", &[archive]).expect(0);
        assert_eq!(again.stdout, format!("Imported 0 results, {n_outputs} known already.\n"));
    }
}

#[test]
fn archive_has_only_current_results_if_asked() {
    let course = course();
    let n_outputs = made(&course);
    course.write("slides/module_100_m/topic_100_b/slides_b.py", OTHER);
    assert!(made(&course) > 0);
    let archive = course.root().join("cache.tar");
    let args = [archive.to_str().expect("UTF-8"), "--only-current", "--format", "json"];
    let exported = json(&cache(&course, "export", &args).expect(0));
    assert!(exported["results"].as_u64() < Some(course.results(CLX).len() as u64), "{exported}");
    let other = course.sources();
    let _imported = cache(&other, "import", &args[..1]).expect(0);
    assert_eq!((made(&other), other.results(CLX).len() as u64), (0, n_outputs));
}

#[test]
fn torn_archive_is_named_and_what_is_whole_is_used() {
    let course = course();
    let n_outputs = made(&course);
    let archive = course.root().join("cache.tar");
    let name = archive.to_str().expect("UTF-8");
    let _exported = cache(&course, "export", &[name]).expect(0);
    let whole = std::fs::read(&archive).expect("an archive");
    std::fs::write(&archive, &whole[..whole.len() / 2]).expect("written");
    let other = course.sources();
    let run = cache(&other, "import", &[name, "--format", "json"]).expect(4);
    run.says(&["error:", "cache.tar ends early"]);
    run.says(&["hint: copy it again"]);
    let imported = json(&run)["imported"].as_u64().expect("a number");
    assert!(0 < imported && imported < n_outputs, "{imported}");
    let _whole = cache(&other, "verify", &[]).expect(0);
    assert_eq!(made(&other), n_outputs - imported);
    assert!(other.files("output") == course.files("output"));
}

#[test]
fn what_is_no_archive_is_refused_with_a_hint() {
    let course = course();
    let spec = course.spec("course.xml");
    let run = cache(&course, "import", &[spec.to_str().expect("UTF-8")]).expect(4);
    run.says(&["course.xml is no archive of a clx cache"]);
    run.says(&["hint:", "clx cache export"]);
    let target = course.root().join("cache.tar.zst");
    cache(&course, "export", &[target.to_str().expect("UTF-8")])
        .expect(4)
        .says(&["hint:", ".tar.gz"]);
}

#[test]
fn build_without_cache_reads_nothing_and_writes_all() {
    let course = course();
    course.write("slides/module_100_m/topic_100_a/data.txt", "data");
    let n_outputs = made(&course);
    let clean = course.files("output");
    course.poison();
    // Else there is nothing to look up.
    course.remove(".clx/traces");
    assert_eq!(made(&course), 0);
    assert!(course.files("output") != clean, "the store was believed");
    let run = CLX.build(&course, "course.xml", &["--no-cache", "-O", "json"]).expect(0);
    assert_eq!(
        (json(&run)["outputs_made"].as_u64(), json(&run)["outputs_cached"].as_u64()),
        (Some(n_outputs), Some(0))
    );
    assert!(course.files("output") == clean);
    assert_eq!(made(&course), 0, "what it made is remembered");
    assert!(course.files("output") == clean);
}

/// Makes every result look as if it was used last so many days ago, and the store as if it was pruned
/// then.
fn age(course: &TestCourse, days: i64) {
    let then = clx_core::Clock::now(&clx_core::SystemClock).as_us() - days * 86_400_000_000;
    let clock = std::sync::Arc::new(clx_core::ManualClock::at(clx_core::Timestamp::from_us(then)));
    let options = clx_store::StoreOptions { clock, ..Default::default() };
    let store = clx_store::Store::open(&course.root().join(".clx"), &options).expect("a store");
    for listed in store.list().expect("listed") {
        let result = store.lookup(&[listed.key]).expect("looked up").remove(0).expect("known");
        store.record(&listed.key, &result).expect("recorded");
    }
    course.write(".clx/pruned", then.to_string());
}

/// Changes every output of the second topic, so that a build has something to do.
fn edit(course: &TestCourse, version: u32) {
    let source = format!("# %% [markdown]\n# Version {version}\n\n# %%\ny = {version}\n");
    course.write("slides/module_100_m/topic_100_b/slides_b.py", source);
}

#[test]
fn builds_prune_once_a_day_within_their_limits() {
    let course = course();
    let n_outputs = made(&course);
    // Lets the course be this old, builds another version, and counts what is remembered.
    let build = |days: i64, was_pruned: bool, version: u32| {
        age(&course, days);
        if was_pruned {
            let now = clx_core::Clock::now(&clx_core::SystemClock).as_us();
            course.write(".clx/pruned", now.to_string());
        }
        edit(&course, version);
        assert_eq!(made(&course), 18, "version {version}");
        course.results(CLX).len() as u64
    };
    assert_eq!(build(80, false, 1), n_outputs + 18, "nothing is older than 90 days");
    assert_eq!(build(100, true, 2), n_outputs + 36, "it was pruned today");
    assert_eq!(build(100, false, 3), n_outputs, "what the outputs are made of stays");
    assert_eq!(made(&course), 0);
}

#[test]
fn limits_are_read_from_variables_and_wrong_ones_are_named() {
    let course = course();
    let spec = course.spec("course.xml");
    let args = ["build", spec.to_str().expect("UTF-8"), "--execute", "never"];
    let build = |name: &str, value: &str| {
        finish(CLX.command(&args).env(name, value).start().expect("clx starts"))
    };
    let run = build("CLX_CACHE_MAX_SIZE", "much").expect(3);
    run.says(&["error[CLX0903]", "CLX_CACHE_MAX_SIZE: `cache.max_size` cannot be `much`"]);
    run.says(&["hint:", "500M"]);
    build("CLX_CACHE_MAX_AGE", "3d").expect(3).says(&["CLX_CACHE_MAX_AGE", "cannot be `3d`"]);
    let n_after = |version: u32, max_age: &str| {
        age(&course, 100);
        edit(&course, version);
        let _built = build("CLX_CACHE_MAX_AGE", max_age).expect(0);
        course.results(CLX).len()
    };
    let _built = build("CLX_CACHE_MAX_AGE", "off").expect(0);
    assert_eq!([n_after(1, "off"), n_after(2, "off"), n_after(3, "7")], [54, 72, 36]);
}
