//! What is told, and what courses may not do.

use std::fs;
use std::os::unix::fs::symlink;

use super::{Bench, LOCAL, PROJECT, SYSTEM, USER};
use crate::setting::{NOTEBOOK_COUNT, SPARE_KERNELS, STATE_DIR};
use crate::{EditError, KEYS, Layer, code, set};

#[test]
fn problems_of_all_sources_are_told_at_once() {
    let mut bench = Bench::new();
    bench.write(PROJECT, "[execution]\nspare_kernels = 65\n\n[watch]\nport = \"x\"\n");
    bench.write(USER, "[cache]\nmax_szie = 3\n[logging]\nlog_level = 'INFO'\n");
    bench.write(SYSTEM, "[cache\n");
    bench.variable("CLX_EXECUTION__CELL_TIMEOUT", "0");
    bench.variable("CLX_EXECUTON__CELL_TIMEOUT", "1");
    let expected = [
        (code::WRONG_VALUE, None, None),
        (code::UNKNOWN_KEY, None, None),
        (code::WRONG_VALUE, Some(2), Some(17)),
        (code::WRONG_VALUE, Some(5), Some(8)),
        (code::UNKNOWN_KEY, Some(2), Some(1)),
        (code::UNUSED_KEY, Some(3), Some(2)),
        (code::SYNTAX, Some(1), Some(7)),
    ];
    let expected = expected.map(|(code, line, column)| (code.to_owned(), line, column));
    assert_eq!(bench.problems(), expected);
}

#[test]
fn problem_has_place_frame_and_hint() {
    let bench = Bench::new();
    bench.write(USER, "[worker_management.notebook]\ncount = 0 # none\n");
    let problem = bench.load().problems()[0].to_string();
    let expected = format!(
        "{}:2:9: error[CLX0903]: `worker_management.notebook.count` cannot be \
         `0`\n    2 | count = 0 # none\n      |         ^\n  hint: write a whole \
         number from 1 to 1024",
        bench.path(USER).display()
    );
    assert_eq!(problem, expected);
    assert_eq!(bench.load().get(&NOTEBOOK_COUNT), None);
}

#[test]
fn unknown_keys_are_told_with_a_suggestion() {
    let check = |text: &str, message: &str, hint: &str| {
        let bench = Bench::new();
        bench.write(USER, text);
        let problems = bench.load().problems().to_vec();
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        assert!(problems[0].message.contains(message), "{text}: {problems:?}");
        assert!(problems[0].hint.as_ref().unwrap().contains(hint), "{text}: {problems:?}");
        assert!(!problems[0].is_error());
    };
    check("[execution]\nspare_kernel = 1", "`execution.spare_kernel`", "`execution.spare_kernels`");
    check("[build]\nspare_kernels = 1\ncell_timeout = 3", "`build`", "config show");
    check("[diagrm]\ndraw = 'never'", "`diagrm`", "did you mean `diagrams`?");
    check("spare_kernels = 1", "`spare_kernels`", "`execution.spare_kernels`");
    check("[workers]\nuse_sqlite_queue = true", "`workers.use_sqlite_queue`", "remove it");
    check("[workers]\nuse_sqlite = true", "no key `workers.use_sqlite`", "config show");
}

#[test]
fn value_in_the_place_of_a_section_is_wrong() {
    let bench = Bench::new();
    bench.write(USER, "worker_management = 3\n");
    assert_eq!(bench.problems(), [(code::WRONG_VALUE.to_owned(), Some(1), Some(1))]);
}

#[test]
fn course_chooses_no_program_and_widens_nothing() {
    let refused = KEYS.iter().filter(|key| !crate::edit::may_set(Layer::Project, key));
    let refused: Vec<_> = refused.collect();
    let names: Vec<_> = refused.iter().map(|key| key.name).collect();
    let expected = [
        "external_tools.plantuml_jar",
        "external_tools.drawio_executable",
        "external_tools.tools_dir",
        "external_tools.browser_sandbox",
        "hosts.queue",
        "hosts.store",
        "worker_management.default_execution_mode",
        "worker_management.weight",
        "worker_management.most_workers",
        "worker_management.network",
        "worker_management.notebook.image",
        "execution.execute",
        "kernels.python",
        "kernels.cpp",
        "kernels.csharp",
        "kernels.java",
        "kernels.typescript",
        "docker.registry",
    ];
    assert_eq!(names, expected);
    for key in refused {
        let (value, quote) = match key.kind {
            crate::Kind::Choice(words) => (words[words.len() - 1], "\""),
            crate::Kind::Count { .. } => ("7", ""),
            _ => ("evil", "\""),
        };
        let line = format!("{} = {quote}{value}{quote}\n", key.name);
        let bench = Bench::new();
        for file in [PROJECT, LOCAL] {
            bench.write(file, &line);
            assert_eq!(bench.problems()[0].0, code::NOT_FOR_COURSES, "{}", key.name);
            assert_eq!(bench.load().current(key).origin.kind(), "default", "{}", key.name);
        }
        bench.write(USER, &line);
        assert_eq!(bench.load().current(key).origin.kind(), "user", "{}", key.name);
        let set = set(&bench.sources, Layer::Project, key.name, value);
        assert!(matches!(set, Err(EditError::Refused { .. })), "{}", key.name);
    }
}

#[test]
fn paths_of_a_course_stay_in_it() {
    let bench = Bench::new();
    let (course, outside) = (bench.path("course"), bench.path("outside"));
    fs::create_dir(&outside).unwrap();
    symlink(&outside, course.join("link")).unwrap();
    for path in ["../outside", "/tmp/x", "link", "link/deep", "a/../../x"] {
        bench.write(PROJECT, &format!("[paths]\nstate_dir = \"{path}\"\n"));
        assert_eq!(bench.load().get(&STATE_DIR), None, "{path}");
        assert_eq!(bench.problems()[0], (code::NOT_FOR_COURSES.to_owned(), Some(2), Some(13)));
        let set = set(&bench.sources, Layer::Project, "paths.state_dir", path);
        assert!(matches!(set, Err(EditError::Refused { .. })), "{path}");
        bench.write(USER, &format!("[paths]\nstate_dir = \"{path}\"\n"));
        assert_eq!(bench.load().get(&STATE_DIR), Some(bench.path("home/clx").join(path)));
        fs::remove_file(bench.path(USER)).unwrap();
    }
    bench.write(PROJECT, "paths.state_dir = \"state\"");
    assert_eq!(bench.load().get(&STATE_DIR), Some(course.join("state")));
}

#[test]
fn link_out_of_a_course_is_no_file_of_it() {
    let bench = Bench::new();
    bench.write("secret.toml", "[execution]\nspare_kernels = 9\n");
    symlink(bench.path("secret.toml"), bench.path(PROJECT)).unwrap();
    assert_eq!(bench.problems()[0].0, code::NOT_FOR_COURSES);
    assert_eq!(bench.load().get(&SPARE_KERNELS), 1);
    let path = set(&bench.sources, Layer::Project, "execution.spare_kernels", "2").unwrap();
    assert_eq!(path, bench.path(LOCAL));
    assert_eq!(bench.read("secret.toml"), "[execution]\nspare_kernels = 9\n");
}

#[test]
fn files_of_strangers_do_not_steer_the_terminal() {
    let bench = Bench::new();
    let text = "\"\\u001b[2J\" = 1\n[images]\nmode = \"\\u001b[31mred\"\n[paths]\nstate_dir = \
                \"../\\u001b[2J\"\n";
    for text in [text, "images = \u{1b}[2J"] {
        bench.write(PROJECT, text);
        let problems = bench.load().problems().to_vec();
        assert!(!problems.is_empty());
        for problem in problems {
            let shown = problem.to_string().replace('\n', "");
            assert!(!shown.chars().any(char::is_control), "{shown:?}");
        }
    }
}

#[test]
fn unreadable_file_is_an_error() {
    let bench = Bench::new();
    fs::create_dir_all(bench.path(USER)).unwrap();
    assert_eq!(bench.problems()[0].0, code::UNREADABLE);
    fs::remove_dir(bench.path(USER)).unwrap();
    fs::write(bench.path(USER), b"\xff").unwrap();
    assert_eq!(bench.problems()[0].0, code::UNREADABLE);
}

#[test]
fn schema_has_every_key_with_its_range() {
    let schema = crate::schema();
    for key in KEYS {
        let pointer = key.name.split('.').map(|name| format!("/properties/{name}"));
        let found = schema.pointer(&pointer.collect::<String>());
        let about = found.and_then(|key| key["description"].as_str()).unwrap_or_default();
        assert!(about.starts_with(&key.about()), "{}", key.name);
    }
    let port = schema.pointer("/properties/watch/properties/port").unwrap();
    assert_eq!((&port["minimum"], &port["default"]), (&1024.into(), &4680.into()));
}
