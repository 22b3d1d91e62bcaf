//! Layers, refusals and edits, with files in temp dirs.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::time::Duration;

use crate::setting::{
    CELL_TIMEOUT, DIAGRAMS, JOBS_DB_PATH, NOTEBOOK_COUNT, PLANTUML_JAR, SPARE_KERNELS, STATE_DIR,
};
use crate::{Config, EditError, KEYS, Layer, Sources, code, initialise, set, unset};

/// A course and a home, with files as they are written.
struct Bench {
    directory: tempfile::TempDir,
    sources: Sources,
}

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::create_dir(at("course")).unwrap();
        let sources = Sources {
            course: Some(at("course")),
            user: Some(at("home/clx/config.toml")),
            system: Some(at("etc/config.toml")),
            working_directory: at("work"),
            ..Sources::default()
        };
        Self { directory, sources }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn variable(&mut self, name: &str, value: &str) -> &mut Self {
        self.sources.variables.insert(name.into(), value.into());
        self
    }

    fn load(&self) -> Config {
        Config::load(&self.sources)
    }

    /// Codes of the problems, with their lines and columns.
    fn problems(&self) -> Vec<(String, Option<u32>, Option<u32>)> {
        let problems = self.load().problems().to_vec();
        let place = |problem: clx_core::Diagnostic| {
            let (line, column) =
                problem.location.map(|at| (at.line, at.column)).unwrap_or_default();
            (problem.code, line, column)
        };
        problems.into_iter().map(place).collect()
    }
}

const PROJECT: &str = "course/clx.toml";
const LOCAL: &str = "course/.clx/config.toml";
const USER: &str = "home/clx/config.toml";
const SYSTEM: &str = "etc/config.toml";

#[test]
fn first_layer_that_sets_a_key_wins() {
    let mut bench = Bench::new();
    let spare = |bench: &Bench| {
        let config = bench.load();
        assert_eq!(config.problems(), []);
        let origin = config.current(&SPARE_KERNELS.key).origin;
        (
            config.get(&SPARE_KERNELS),
            origin.to_string().replace(bench.path("").to_str().unwrap(), ""),
        )
    };
    let text = |n: u32| format!("# layer {n}\n\n[execution]\nspare_kernels = {n}\n");
    assert_eq!(spare(&bench), (1, "default".to_owned()));
    for (n, name) in [(2, SYSTEM), (3, USER), (4, PROJECT), (5, LOCAL)] {
        bench.write(name, &text(n));
        assert_eq!(spare(&bench), (n, format!("{name}:4")));
    }
    bench.variable("CLX_EXECUTION__SPARE_KERNELS", "6");
    assert_eq!(spare(&bench), (6, "CLX_EXECUTION__SPARE_KERNELS".to_owned()));
    bench.variable("CLX_EXECUTION__SPARE_KERNELS", "");
    assert_eq!(spare(&bench).0, 5);
}

#[test]
fn variable_of_the_key_wins_over_the_other_one() {
    let mut bench = Bench::new();
    bench.write(USER, "paths.jobs_db_path = \"u.db\"");
    assert_eq!(bench.load().get(&JOBS_DB_PATH), Some(bench.path("home/clx/u.db")));
    bench.variable("CLX_DB_PATH", "plain.db");
    assert_eq!(bench.load().get(&JOBS_DB_PATH), Some(bench.path("work/plain.db")));
    bench.variable("CLX_PATHS__JOBS_DB_PATH", "/own.db");
    assert_eq!(bench.load().get(&JOBS_DB_PATH), Some("/own.db".into()));
}

#[test]
fn other_keys_of_a_file_count_beside_those_that_are_overridden() {
    let bench = Bench::new();
    bench.write(USER, "[execution]\nspare_kernels = 2\ncell_timeout = 30\n");
    bench.write(PROJECT, "execution = { spare_kernels = 0 }\n[diagrams]\ndraw = 'never'");
    let config = bench.load();
    assert_eq!(config.get(&SPARE_KERNELS), 0);
    assert_eq!(config.get(&CELL_TIMEOUT), Some(Duration::from_secs(30)));
    assert_eq!(config.get(&DIAGRAMS), "never");
}

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
        "worker_management.default_execution_mode",
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
        let value = match key.kind {
            crate::Kind::Choice(words) => words[words.len() - 1],
            _ => "evil",
        };
        let line = format!("{} = \"{value}\"\n", key.name);
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
fn setting_a_key_keeps_all_else() {
    let bench = Bench::new();
    let before =
        "# mine\n[execution] # about code\n# few\nspare_kernels = 3 # or four\n\n[watch]\n";
    bench.write(USER, before);
    let set = |name: &str, value: &str| set(&bench.sources, Layer::User, name, value).unwrap();
    assert_eq!(set("execution.spare_kernels", "4"), bench.path(USER));
    set("execution.cell_timeout", "60");
    set("watch.debounce", "0.5");
    set("cache.max_size", "500M");
    set("worker_management.notebook.count", "2");
    let after = "# mine\n[execution] # about code\n# few\nspare_kernels = 4 # or four\ncell_timeout = \
                 60\n\n[watch]\ndebounce = 0.5\n\n[cache]\nmax_size = \
                 \"500M\"\n\n[worker_management.notebook]\ncount = 2\n";
    assert_eq!(bench.read(USER), after);
    assert_eq!(bench.load().problems(), []);
    let unset = |name: &str| unset(&bench.sources, Layer::User, name).unwrap();
    assert_eq!(unset("execution.cell_timeout"), (bench.path(USER), true));
    assert_eq!(unset("execution.cell_timeout"), (bench.path(USER), false));
    assert!(!bench.read(USER).contains("cell_timeout"));
}

#[test]
fn typed_path_begins_where_it_is_typed_but_in_a_course() {
    let bench = Bench::new();
    set(&bench.sources, Layer::User, "paths.state_dir", "state").unwrap();
    assert_eq!(bench.load().get(&STATE_DIR), Some(bench.path("work/state")));
    set(&bench.sources, Layer::Project, "paths.state_dir", "state").unwrap();
    assert_eq!(bench.read(PROJECT), "[paths]\nstate_dir = \"state\"\n");
    assert_eq!(bench.load().get(&STATE_DIR), Some(bench.path("course/state")));
}

#[test]
fn what_is_wrong_is_not_written() {
    let bench = Bench::new();
    let set = |name: &str, value: &str| set(&bench.sources, Layer::User, name, value).unwrap_err();
    assert!(matches!(set("execution.spare_kernels", "-1"), EditError::Refused { .. }));
    assert!(matches!(set("execution.spare", "1"), EditError::UnknownKey { .. }));
    assert!(matches!(set("logging.log_level", "INFO"), EditError::UnusedKey { .. }));
    assert!(!bench.path(USER).exists());
    bench.write(USER, "[execution\n");
    assert!(matches!(set("execution.spare_kernels", "1"), EditError::Refused { .. }));
    bench.write(USER, "execution = 3\n");
    assert!(matches!(set("execution.spare_kernels", "1"), EditError::Refused { .. }));
    assert_eq!(bench.read(USER), "execution = 3\n");
}

#[test]
fn file_that_is_a_link_stays_one() {
    let bench = Bench::new();
    bench.write("dotfiles/clx.toml", "# kept\n");
    fs::create_dir_all(bench.path("home/clx")).unwrap();
    symlink(bench.path("dotfiles/clx.toml"), bench.path(USER)).unwrap();
    set(&bench.sources, Layer::User, "diagrams.draw", "never").unwrap();
    assert!(bench.path(USER).symlink_metadata().unwrap().is_symlink());
    assert_eq!(bench.read("dotfiles/clx.toml"), "# kept\n\n[diagrams]\ndraw = \"never\"\n");
    let left = fs::read_dir(bench.path("dotfiles")).unwrap().count();
    assert_eq!(left, 1);
}

#[test]
fn new_file_changes_nothing_and_becomes_one_by_removing_marks() {
    for layer in Layer::ALL {
        let bench = Bench::new();
        let path = initialise(&bench.sources, layer, false).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let again = initialise(&bench.sources, layer, false);
        assert!(matches!(again, Err(EditError::Exists { .. })));
        assert_eq!(bench.load().problems(), []);
        assert!(bench.load().iter().all(|(_, current)| current.origin.kind() == "default"));
        // Without the marks, all keys with a default stand in the right section.
        let is_key = |line: &&str| line.starts_with('#') && !line.starts_with("# ");
        let marked: Vec<_> = text.lines().filter(is_key).collect();
        let allowed = KEYS.iter().filter(|key| crate::edit::may_set(layer, key));
        assert_eq!(marked.len(), allowed.count());
        let open = |line: &str| match line.strip_prefix('#') {
            Some(key) if !key.starts_with(' ') && !key.ends_with('=') => key.to_owned(),
            _ => line.to_owned(),
        };
        let opened: Vec<_> = text.lines().map(open).collect();
        fs::write(&path, opened.join("\n")).unwrap();
        assert_eq!(bench.load().problems(), []);
        let config = bench.load();
        let set = config.iter().filter(|(_, current)| current.origin.kind() != "default");
        assert!(set.count() > 10);
        initialise(&bench.sources, layer, true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn nothing_is_written_where_there_is_no_place() {
    let nowhere = Sources::default();
    for layer in Layer::ALL {
        assert!(matches!(initialise(&nowhere, layer, false), Err(EditError::NoPlace { .. })));
        let set = set(&nowhere, layer, "diagrams.draw", "never");
        assert!(matches!(set, Err(EditError::NoPlace { .. })));
    }
}

#[test]
fn relative_path_begins_beside_its_file() {
    let bench = Bench::new();
    bench.write(USER, "[external_tools]\nplantuml_jar = \"tools/p.jar\"\n");
    assert_eq!(bench.load().get(&PLANTUML_JAR), Some(bench.path("home/clx/tools/p.jar")));
    bench.write(USER, "[external_tools]\nplantuml_jar = \"~/p.jar\"\n");
    assert_eq!(bench.load().get(&PLANTUML_JAR), None);
    assert!(bench.problems()[0].0 == code::WRONG_VALUE);
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
