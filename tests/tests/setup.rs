//! `clx setup` and `clx doctor` on a machine whose Python only pretends to fetch packages.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use clx_tests::e2e::{Clx, Run, finish};

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

/// A directory of programs and a tool folder.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Self {
        let machine = Self(tempfile::tempdir().expect("a temp dir"));
        let fake = "../crates/clx-setup/tests/fake/python3";
        let fake = Path::new(env!("CARGO_MANIFEST_DIR")).join(fake);
        symlink(fake, machine.path("python3")).expect("linked");
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Run {
        let path = format!("{}:/usr/bin:/bin", self.0.path().display());
        let command = CLX.command(args).env("PATH", path).env("CLX_TOOLS_DIR", self.path("tools"));
        finish(command.start().expect("clx starts"))
    }
}

fn json(run: &Run) -> serde_json::Value {
    serde_json::from_str(&run.stdout).expect("one JSON object on standard output")
}

const PYTHON_AND_TYPESCRIPT: &[&str] =
    &["setup", "kernels", "--format", "json", "--language", "python,typescript"];

#[test]
fn kernels_are_set_up_once_and_listed() {
    let machine = Machine::new();
    let first = machine.run(PYTHON_AND_TYPESCRIPT).expect(0);
    first.says(&["python: fetching ipykernel"]);
    first.says(&["typescript: ready after"]);
    let listed = json(&first);
    assert_eq!(listed["tools_dir"], machine.path("tools").to_str().expect("UTF-8"));
    assert_eq!(listed["tools"][1]["kernel"], "deno");
    let prefix = listed["tools"][1]["path"].as_str().expect("a path");
    assert!(Path::new(prefix).join("share/jupyter/kernels/deno/kernel.json").is_file());
    let second = machine.run(PYTHON_AND_TYPESCRIPT).expect(0);
    assert_eq!((json(&second), &*second.stderr), (listed, ""));
}

#[test]
fn check_fails_until_all_is_set_up_and_changes_nothing() {
    let machine = Machine::new();
    let check = &["setup", "kernels", "--check", "--language", "python"];
    let missing = machine.run(check).expect(4);
    assert!(missing.stdout.contains("run `clx setup kernels --language python`"));
    assert!(!machine.path("tools").exists());
    let _set_up = machine.run(&["setup", "kernels", "--language", "python"]).expect(0);
    let _ready = machine.run(check).expect(0);
}

#[test]
fn failure_is_explained_and_others_are_set_up() {
    let machine = Machine::new();
    let _python = machine.run(&["setup", "kernels", "--language", "python"]).expect(0);
    std::fs::write(machine.path("fails"), "network").expect("written");
    let run = machine.run(PYTHON_AND_TYPESCRIPT).expect(4);
    run.says(&["error[CLX0704]", "`python -m pip install` cannot reach the package index"]);
    run.says(&["Retrying"]);
    run.says(&["hint:", "HTTPS_PROXY"]);
    let tools = json(&run);
    assert_eq!(tools["tools"][0]["state"], "ready");
    assert_eq!(tools["tools"][1]["state"], "missing");
    assert_eq!(tools["tools"][1]["problem"]["code"], "CLX0704");
}

#[test]
fn list_and_doctor_name_what_is_there_and_what_lacks() {
    let machine = Machine::new();
    let _python = machine.run(&["setup", "kernels", "--language", "python"]).expect(0);
    let list = machine.run(&["setup"]).expect(0).stdout;
    let line = |start: &str| list.lines().find(|line| line.starts_with(start)).expect("a line");
    assert!(line("kernel python").contains("ready") && line("kernel python").contains("7.0"));
    assert!(line("kernel cpp").contains("optional"));
    let doctor = machine.run(&["doctor", "--format", "json"]).expect(4);
    let tools = json(&doctor)["tools"].clone();
    let tool = |name: &str| {
        let tools = tools.as_array().expect("a list").iter();
        tools.clone().find(|tool| tool["name"] == name).expect("a tool").clone()
    };
    assert_eq!(tool("python3")["version"], "3.11.2");
    assert_eq!(tool("kernel typescript")["problem"]["code"], "CLX0710");
}

#[test]
fn prune_removes_units_of_other_locks() {
    let machine = Machine::new();
    let old = machine.path("tools/java-0123456789ab");
    std::fs::create_dir_all(&old).expect("made");
    machine.run(&["setup", "--prune"]).expect(0).says(&["Removed 1 tool."]);
    assert!(!old.exists());
}
