//! `clx git`: repositories of outputs, pushed to bare ones in a temp dir.

use std::fs;
use std::path::{Path, PathBuf};

use clx_process::Spawn;
use clx_tests::e2e::{Clx, Run, TestCourse, finish};
use serde_json::{Value, json};

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

const SPEC: &str = "course-specs/course.xml";
const ENGLISH: &str = "output/public/En/Course";
const PAGE: &str = "output/public/En/Course/Slides/Python/Completed/Part/01 slides_a.py";

/// Settings that no machine decides.
fn settled(command: Spawn) -> Spawn {
    ["AUTHOR", "COMMITTER"]
        .into_iter()
        .fold(command, |command, role| {
            let (name, address) = (format!("GIT_{role}_NAME"), format!("GIT_{role}_EMAIL"));
            command.env(name, "Ada").env(address, "ada@example.org")
        })
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
}

/// A course, and bare repositories that its outputs are pushed to.
struct Bench {
    course: TestCourse,
    remotes: tempfile::TempDir,
}

impl Bench {
    /// Makes a course that was built, and empty remotes for both languages.
    fn new() -> Self {
        let remotes = tempfile::tempdir().expect("a temp dir");
        let bench = Self { course: TestCourse::with_topics(&[("a", "# %%\nx = 1\n")]), remotes };
        bench.github(&format!("file://{}", bench.remotes.path().display()), "");
        for name in ["course-de", "course-en"] {
            let path = bench.remotes.path().join(name);
            bench.git(
                bench.remotes.path(),
                &["init", "--quiet", "--bare", path.to_str().expect("UTF-8")],
            );
        }
        bench.build();
        bench
    }

    /// Writes the spec's element `github`.
    fn github(&self, base: &str, more: &str) {
        self.course.write_spec("<topic>a</topic>");
        let spec = fs::read_to_string(self.course.spec("course.xml")).expect("a spec");
        let github = format!(
            "<github><repository-base>{base}</repository-base><project-slug>course</project-slug>{more}</github></course>"
        );
        self.course.write(SPEC, spec.replace("</course>", &github));
    }

    fn build(&self) {
        let _built = CLX.build(&self.course, "course.xml", &[]).expect(0);
    }

    fn clx(&self, args: &[&str]) -> Run {
        let args = [&["git"], args].concat();
        let command = settled(CLX.command(&args)).current_dir(self.course.root());
        finish(command.start().expect("clx starts"))
    }

    #[track_caller]
    fn git(&self, directory: &Path, args: &[&str]) -> String {
        let command = settled(Spawn::new("git")).args(args).current_dir(directory);
        let run = finish(command.start().expect("git starts")).expect(0);
        run.stderr.trim().to_owned()
    }

    fn english(&self) -> PathBuf {
        self.course.root().join(ENGLISH)
    }

    /// Returns the subjects of the commits that a remote has, newest first.
    fn pushed(&self, remote: &str) -> String {
        self.git(&self.remotes.path().join(remote), &["log", "--format=%s", "master"])
    }

    fn status(&self) -> Value {
        self.clx(&["status", SPEC, "--format", "json"]).expect(0).json()["repositories"].clone()
    }

    /// Changes the notebook and builds.
    fn edit(&self, source: &str) {
        self.course.write("slides/module_100_m/topic_100_a/slides_a.py", source);
        self.build();
    }
}

#[test]
fn outputs_are_committed_and_pushed_one_repository_per_language() {
    let bench = Bench::new();
    let remote = format!("file://{}", bench.remotes.path().display());
    assert_eq!(
        bench.clx(&["init", SPEC]).expect(0).stdout,
        format!(
            "public de: made a repository with the branch `master`; {remote}/course-de is empty\n\
             public en: made a repository with the branch `master`; {remote}/course-en is empty\n"
        )
    );
    assert_eq!(
        bench.clx(&["commit", SPEC, "-m", "First"]).expect(0).stdout,
        "public de: committed 6 files\npublic en: committed 6 files\n"
    );
    assert_eq!(
        bench.clx(&["commit", SPEC, "-m", "Again"]).expect(0).stdout,
        "public de: nothing to commit\npublic en: nothing to commit\n"
    );
    assert_eq!(
        bench.clx(&["push", SPEC]).expect(0).stdout,
        "public de: pushed\npublic en: pushed\n"
    );
    assert_eq!(bench.pushed("course-en"), "First");
    bench.edit("# %%\nx = 2\n");
    assert_eq!(
        bench.clx(&["sync", SPEC, "-m", "-- Second"]).expect(0).stdout,
        "public de: committed 5 files, pushed\npublic en: committed 5 files, pushed\n"
    );
    assert_eq!(bench.pushed("course-de"), "-- Second\nFirst");
    assert_eq!(
        bench.clx(&["push", SPEC]).expect(0).stdout,
        "public de: nothing to push\npublic en: nothing to push\n"
    );
}

#[test]
fn status_tells_what_is_where() {
    let bench = Bench::new();
    let remote = format!("file://{}", bench.remotes.path().display());
    let missing = bench.clx(&["status", SPEC]).expect(0).stdout;
    assert_eq!(
        missing,
        "TARGET  LANGUAGE  STATE          BRANCH  CHANGES  AHEAD  BEHIND  REMOTE\n\
         public  de        no repository  -       -        -      -       -\n\
         public  en        no repository  -       -        -      -       -\n"
    );
    let _made = bench.clx(&["init", SPEC, "--branch", "main"]).expect(0);
    let _synced = bench.clx(&["sync", SPEC, "-m", "First"]).expect(0);
    bench.edit("# %%\nx = 2\n");
    let _committed = bench.clx(&["commit", SPEC, "-m", "Second"]).expect(0);
    bench.course.write(&format!("{ENGLISH}/mine.txt"), "mine");
    assert_eq!(
        bench.clx(&["status", SPEC]).expect(0).stdout,
        format!(
            "TARGET  LANGUAGE  STATE    BRANCH  CHANGES  AHEAD  BEHIND  REMOTE\n\
             public  de        clean    main    0        1      0       {remote}/course-de\n\
             public  en        changed  main    1        1      0       {remote}/course-en\n"
        )
    );
    assert_eq!(
        bench.status()[1],
        json!({
            "target": "public",
            "language": "en",
            "directory": bench.english(),
            "state": "changed",
            "branch": "main",
            "changes": 1,
            "ahead": 1,
            "behind": 0,
            "remote": format!("{remote}/course-en"),
            "spec_remote": format!("{remote}/course-en"),
        })
    );
}

#[test]
fn builds_leave_repositories_alone() {
    let bench = Bench::new();
    let _made = bench.clx(&["init", SPEC]).expect(0);
    let _synced = bench.clx(&["sync", SPEC, "-m", "First"]).expect(0);
    let before = bench.course.files(&format!("{ENGLISH}/.git"));
    assert!(!before.is_empty());
    bench.build();
    bench.edit("# %%\nx = 2\n");
    bench.course.write_spec("");
    bench.build();
    assert_eq!(bench.course.files(&format!("{ENGLISH}/.git")), before);
    let left: Vec<_> =
        bench.course.files(ENGLISH).into_keys().filter(|path| !path.starts_with(".git/")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn dry_run_names_commands_and_changes_nothing() {
    let bench = Bench::new();
    let directory = bench.english();
    let directory = directory.display();
    let remote = format!("file://{}/course-en", bench.remotes.path().display());
    let english = |text: &str| text.split("public en: ").nth(1).expect("a line").to_owned();
    let said = bench.clx(&["init", SPEC, "--dry-run"]).expect(0).stdout;
    assert_eq!(
        english(&said),
        format!(
            "would run\n  git -C {directory} init --quiet --initial-branch=master -- .\n  \
             git -C {directory} remote add origin -- {remote}\n  \
             git -C {directory} fetch --quiet origin\n"
        )
    );
    assert!(!bench.english().join(".git").exists());
    let _made = bench.clx(&["init", SPEC]).expect(0);
    let before = bench.course.files(ENGLISH);
    let said = bench.clx(&["sync", SPEC, "-m", "It's new", "--dry-run"]).expect(0).stdout;
    assert_eq!(
        english(&said),
        format!(
            "would run\n  git -C {directory} add --all -- .\n  \
             git -C {directory} commit --quiet '--message=It'\\''s new'\n  \
             git -C {directory} push --quiet --set-upstream origin HEAD\n"
        )
    );
    let _said = bench.clx(&["reset", SPEC, "--dry-run"]).expect(0);
    assert_eq!(bench.course.files(ENGLISH), before);
}

#[test]
fn reset_takes_over_what_the_remote_has() {
    let bench = Bench::new();
    let _made = bench.clx(&["init", SPEC]).expect(0);
    let _synced = bench.clx(&["sync", SPEC, "-m", "First"]).expect(0);
    bench.edit("# %%\nx = 2\n");
    let _committed = bench.clx(&["commit", SPEC, "-m", "Only here"]).expect(0);
    bench.course.write(PAGE, "changed by hand");
    bench.course.write(&format!("{ENGLISH}/mine.txt"), "mine");
    assert_eq!(
        bench.clx(&["reset", SPEC]).expect(0).stdout,
        "public de: reset to the remote; dropped 1 commit, 0 changes\n\
         public en: reset to the remote; dropped 1 commit, 2 changes\n"
    );
    let page = fs::read_to_string(bench.course.root().join(PAGE)).expect("there");
    assert_eq!(page, "# %%\nx = 1\n");
    assert!(bench.english().join("mine.txt").exists(), "what was never committed stays");
}

#[test]
fn push_never_writes_over_the_commits_of_others() {
    let bench = Bench::new();
    let _made = bench.clx(&["init", SPEC]).expect(0);
    let _synced = bench.clx(&["sync", SPEC, "-m", "First"]).expect(0);
    let clone = bench.remotes.path().join("clone");
    let remote = bench.remotes.path().join("course-en");
    let paths = (remote.to_str().expect("UTF-8"), clone.to_str().expect("UTF-8"));
    bench.git(bench.remotes.path(), &["clone", "--quiet", paths.0, paths.1]);
    bench.git(&clone, &["commit", "--quiet", "--allow-empty", "-m", "Of others"]);
    bench.git(&clone, &["push", "--quiet"]);
    bench.edit("# %%\nx = 2\n");
    let refused = bench.clx(&["sync", SPEC, "-m", "Mine"]).expect(1);
    assert_eq!(refused.stdout, "public de: committed 5 files, pushed\n");
    refused.says(&["public en: error: `git -C", "push --quiet --set-upstream origin HEAD` failed"]);
    refused.says(&["hint: the remote has commits that are not here"]);
    assert_eq!(bench.pushed("course-en"), "Of others\nFirst");
}

#[test]
fn new_repository_goes_on_from_the_commits_of_its_remote() {
    let bench = Bench::new();
    let _made = bench.clx(&["init", SPEC]).expect(0);
    let _synced = bench.clx(&["sync", SPEC, "-m", "First"]).expect(0);
    bench.course.remove("output");
    bench.edit("# %%\nx = 2\n");
    let made = bench.clx(&["init", SPEC]).expect(0).stdout;
    assert!(
        made.contains("made a repository with the branch `master`, going on from file://"),
        "{made}"
    );
    assert_eq!(
        bench.clx(&["sync", SPEC, "-m", "Second"]).expect(0).stdout,
        "public de: committed 5 files, pushed\npublic en: committed 5 files, pushed\n"
    );
    assert_eq!(bench.pushed("course-en"), "Second\nFirst");
}

#[test]
fn what_is_missing_is_told_with_the_command_that_helps() {
    let bench = Bench::new();
    let refused = bench.clx(&["push", SPEC, "-T", "public"]).expect(1);
    assert_eq!(
        refused.stderr,
        "public de: error: no repository\n  hint: `clx git init course-specs/course.xml` makes one\n\
         public en: error: no repository\n  hint: `clx git init course-specs/course.xml` makes one\n"
    );
    let _made = bench.clx(&["init", SPEC]).expect(0);
    let refused = bench.clx(&["push", SPEC]).expect(1);
    refused.says(&["public en: error: nothing was committed yet"]);
    bench.course.remove("output");
    assert_eq!(
        bench.clx(&["init", SPEC]).expect(1).stderr,
        "public de: not built\n  hint: `clx build course-specs/course.xml` builds them\n\
         public en: not built\n  hint: `clx build course-specs/course.xml` builds them\n"
    );
    assert_eq!(
        bench.clx(&["init", SPEC, "--target", "speaker"]).expect(2).stderr,
        "error: no repository for the target `speaker`\n  \
         hint: add `<include-speaker>true</include-speaker>` to `github` in the spec\n"
    );
    assert_eq!(
        bench.clx(&["init", SPEC, "--target", "nobody"]).expect(2).stderr,
        "error: no repository for the target `nobody`\n  hint: there are: public\n"
    );
}

#[test]
fn remote_of_a_repository_is_never_changed() {
    let bench = Bench::new();
    let _made = bench.clx(&["init", SPEC]).expect(0);
    bench.github("https://host/x", "");
    let remote = format!("file://{}/course-en", bench.remotes.path().display());
    let directory = bench.english();
    let said = bench.clx(&["init", SPEC]).expect(0).stdout;
    let expected = format!(
        "public en: is a repository already; its remote is {remote}, not that of the spec\n  \
         to change it: git -C {} remote set-url origin https://host/x/course-en\n",
        directory.display()
    );
    assert!(said.ends_with(&expected), "{said}");
    bench.git(&directory, &["remote", "remove", "origin"]);
    let said = bench.clx(&["init", SPEC]).expect(0).stdout;
    assert!(said.ends_with("public en: added the remote\n"), "{said}");
    assert_eq!(bench.status()[1]["remote"], "https://host/x/course-en");
}

#[test]
fn missing_git_is_told() {
    let bench = Bench::new();
    let command = CLX.command(&["git", "init", SPEC]).env("PATH", "/nonexistent");
    let run = finish(command.current_dir(bench.course.root()).start().expect("clx starts"));
    assert_eq!(
        run.expect(4).stderr,
        "public de: error: the program `git` was not found\n  \
         hint: install Git with the package manager of the system\n"
    );
}

#[test]
fn remotes_have_suffixes_after_their_targets() {
    let bench = Bench::new();
    let targets = |names: &[&str]| {
        let target = |name: &&str| {
            format!("<output-target name='{name}'><path>out/{name}</path></output-target>")
        };
        let targets: String = names.iter().map(target).collect();
        format!(
            "<include-speaker>True</include-speaker></github><output-targets>{targets}</output-targets><github>"
        )
    };
    let remotes = |names: &[&str]| -> Vec<String> {
        bench.github("https://host/x/", &targets(names));
        let status = bench.status();
        let list = status.as_array().expect("a list").iter();
        list.map(|row| row["spec_remote"].as_str().expect("an address").to_owned()).collect()
    };
    assert_eq!(
        remotes(&["students", "speaker"]),
        [
            "https://host/x/course-de",
            "https://host/x/course-en",
            "https://host/x/course-de-speaker",
            "https://host/x/course-en-speaker",
        ]
    );
    bench.github("https://host/x", "<include-speaker>True</include-speaker>");
    let status = bench.status();
    assert_eq!(status[3]["spec_remote"], "https://host/x/course-en-speaker");
    assert_eq!(status[3]["directory"], json!(bench.course.root().join("output/speaker/En/Course")));
    bench.github("https://host/x", &targets(&["students", "public"]));
    assert_eq!(
        bench.clx(&["status", SPEC]).expect(3).stderr,
        "course-specs/course.xml: error: the targets `students` and `public` would both be pushed to \
         `https://host/x/course-de`\n  \
         hint: the first target, `public` and `default` have no suffix: rename one of them\n"
    );
}

#[test]
fn addresses_that_run_programs_are_refused_before_git_sees_them() {
    let bench = Bench::new();
    let evil = bench.course.root().join("evil");
    let canary = bench.remotes.path().join("canary");
    for base in [
        format!("ext::sh -c 'touch {}' ", canary.display()),
        format!("-oProxyCommand=touch {}", canary.display()),
        format!("ssh://-oProxyCommand=touch {}", canary.display()),
        format!("file://{}", evil.display()),
        "/proc/self/cwd/evil".to_owned(),
        "evil".to_owned(),
    ] {
        bench.github(&base, "");
        for command in ["init", "push", "status"] {
            let refused = bench.clx(&[command, SPEC]).expect(3);
            refused.says(&["course-specs/course.xml: error: the address", "is refused"]);
        }
    }
    assert!(!canary.exists() && !bench.english().join(".git").exists());
}

#[test]
fn bare_repository_of_a_course_is_no_repository() {
    let bench = Bench::new();
    bench.git(&bench.english(), &["init", "--quiet", "--bare", "."]);
    let canary = bench.remotes.path().join("canary");
    let config = format!("[core]\n\tbare = true\n\tfsmonitor = touch {}\n", canary.display());
    bench.course.write(&format!("{ENGLISH}/config"), config);
    let refused = bench.clx(&["commit", SPEC, "-m", "x"]).expect(1);
    refused.says(&["public en: error: no repository"]);
    assert_eq!(bench.status()[1]["state"], "no_repository");
    let _made = bench.clx(&["init", SPEC]).expect(0);
    let _synced = bench.clx(&["sync", SPEC, "-m", "First"]).expect(0);
    assert!(!canary.exists());
}

#[test]
fn repository_of_the_course_itself_is_never_found() {
    let bench = Bench::new();
    bench.git(&bench.course.root(), &["init", "--quiet", "."]);
    let refused = bench.clx(&["commit", SPEC, "-m", "x"]).expect(1);
    refused.says(&["public en: error: no repository"]);
    let link = bench.english().join(".git");
    std::os::unix::fs::symlink(bench.course.root().join(".git"), link).expect("linked");
    let refused = bench.clx(&["commit", SPEC, "-m", "x", "-T", "public"]).expect(1);
    refused.says(&["public en: error:", "is no directory"]);
}
