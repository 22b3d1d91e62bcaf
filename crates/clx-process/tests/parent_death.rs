//! What happens when a build is killed by SIGKILL. The test program starts itself in the roles of
//! the build and of its worker.

use std::io::{BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::time::Duration;

use clx_process::{Child, Exit, Lifeline, Spawn, Stdin, Stdout, Waited};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

const ROLE: &str = "__CLX_PROCESS_TEST_ROLE";
const LONG: Duration = Duration::from_secs(60);

/// Two processes that live until they are killed; the first also ignores what can be ignored.
const TOOL: &str = "trap '' HUP INT TERM PIPE; sleep 1000 & echo pids $$ $!; wait; sleep 1000";

/// Not a test by itself: where the roles begin.
#[test]
fn role() {
    match std::env::var(ROLE).as_deref() {
        Ok("build with a tool") => announce_and_wait(&tool()),
        Ok("build with a worker") => announce_and_wait(&actor("worker").stdin(Stdin::Lifeline)),
        Ok("worker") => {
            let _lifeline = Lifeline::die_with_parent().unwrap();
            announce_and_wait(&tool());
        }
        // Returns while the lifeline is open.
        Ok("former worker") => drop(Lifeline::die_with_parent().unwrap()),
        Ok(_) | Err(_) => {}
    }
}

fn tool() -> Spawn {
    Spawn::new("/bin/sh").args(["-c", TOOL]).guarded(true)
}

fn actor(role: &str) -> Spawn {
    let program = std::env::current_exe().expect("the test program has a path");
    Spawn::new(program).args(["--exact", "role", "--nocapture"]).env(ROLE, role)
}

/// Starts a child and prints its pids, those of its group, and those that it announces.
fn announce_and_wait(spawn: &Spawn) {
    let (mut child, mut pids) = start_and_hear(spawn);
    pids.extend([std::process::id(), child.pid(), child.group()]);
    let words: Vec<_> = pids.iter().map(u32::to_string).collect();
    // A line of its own: the test harness has begun one.
    writeln!(std::io::stdout(), "\npids {}", words.join(" ")).expect("the parent listens");
    child.wait(LONG).expect("waits");
}

fn start_and_hear(spawn: &Spawn) -> (Child, Vec<u32>) {
    let mut child = spawn.clone().stdout(Stdout::Piped).start().expect("the program starts");
    let stdout = BufReader::new(child.take_stdout().expect("piped"));
    let pids = stdout
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("pids ").map(str::to_owned))
        .expect("the child announces its pids");
    let pids = pids.split(' ').map(|pid| pid.parse().expect("a pid")).collect();
    (child, pids)
}

/// Kills a build alone, as `kill -9` does, and waits for all processes that it announced.
#[track_caller]
fn check(role: &str, n_processes: usize) {
    let (mut build, mut pids) = start_and_hear(&actor(role));
    pids.sort_unstable();
    pids.dedup();
    assert_eq!(pids.len(), n_processes, "{pids:?}");
    let processes: Vec<_> = pids.iter().map(|&pid| open(pid)).collect();
    build.kill().expect("killed");
    for (process, pid) in processes.iter().zip(pids) {
        let mut polled = [PollFd::new(process, PollFlags::IN)];
        let limit = Timespec::try_from(Duration::from_secs(2)).expect("in range");
        assert_eq!(poll(&mut polled, Some(&limit)), Ok(1), "process {pid} outlives the build");
    }
}

fn open(pid: u32) -> OwnedFd {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a pid");
    pidfd_open(pid, PidfdFlags::empty()).expect("the process lives")
}

#[test]
fn guarded_tool_and_its_children_die_with_the_killed_build() {
    // The build, the guard, the tool and its child.
    check("build with a tool", 4);
}

#[test]
fn worker_and_its_tools_die_with_the_killed_build() {
    // The build, the worker, the guard, the tool and its child.
    check("build with a worker", 5);
}

#[test]
fn dropped_lifeline_watches_no_more() {
    let mut worker = actor("former worker").stdin(Stdin::Lifeline).start().unwrap();
    assert_eq!(worker.wait(LONG).unwrap(), Waited::Exited(Exit::Status(0)), "{}", worker.tail());
}
