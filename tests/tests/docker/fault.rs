//! Containers that die, and builds that do.

use std::time::Duration;

use clx_process::Waited;
use clx_tests::e2e::finish;

use crate::engine::{containers_of, kill, wait_for_container, wait_for_process};
use crate::{build, command, course, has_containers, page};

/// A cell that runs for some seconds and can be seen from outside.
const LONG: &str = "import subprocess\nsubprocess.run(['sleep', '4'])\nprint('it ' + 'ended')";

#[test]
fn job_of_a_killed_container_is_done_by_another() {
    if !has_containers() {
        return;
    }
    let course = course(&[LONG]);
    let child = command(&course, &["--notebook-workers", "1"]).start().expect("clx starts");
    let container = wait_for_container(child.pid(), "notebook");
    wait_for_process(&container, "sleep");
    kill(&container);
    let run = finish(child).expect(0);
    run.says(&["CLX0310", "a notebook worker was lost"]);
    assert!(page(&course).contains("it ended"));
}

#[test]
fn memory_limit_is_named() {
    if !has_containers() {
        return;
    }
    let course = course(&["x = bytearray(3 << 30)"]);
    let run = build(&course, &["--notebook-workers", "1"]).expect(1);
    let text = run.stderr.to_lowercase();
    assert!(text.contains("memory"), "{}", run.stderr);
}

#[test]
fn interrupted_build_leaves_no_container() {
    if !has_containers() {
        return;
    }
    let course = course(&["import subprocess\nsubprocess.run(['sleep', '1000'])"]);
    let child = command(&course, &[]).start().expect("clx starts");
    let pid = child.pid();
    let container = wait_for_container(pid, "notebook");
    wait_for_process(&container, "sleep");
    // The first asks, the second does not wait for the cell.
    child.interrupt().expect("it runs");
    child.interrupt().expect("it runs");
    let _interrupted = finish(child).expect(130);
    assert_eq!(containers_of(pid), [""; 0]);
}

#[test]
fn containers_of_a_killed_build_go_with_the_next_and_living_ones_stay() {
    if !has_containers() {
        return;
    }
    let endless = "import subprocess\nsubprocess.run(['sleep', '1000'])";
    let (victim, living, next) = (course(&[endless]), course(&[LONG]), course(&["1"]));
    let lives = command(&living, &[]).start().expect("clx starts");
    let _its_container = wait_for_container(lives.pid(), "notebook");
    let mut killed = command(&victim, &[]).start().expect("clx starts");
    let pid = killed.pid();
    let container = wait_for_container(pid, "notebook");
    wait_for_process(&container, "sleep");
    killed.kill().expect("killed");
    assert!(matches!(killed.wait(Duration::from_secs(10)), Ok(Waited::Exited(_))));
    let _built = build(&next, &[]).expect(0);
    assert_eq!(containers_of(pid), [""; 0]);
    let survived = finish(lives).expect(0);
    assert!(!survived.stderr.contains("was lost"), "{}", survived.stderr);
    assert!(page(&living).contains("it ended"));
}
