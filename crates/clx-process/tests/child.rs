//! Children as a caller sees them: exit, limits, output, groups.

use std::io::{BufRead, BufReader, Read, Write};
use std::time::{Duration, Instant};

use clx_process::{Child, Exit, ProcessError, Spawn, Stderr, Stdin, Stdout, Waited, group_members};

const LONG: Duration = Duration::from_secs(30);

fn shell(script: &str) -> Spawn {
    Spawn::new("/bin/sh").args(["-c", script])
}

/// Starts a script that says `ready` when it is, and waits for that.
fn start_ready(spawn: &Spawn) -> (Child, String) {
    let mut child = spawn.clone().stdout(Stdout::Piped).start().expect("the shell starts");
    let mut line = String::new();
    let stdout = child.take_stdout().expect("piped");
    BufReader::new(stdout).read_line(&mut line).expect("the shell writes");
    (child, line.trim_end().to_owned())
}

#[track_caller]
fn check(script: &str, expected: Exit) {
    for guarded in [false, true] {
        let mut child = shell(script).guarded(guarded).start().expect("the shell starts");
        assert_eq!(child.wait(LONG).expect("waits"), Waited::Exited(expected), "{guarded}");
        assert_eq!(child.wait(LONG).expect("waits"), Waited::Exited(expected), "again");
    }
}

#[test]
fn exit_tells_status_or_signal() {
    check("exit 0", Exit::Status(0));
    check("exit 3", Exit::Status(3));
    check("kill -s KILL $$", Exit::Signal(9));
}

#[test]
fn missing_program_is_named() {
    for guarded in [false, true] {
        let error = Spawn::new("/no/such/program").guarded(guarded).start().unwrap_err();
        assert!(error.is_not_found());
        assert_eq!(error.to_string(), "cannot start `/no/such/program`");
    }
}

#[test]
fn limit_ends_the_wait_and_leaves_the_child() {
    let mut child = shell("sleep 1000").start().unwrap();
    let begin = Instant::now();
    assert_eq!(child.wait(Duration::from_millis(20)).unwrap(), Waited::TimedOut);
    assert!(begin.elapsed() >= Duration::from_millis(20));
    assert!(child.group_identity().unwrap().is_alive());
    assert_eq!(child.kill().unwrap(), Exit::Signal(9));
}

#[test]
fn wait_returns_as_soon_as_the_child_ends() {
    let mut child = shell("read line").stdin(Stdin::Piped).start().unwrap();
    drop(child.take_stdin());
    let begin = Instant::now();
    assert_eq!(child.wait(LONG).unwrap(), Waited::Exited(Exit::Status(1)));
    assert!(begin.elapsed() < Duration::from_secs(5));
}

#[test]
fn flood_of_output_blocks_nobody_and_only_its_end_is_kept() {
    let script = "head -c 10000000 /dev/zero | tr '\\0' x; echo; echo out; echo err >&2";
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("child.log");
    std::fs::write(&log, "before\n").unwrap();
    let mut child = shell(script).log(&log).start().unwrap();
    assert_eq!(child.wait(LONG).unwrap(), Waited::Exited(Exit::Status(0)));
    let tail = child.tail();
    assert_eq!(tail.len(), clx_process::TAIL_BYTES);
    assert!(tail.ends_with("x\nout\nerr\n"));
    assert_eq!(std::fs::metadata(&log).unwrap().len(), 7 + 10_000_009);
    assert!(child.log_error().is_none());
}

#[test]
fn log_that_cannot_be_opened_is_named() {
    let error = shell("exit 0").log("/no/such/dir/child.log").start().unwrap_err();
    assert!(matches!(error, ProcessError::Log { .. }));
    assert_eq!(error.to_string(), "cannot write the log /no/such/dir/child.log");
}

#[test]
fn log_that_cannot_be_written_does_not_stop_the_child() {
    let mut child = shell("echo hello").log("/dev/full").start().unwrap();
    assert_eq!(child.wait(LONG).unwrap(), Waited::Exited(Exit::Status(0)));
    assert_eq!(child.tail(), "hello\n");
    assert!(matches!(child.log_error(), Some(ProcessError::Log { .. })));
}

#[test]
fn piped_streams_are_the_callers() {
    let spawn = Spawn::new("cat").stdin(Stdin::Piped).stdout(Stdout::Piped);
    let mut child = spawn.start().unwrap();
    child.take_stdin().unwrap().write_all(b"there and back").unwrap();
    let mut text = String::new();
    child.take_stdout().unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "there and back");
    assert_eq!(child.wait(LONG).unwrap(), Waited::Exited(Exit::Status(0)));
}

#[test]
fn piped_errors_are_read_apart_from_the_output() {
    let spawn = shell("echo out; echo err >&2").stderr(Stderr::Piped);
    let mut child = spawn.start().unwrap();
    let mut text = String::new();
    child.take_stderr().unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(child.wait(LONG).unwrap(), Waited::Exited(Exit::Status(0)));
    assert_eq!((text.as_str(), child.tail().as_str()), ("err\n", "out\n"));
}

#[test]
fn environment_and_directory_are_passed_on() {
    let dir = tempfile::tempdir().unwrap();
    let real = dir.path().canonicalize().unwrap();
    let mut child = shell("echo \"$A,$B,${PATH:-none}\"; pwd -P")
        .env("GONE", "1")
        .env_clear()
        .env("A", "1")
        .env("B", "2")
        .env_remove("B")
        .env("PATH", "")
        .current_dir(&real)
        .start()
        .unwrap();
    child.wait(LONG).unwrap();
    assert_eq!(child.tail(), format!("1,,none\n{}\n", real.display()));
}

#[test]
fn orderly_end_is_given_its_time() {
    for guarded in [false, true] {
        let script = "trap 'echo bye >&2; exit 5' TERM; echo ready; while :; do sleep 0.01; done";
        let (mut child, _) = start_ready(&shell(script).guarded(guarded));
        assert_eq!(child.terminate(LONG).unwrap(), Exit::Status(5));
        assert!(child.tail().ends_with("bye\n"), "{}", child.tail());
    }
}

#[test]
fn deaf_child_is_killed_after_the_grace() {
    let (mut child, _) = start_ready(&shell("trap '' TERM; echo ready; while :; do sleep 1; done"));
    let exit = child.terminate(Duration::from_millis(50)).unwrap();
    assert_eq!(exit.to_string(), "killed by signal 9 (SIGKILL)");
    assert_eq!(child.terminate(LONG).unwrap(), exit);
}

#[test]
fn interrupt_reaches_the_child() {
    for guarded in [false, true] {
        let script = "trap 'exit 6' INT; echo ready; while :; do sleep 0.01; done";
        let (mut child, _) = start_ready(&shell(script).guarded(guarded));
        child.interrupt().unwrap();
        assert_eq!(child.wait(LONG).unwrap(), Waited::Exited(Exit::Status(6)));
    }
}

#[test]
fn nothing_of_the_group_outlives_the_child() {
    let scripts =
        ["sleep 1000 & echo ready", "(trap '' TERM; sleep 1000; sleep 1000) & echo ready"];
    for script in scripts {
        for guarded in [false, true] {
            let (mut child, _) = start_ready(&shell(script).guarded(guarded));
            let group = child.group();
            assert_eq!(child.wait(LONG).unwrap(), Waited::Exited(Exit::Status(0)));
            assert_gone(group);
        }
    }
}

#[test]
fn dropping_kills_grandchildren() {
    for guarded in [false, true] {
        let spawn = shell("sleep 1000 & echo $!; sleep 1000; sleep 1000").guarded(guarded);
        let (child, grandchild) = start_ready(&spawn);
        let group = child.group();
        let members = group_members(group).unwrap();
        assert!(members.contains(&grandchild.parse().unwrap()) && members.contains(&child.pid()));
        drop(child);
        assert_gone(group);
    }
}

#[test]
fn process_that_escaped_does_not_hold_up_the_end() {
    let mut child = shell("setsid sleep 1000 & echo $!").start().unwrap();
    assert_eq!(child.wait(LONG).unwrap(), Waited::Exited(Exit::Status(0)));
    let escaped = child.tail().trim_end().parse().unwrap();
    // `setsid` makes it the leader of a group of its own, unless it was killed before.
    clx_process::kill_group(escaped).unwrap();
}

/// A child has what this process was itself given, and no pipe of other children.
#[test]
fn children_inherit_no_descriptor() {
    let before = inherited();
    let _other = shell("sleep 1000").guarded(true).stdin(Stdin::Lifeline).start().unwrap();
    assert_eq!(inherited(), before);
}

/// Lists the descriptors of a child.
fn inherited() -> String {
    let mut child = shell("cd /proc/$$/fd; echo *").start().expect("the shell starts");
    child.wait(LONG).expect("waits");
    child.tail()
}

/// Killed processes are gone from the group at once, apart from those that the kernel still tears
/// down.
#[track_caller]
fn assert_gone(group: u32) {
    let begin = Instant::now();
    while begin.elapsed() < LONG {
        if group_members(group).expect("/proc is mounted").is_empty() {
            return;
        }
        std::thread::yield_now();
    }
    panic!("group {group} still has members");
}
