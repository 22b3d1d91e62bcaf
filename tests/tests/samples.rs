//! What every command prints, whole, compared with the files in `samples/`; see [`clx_tests::sample`].

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clx_backend_sqlite::open_session;
use clx_process::Spawn;
use clx_queue::{
    NewJob, NewWorker, Queue, Seat, SessionId, SessionRole, SqliteOptions, SqliteQueue, WorkerMode,
};
use clx_tests::e2e::{Clx, TestCourse, finish};
use clx_tests::sample::{Sample, directory, is_renewing};

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

/// Two outputs of each source, so that lists are short.
const TARGETS: &str = "\
  <output-targets>
    <output-target name='students'>
      <path>out</path>
      <kinds><kind>completed</kind></kinds>
      <formats><format>html</format><format>code</format></formats>
      <languages><language>en</language></languages>
    </output-target>
  </output-targets>
</course>";

const A: &str = "slides/module_100_m/topic_100_a/slides_a.py";
const B: &str = "slides/module_100_m/topic_100_b/slides_b.py";

/// Where commands are typed.
struct Stage {
    course: TestCourse,
    /// Programs that are found; nothing else is.
    programs: tempfile::TempDir,
}

impl Stage {
    /// A course of two slide files; the second one is wrong.
    fn new() -> Self {
        Self::of("# %% [markdown]\n# {{ oops }}\n")
    }

    fn of(second: &str) -> Self {
        // So long that it takes longer than the other one, whatever else the machine does.
        let prose = "\n# %% [markdown]\n# Prose, and *more* of it.\n".repeat(300);
        let first = format!("# %% [markdown]\n# # Hello\n\n# %%\nx = 1\n{prose}");
        let course = TestCourse::with_topics(&[("a", &first), ("b", second)]);
        let spec = std::fs::read_to_string(course.spec("course.xml")).expect("a spec");
        let spec = spec.replace("</course>", TARGETS);
        course.write("course-specs/course.xml", spec);
        let programs = tempfile::tempdir().expect("a temp dir");
        Self { course, programs }
    }

    /// The course after a build.
    fn built() -> Self {
        let stage = Self::new();
        let _some_failed = stage.build().expect(1);
        stage
    }

    fn build(&self) -> clx_tests::e2e::Run {
        // One worker, so that its number is known.
        let args = ["build", "course-specs/course.xml", "--execute", "never"];
        let args = [&args[..], &["--notebook-workers", "1"]].concat();
        finish(self.command(&args).start().expect("clx starts"))
    }

    fn command(&self, args: &[&str]) -> Spawn {
        let home = self.outside("user");
        let command = CLX
            .command(args)
            .current_dir(self.course.root())
            .env("PATH", self.programs.path())
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("CLX_TOOLS_DIR", self.outside("tools"))
            .env("DOCKER_HOST", "unix:///nonexistent/docker.sock")
            .env_remove("DOCKER_CONTEXT")
            .env_remove("JAVA_HOME")
            .env_remove("GITHUB_ACTIONS")
            .env_remove("GITHUB_WORKSPACE")
            .env_remove("GITHUB_STEP_SUMMARY");
        // Commits are of nobody's settings.
        let identity = ["AUTHOR", "COMMITTER"].into_iter().fold(command, |command, role| {
            let (name, address) = (format!("GIT_{role}_NAME"), format!("GIT_{role}_EMAIL"));
            command.env(name, "Ada").env(address, "ada@example.org")
        });
        identity.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null")
    }

    /// Returns a path beside the course.
    fn outside(&self, name: &str) -> PathBuf {
        self.course.root().with_file_name(name)
    }

    /// Lets the programs of this machine be found, too.
    fn link(&self, name: &str, to: &Path) {
        std::os::unix::fs::symlink(to, self.programs.path().join(name)).expect("linked");
    }

    /// Runs commands as they are typed and compares all that they print.
    #[track_caller]
    fn sample(&self, name: &str, lines: &[&str]) {
        self.sample_of(name, lines, |command| command);
    }

    #[track_caller]
    fn sample_of(&self, name: &str, lines: &[&str], with: impl Fn(Spawn) -> Spawn) {
        let mut sample = self.begin(name);
        self.add(&mut sample, lines, &with);
        sample.check();
    }

    fn begin(&self, name: &str) -> Sample {
        let parent = self.course.root().parent().expect("a temp dir").to_owned();
        Sample::new(name)
            .hide(&self.course.root(), "/COURSE")
            .hide(&parent, "/HERE")
            .hide(self.programs.path(), "/PROGRAMS")
    }

    fn add(&self, sample: &mut Sample, lines: &[&str], with: &dyn Fn(Spawn) -> Spawn) {
        for line in lines {
            let words: Vec<&str> = line.split(' ').skip(1).collect();
            let command = with(self.command(&words));
            sample.add(line, &finish(command.start().expect("clx starts")));
        }
    }
}

/// A build that goes on: a worker has its first job, the second one waits.
struct Underway {
    stage: Stage,
    queue: SqliteQueue,
    session: SessionId,
}

impl Underway {
    fn new() -> Self {
        let stage = Stage::new();
        let file = stage.course.root().join(".clx/jobs.db");
        let queue = SqliteQueue::open(&file, &SqliteOptions::default()).expect("a queue");
        let note = r#"{"spec": "course-specs/course.xml", "course": "Course"}"#;
        let root = stage.course.root();
        let session = open_session(&queue, &root, SessionRole::Own, note).expect("a session");
        let jobs = [A, B].map(|label| NewJob::new("notebook", label, vec![]));
        queue.enqueue(session, jobs.to_vec()).expect("jobs");
        let new = NewWorker::new(session, "notebook", WorkerMode::Process);
        let worker = queue.register_worker(&new).expect("a worker");
        queue.activate_worker(worker, None).expect("it goes live");
        let claimed = Seat::new(worker).claim(&queue, vec![], Duration::ZERO).expect("a claim");
        assert_eq!(claimed.jobs.len(), 1);
        Self { stage, queue, session }
    }
}

/// Returns the commands that do something, by their words joined by `-`.
fn commands() -> BTreeSet<String> {
    // Clap's own type is not named here: only the command line knows clap.
    let root = clx_cli::args::groups::command(Some("build"));
    let mut open: Vec<_> =
        root.get_subcommands().map(|command| (String::new(), command.clone())).collect();
    let mut leaves = BTreeSet::new();
    while let Some((above, command)) = open.pop() {
        if command.is_hide_set() || command.get_name() == "help" {
            continue;
        }
        let name = format!("{above}{}", command.get_name());
        let below = format!("{name}-");
        open.extend(command.get_subcommands().map(|sub| (below.clone(), sub.clone())));
        // `clx setup` does something by itself, too.
        if !command.has_subcommands() || !command.is_subcommand_required_set() {
            leaves.insert(name);
        }
    }
    leaves
}

#[test]
fn every_command_has_a_sample_and_every_sample_a_command() {
    if is_renewing() {
        // The other tests write them at this moment.
        return;
    }
    let others = ["clx".to_owned()];
    let expected: BTreeSet<_> = commands().into_iter().chain(others).collect();
    let entries = std::fs::read_dir(directory()).expect("samples");
    let names = entries.map(|entry| entry.expect("readable").path());
    let found: BTreeSet<_> = names
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    let lacking: Vec<_> = expected.difference(&found).collect();
    let stray: Vec<_> = found.difference(&expected).collect();
    assert!(
        lacking.is_empty() && stray.is_empty(),
        "without a sample: {lacking:?}; of no command: {stray:?}"
    );
    for name in &found {
        let text = std::fs::read_to_string(directory().join(format!("{name}.txt"))).expect("text");
        let command = name.replace('-', " ").replacen("clx", "", 1);
        let begin = format!("$ clx {}", command.trim());
        assert!(text.starts_with(begin.trim_end()), "{name} is not about its command");
    }
}

#[test]
fn wrong_words() {
    Stage::new().sample(
        "clx",
        &[
            "clx buidl",
            "clx build slides",
            "clx build a.xml --jobs 0",
            "clx jobs list --state done",
        ],
    );
}

#[test]
fn build() {
    let stage = Stage::new();
    stage.sample(
        "build",
        &[
            "clx build course-specs/course.xml --execute never",
            "clx build course-specs/course.xml --execute never -O json",
            "clx build course-specs/course.xml --execute never -O github",
            "clx build course-specs/course.xml --execute never -O quiet --only a",
            "clx build course-specs/course.xml --targets teachers",
            "clx build course-specs/none.xml",
        ],
    );
}

#[test]
fn watch() {
    Stage::new().sample("watch", &["clx watch course-specs/course.xml --execute sometimes"]);
}

#[test]
fn plan_and_explain() {
    let stage = Stage::of("# %%\ny = 2\n");
    let explain = format!("clx explain {A} --execute never");
    stage.sample(
        "plan",
        &[
            "clx plan course-specs/course.xml --execute never",
            "clx plan course-specs/course.xml --execute never --format json",
            "clx build course-specs/course.xml --execute never -O quiet",
            "clx plan course-specs/course.xml --execute never",
            "clx plan course-specs/course.xml",
            "clx plan course-specs/none.xml",
        ],
    );
    stage.course.write(A, "# %%\nx = 3\n");
    stage.sample(
        "explain",
        &[
            &explain,
            &format!("{explain} --format json"),
            "clx explain slides/none.py --execute never",
        ],
    );
}

#[test]
fn new_courses_and_topics() {
    let stage = Stage::new();
    stage.sample("init", &["clx init ../new", "clx init ../new"]);
    stage.sample("new-topic", &["clx new topic loops", "clx new topic loops"]);
}

#[test]
fn course_without_a_build() {
    let stage = Stage::new();
    let spec = "course-specs/course.xml";
    let both = |command: &str| {
        let line = format!("clx {command} {spec}");
        stage.sample(command, &[&line, &format!("{line} --format json")]);
    };
    ["targets", "decks", "outline"].into_iter().for_each(both);
    stage.sample(
        "validate",
        &[
            "clx validate course-specs/course.xml",
            "clx validate course-specs/course.xml --format json",
            "clx validate course-specs/none.xml",
        ],
    );
}

#[test]
fn orphans() {
    let stage = Stage::new();
    let mut sample = stage.begin("orphans");
    stage.add(&mut sample, &["clx orphans"], &|command| command);
    stage.course.write("slides/module_200_x/topic_100_c/slides_c.py", "# %%\n");
    stage.add(&mut sample, &["clx orphans", "clx orphans --format json"], &|command| command);
    sample.check();
}

#[test]
fn cache() {
    let stage = Stage::built();
    let both = |command: &str, more: &str| {
        let line = format!("clx cache {command} course-specs/course.xml{more}");
        let name = format!("cache-{command}");
        stage.sample(&name, &[&line, &format!("{line} --format json")]);
    };
    both("stats", "");
    both("list", " --sort source");
    both("prune", "");
    both("verify", "");
    stage.sample(
        "cache-export",
        &[
            "clx cache export course-specs/course.xml results.tar.gz",
            "clx cache export course-specs/course.xml results.tar.gz",
            "clx cache export course-specs/course.xml results",
        ],
    );
    both("clear", "");
    stage.sample(
        "cache-import",
        &[
            "clx cache import course-specs/course.xml results.tar.gz",
            "clx cache import course-specs/course.xml results",
            "clx cache import course-specs/course.xml none.tar.gz",
        ],
    );
}

#[test]
fn what_builds_did() {
    let stage = Stage::built();
    stage.sample(
        "status",
        &["clx status", "clx status --format compact", "clx status --format json"],
    );
    stage.sample(
        "builds-list",
        &["clx builds list", "clx builds list --format json", "clx builds list --state-dir none"],
    );
    stage.sample(
        "builds-show",
        &["clx builds show", "clx builds show --format json", "clx builds show 7"],
    );
    stage.sample(
        "jobs-list",
        &[
            "clx jobs list",
            "clx jobs list --failed --format json",
            "clx jobs list --source loops",
            "clx jobs list --limit 1",
        ],
    );
    stage.sample(
        "jobs-show",
        &["clx jobs show 2", "clx jobs show 2 --format json", "clx jobs show 7"],
    );
    stage.sample("jobs-retry", &["clx jobs retry 2", "clx jobs retry 7"]);
    stage.sample("jobs-watch", &["clx jobs watch --build 1", "clx jobs watch --build 7"]);
    stage.sample("monitor", &["clx monitor"]);
    stage.sample("serve", &["clx serve --host 0.0.0.0", "clx serve --state-dir none"]);
}

#[test]
fn builds_that_go_on_are_steered() {
    let underway = Underway::new();
    let stage = &underway.stage;
    stage.sample("workers-list", &["clx workers list", "clx workers list --format json"]);
    stage.sample(
        "workers-show",
        &["clx workers show 1", "clx workers show 1 --format json", "clx workers show 7"],
    );
    stage.sample(
        "jobs-cancel",
        &[
            "clx jobs cancel --source slides --dry-run",
            "clx jobs cancel --kind notebook",
            "clx jobs cancel 2",
            "clx jobs cancel 2",
            "clx jobs cancel 1 --format json",
        ],
    );
    stage.sample("workers-stop", &["clx workers stop 1", "clx workers stop 7"]);
    underway.queue.close_session(underway.session).expect("closed");
    stage.sample("workers-reap", &["clx workers reap", "clx workers reap --format json"]);
}

#[test]
fn files_of_queue_and_cache() {
    let stage = Stage::built();
    let both = |command: &str, more: &str| {
        let line = format!("clx db {command}{more}");
        stage.sample(&format!("db-{command}"), &[&line, &format!("{line} --format json")]);
    };
    both("stats", "");
    both("check", "");
    stage.sample(
        "db-prune",
        &["clx db prune", "clx db prune --completed-days 0", "clx db prune --format json"],
    );
    both("vacuum", "");
    stage.sample("db-backup", &["clx db backup copies", "clx db backup copies"]);
    stage.sample("db-delete", &["clx db delete", "clx db delete --force", "clx db stats"]);
}

#[test]
fn tools_that_lack() {
    let stage = Stage::new();
    stage.sample("doctor", &["clx doctor", "clx doctor --format json"]);
    stage.sample("setup", &["clx setup", "clx setup --format json"]);
    stage.sample("setup-plantuml", &["clx setup plantuml --check", "clx setup plantuml"]);
    stage.sample("setup-drawio", &["clx setup drawio --check", "clx setup drawio"]);
    stage.sample("docker-build", &["clx docker build", "clx docker build --only none"]);
    stage.sample("docker-list", &["clx docker list", "clx docker list --format json"]);
    stage.sample("docker-pull", &["clx docker pull", "clx docker pull --from example.org/clx"]);
    stage.sample("docker-push", &["clx docker push", "clx docker push --to example.org/clx"]);
    stage.sample("pool-run", &["clx pool run course-specs/course.xml"]);
}

#[test]
fn kernels_are_set_up() {
    let stage = Stage::new();
    let fake = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/clx-setup/tests/fake/python3");
    stage.link("python3", &fake);
    let path = format!("{}:/usr/bin:/bin", stage.programs.path().display());
    stage.sample_of(
        "setup-kernels",
        &[
            "clx setup kernels --check --language python",
            "clx setup kernels --language python",
            "clx setup kernels --language python --format json",
        ],
        |command| command.env("PATH", &path),
    );
}

#[test]
fn configuration() {
    let stage = Stage::new();
    stage.sample("config-locate", &["clx config locate", "clx config locate --format json"]);
    stage.sample("config-init", &["clx config init", "clx config init"]);
    stage.sample(
        "config-set",
        &[
            "clx config set worker_management.jobs 2",
            "clx config set worker_management.jbos 2",
            "clx config set worker_management.jobs x",
        ],
    );
    stage.sample("config-show", &["clx config show", "clx config show --origin"]);
    stage.sample(
        "config-unset",
        &["clx config unset worker_management.jobs", "clx config unset worker_management.jobs"],
    );
    stage.sample("config-schema", &["clx config schema --help"]);
}

#[test]
fn repositories_of_outputs() {
    let stage = Stage::of("# %%\ny = 2\n");
    let path = std::env::var("PATH").unwrap_or_default();
    let with = |command: Spawn| command.env("PATH", &path);
    let remotes = stage.outside("remotes");
    let github = format!(
        "<github><repository-base>file://{}</repository-base><project-slug>course</project-slug></github></course>",
        remotes.display()
    );
    let spec = std::fs::read_to_string(stage.course.spec("course.xml")).expect("a spec");
    stage.course.write("course-specs/course.xml", spec.replace("</course>", &github));
    let mut init = stage.begin("git-init");
    stage.add(&mut init, &["clx git init course-specs/course.xml"], &with);
    let remote =
        Spawn::new("git").args(["init", "--quiet", "--bare"]).arg(remotes.join("course-en"));
    let remote = remote.env("GIT_CONFIG_GLOBAL", "/dev/null").start().expect("git starts");
    let _made = finish(remote).expect(0);
    let _built = stage.build().expect(0);
    stage.add(&mut init, &["clx git init course-specs/course.xml"], &with);
    init.check();
    stage.sample_of(
        "git-status",
        &[
            "clx git status course-specs/course.xml",
            "clx git status course-specs/course.xml --format json",
        ],
        with,
    );
    stage.sample_of(
        "git-commit",
        &[
            "clx git commit course-specs/course.xml -m First",
            "clx git commit course-specs/course.xml -m Again",
        ],
        with,
    );
    stage.sample_of("git-push", &["clx git push course-specs/course.xml"], with);
    stage.course.write(A, "# %%\nx = 3\n");
    let _built = stage.build().expect(0);
    stage.sample_of("git-sync", &["clx git sync course-specs/course.xml -m Second"], with);
    stage.sample_of("git-reset", &["clx git reset course-specs/course.xml"], with);
}

#[test]
fn manuals() {
    let stage = Stage::new();
    stage.sample("completions", &["clx completions", "clx completions cmd"]);
    stage.sample("man", &["clx man --dir pages", "clx man --dir course-specs/course.xml"]);
}
