//! Sets units up with programs that only pretend, in temp dirs and without any network.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use clx_setup::{
    CommandFault, Flaw, Installed, Requirement, Setup, SetupError, SetupEvent, SetupStep, Status,
    System, ToolFolder, Unit, inspect, kernel_prefixes, status,
};

/// A machine with some programs and an empty tool folder.
struct Machine {
    dir: tempfile::TempDir,
    tools: ToolFolder,
    may_install: bool,
}

impl Machine {
    fn with(programs: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a temp dir");
        let tools = ToolFolder::new(dir.path().join("tools")).expect("an absolute path");
        let machine = Self { dir, tools, may_install: false };
        fs::create_dir(machine.programs()).expect("made");
        let fakes = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake");
        for program in programs {
            symlink(fakes.join(program), machine.programs().join(program)).expect("linked");
        }
        machine
    }

    fn failing(fault: &str) -> Self {
        let machine = Self::with(&["python3", "java"]);
        fs::write(machine.programs().join("fails"), fault).expect("written");
        machine
    }

    fn programs(&self) -> PathBuf {
        self.dir.path().join("programs")
    }

    fn system(&self) -> System {
        let path = self.programs().into_os_string();
        System { path, java_home: None, may_install: self.may_install }
    }

    fn install_telling(
        &self,
        unit: Unit,
        on_event: &mut dyn FnMut(SetupEvent),
    ) -> Result<Installed, SetupError> {
        Setup::new(&self.tools, &self.system(), on_event).install(unit)
    }

    fn install(&self, unit: Unit) -> Result<Installed, SetupError> {
        self.install_telling(unit, &mut |_| {})
    }

    /// Returns how many environments were made.
    fn n_environments(&self) -> usize {
        fs::read_to_string(self.programs().join("calls")).unwrap_or_default().lines().count()
    }
}

fn kernelspec(installed: &Installed, kernel: &str) -> serde_json::Value {
    let path = installed.folder.join("share/jupyter/kernels").join(kernel).join("kernel.json");
    serde_json::from_slice(&fs::read(path).expect("a kernelspec")).expect("JSON")
}

#[test]
fn kernels_are_found_by_their_prefixes_and_start_absolute_programs() {
    let machine = Machine::with(&["python3", "java"]);
    for unit in Unit::DEFAULT_KERNELS {
        let installed = machine.install(unit).unwrap();
        let kernel = unit.kernel().unwrap();
        let program = kernelspec(&installed, kernel)["argv"][0].clone();
        assert_eq!(program, installed.program.to_str().unwrap());
        assert!(installed.program.is_absolute() && installed.program.is_file(), "{unit:?}");
    }
    let folders = Unit::DEFAULT_KERNELS.map(|unit| machine.tools.of_unit(unit));
    assert_eq!(kernel_prefixes(&machine.tools), folders);
}

#[test]
fn plantuml_is_a_jar_and_no_kernel() {
    let machine = Machine::with(&["python3", "java"]);
    fs::write(machine.programs().join("runtime"), "no JShell").unwrap();
    assert!(matches!(machine.install(Unit::Java), Err(SetupError::Missing { .. })));
    let installed = machine.install(Unit::PlantUml).unwrap();
    assert_eq!(installed.version, "1.0");
    assert_eq!(installed.program.file_name().unwrap(), "plantuml-1.0.jar");
    assert_eq!(status(&machine.tools, Unit::PlantUml), Status::Ready(installed.clone()));
    assert!(kernel_prefixes(&machine.tools).is_empty());

    fs::remove_file(&installed.program).unwrap();
    let program = installed.program.canonicalize().unwrap_or(installed.program);
    let gone = Status::Broken(Flaw::ProgramGone { program });
    assert_eq!(status(&machine.tools, Unit::PlantUml), gone);
}

#[test]
fn drawio_is_a_viewer_in_a_browser_of_the_system() {
    let machine = Machine::with(&["python3"]);
    assert!(matches!(machine.install(Unit::Drawio), Err(SetupError::Missing { .. })));
    let machine = Machine::with(&["python3", "chromium"]);
    let installed = machine.install(Unit::Drawio).unwrap();
    assert_eq!(installed.program.file_name().unwrap(), "viewer-static.min.js");
    assert_eq!(status(&machine.tools, Unit::Drawio), Status::Ready(installed));
}

#[test]
fn viewer_is_fetched_without_a_browser_and_a_kernel_is_not_without_its_java() {
    let machine = Machine::with(&["python3"]);
    let fetch = |unit| Setup::new(&machine.tools, &machine.system(), &mut |_| {}).fetch(unit);
    assert!(matches!(machine.install(Unit::Drawio), Err(SetupError::Missing { .. })));
    let fetched = fetch(Unit::Drawio).expect("fetched");
    assert!(fetched.program.ends_with("viewer-static.min.js"));
    assert!(matches!(fetch(Unit::Java), Err(SetupError::Missing { .. })));
}

#[test]
fn steps_are_told_in_order() {
    let machine = Machine::with(&["python3"]);
    let mut events = Vec::new();
    let installed = machine.install_telling(Unit::Python, &mut |e| events.push(e)).unwrap();
    assert_eq!(installed.version, "7.0");
    let unit = Unit::Python;
    let environment = SetupStep::Environment { folder: installed.folder };
    let packages = SetupStep::Packages { package: "ipykernel" };
    let steps = [environment, packages].map(|step| SetupEvent::Step { unit, step });
    assert_eq!(events[..2], steps);
    assert!(matches!(events[2..], [SetupEvent::Installed { unit: Unit::Python, .. }]));
}

#[test]
fn second_time_nothing_is_done() {
    let machine = Machine::with(&["python3"]);
    let first = machine.install(Unit::Python).unwrap();
    let mut events = Vec::new();
    let second = machine.install_telling(Unit::Python, &mut |e| events.push(e)).unwrap();
    assert_eq!((first, events.len(), machine.n_environments()), (second, 0, 1));
}

#[test]
fn two_at_once_set_up_once() {
    let machine = Machine::with(&["python3"]);
    std::thread::scope(|scope| {
        let both = [0, 1].map(|_| scope.spawn(|| machine.install(Unit::Python).unwrap()));
        let [first, second] = both.map(|thread| thread.join().unwrap());
        assert_eq!(first, second);
    });
    assert_eq!(machine.n_environments(), 1);
}

#[test]
fn interrupted_set_up_begins_anew() {
    let machine = Machine::with(&["python3"]);
    let folder = machine.tools.of_unit(Unit::Python);
    fs::create_dir_all(folder.join("bin")).unwrap();
    fs::write(folder.join("bin/python"), "half of it").unwrap();
    assert_eq!(status(&machine.tools, Unit::Python), Status::Broken(Flaw::Incomplete));
    assert!(kernel_prefixes(&machine.tools).is_empty());
    machine.install(Unit::Python).unwrap();
    assert!(matches!(status(&machine.tools, Unit::Python), Status::Ready(_)));
}

#[test]
fn kernel_whose_program_is_gone_or_another_is_made_again() {
    let machine = Machine::with(&["python3", "java"]);
    machine.install(Unit::Java).unwrap();
    let java = machine.programs().join("java");
    fs::remove_file(&java).unwrap();
    let gone = Status::Broken(Flaw::ProgramGone { program: java.clone() });
    assert_eq!(status(&machine.tools, Unit::Java), gone);
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake/java"), &java).unwrap();
    let changed = Status::Broken(Flaw::ProgramChanged { program: java });
    assert_eq!(status(&machine.tools, Unit::Java), changed);
    machine.install(Unit::Java).unwrap();
    assert_eq!(machine.n_environments(), 2);
}

#[test]
fn fault_is_named_and_nothing_is_left() {
    let check = |fails: &str, expected: Option<CommandFault>| {
        let machine = Machine::failing(fails);
        let error = machine.install(Unit::TypeScript).unwrap_err();
        match (&error, expected) {
            (SetupError::Command { fault, tail, .. }, Some(expected)) => {
                assert_eq!((*fault, tail.is_empty()), (expected, false));
            }
            (SetupError::Command { fault: CommandFault::Other(_), .. }, None) => {}
            _ => panic!("{fails}: {error:?}"),
        }
        assert!(error.diagnostic().frame.is_some());
        assert_eq!(status(&machine.tools, Unit::TypeScript), Status::Missing);
    };
    check("network", Some(CommandFault::Network));
    check("hash", Some(CommandFault::HashMismatch));
    check("full", Some(CommandFault::DiskFull));
    check("none", Some(CommandFault::NotOffered));
    check("crash", None);
}

#[test]
fn package_without_its_program_is_refused() {
    let machine = Machine::failing("program");
    let error = machine.install(Unit::TypeScript).unwrap_err();
    assert!(matches!(&error, SetupError::Io { path, .. } if path.ends_with("bin/deno")));
    let error = machine.install(Unit::PlantUml).unwrap_err();
    assert!(error.diagnostic().message.starts_with("cannot find a jar or script in "), "{error:?}");
    assert!(kernel_prefixes(&machine.tools).is_empty());
}

#[test]
fn what_the_system_lacks_is_named_with_its_package() {
    let check = |machine: &Machine, unit: Unit, expected: Requirement, package: &str| {
        match machine.install(unit).unwrap_err() {
            error @ SetupError::Missing { requirement } if requirement == expected => {
                assert!(error.hint().unwrap().contains(package));
            }
            error => panic!("{error:?}"),
        }
        assert_eq!(machine.n_environments(), 0);
    };
    let python = Requirement::Python { oldest: (3, 10) };
    check(&Machine::with(&[]), Unit::Python, python, "apt-get install python3 python3-venv");
    check(&Machine::failing("old"), Unit::Python, python, "python3");
    check(&Machine::failing("venv"), Unit::Python, Requirement::Venv, "python3-venv");
    check(&Machine::with(&["python3"]), Unit::Java, Requirement::Java, "default-jdk-headless");
    check(&Machine::with(&["python3"]), Unit::Cpp, Requirement::ClangRepl, "clang-tools-19");
    let machine = Machine::with(&["python3"]);
    check(&machine, Unit::PlantUml, Requirement::JavaRuntime, "default-jre-headless");
}

#[test]
fn missing_package_of_the_system_is_installed_where_that_is_allowed() {
    let mut machine = Machine::with(&["python3", "apt-get"]);
    assert!(matches!(machine.install(Unit::Java), Err(SetupError::Missing { .. })));
    machine.may_install = true;
    let mut events = Vec::new();
    machine.install_telling(Unit::Java, &mut |event| events.push(event)).unwrap();
    let packages = &["default-jdk-headless"];
    let step = SetupStep::SystemPackages { packages };
    assert_eq!(events[0], SetupEvent::Step { unit: Unit::Java, step });
}

#[test]
fn folder_that_cannot_be_made_is_named() {
    let machine = Machine::with(&["python3"]);
    fs::write(machine.tools.path(), "a file").unwrap();
    let error = machine.install(Unit::Python).unwrap_err();
    assert!(matches!(&error, SetupError::Io { path, .. } if path == machine.tools.path()));
    assert_eq!(error.code(), clx_setup::code::TOOL_FOLDER_FAILED);
}

#[test]
fn prune_removes_other_versions_only() {
    let machine = Machine::with(&["python3"]);
    let installed = machine.install(Unit::Python).unwrap();
    let old = machine.tools.path().join("python-00000000abcd");
    let foreign = machine.tools.path().join("notes");
    fs::create_dir(&old).unwrap();
    fs::create_dir(&foreign).unwrap();
    let removed = Setup::new(&machine.tools, &machine.system(), &mut |_| {}).prune().unwrap();
    assert_eq!(removed, std::slice::from_ref(&old));
    assert!(!old.exists() && foreign.exists() && installed.folder.exists());
}

#[test]
fn inspection_tells_what_works_and_what_helps() {
    let machine = Machine::with(&["python3"]);
    machine.install(Unit::Python).unwrap();
    let reports = inspect(&machine.tools, &machine.system());
    let report = |name: &str| reports.iter().find(|report| report.name == name).unwrap();
    assert_eq!(report("python3").version.as_deref(), Some("3.11.2"));
    assert_eq!(report("kernel python").version.as_deref(), Some("7.0"));
    let hint = |name: &str| report(name).problem.as_ref().unwrap().hint.clone().unwrap();
    assert!(hint("java").contains("default-jdk-headless"));
    assert_eq!(hint("kernel java"), "run `clx setup kernels --language java`");
    assert_eq!(hint("plantuml"), "run `clx setup plantuml`");
    assert!(report("java").is_needed && !report("clang-repl").is_needed);
}
