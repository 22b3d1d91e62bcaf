//! Descriptors are given back. A test program of its own: other tests would open some meanwhile.

use std::time::Duration;

use clx_process::{Spawn, Stdin, Stdout};

fn n_descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("/proc is mounted").count()
}

fn round(log: &std::path::Path) {
    let spawn = Spawn::new("/bin/sh").args(["-c", "echo hello"]).log(log);
    for spawn in [
        spawn.clone(),
        spawn.clone().guarded(true).stdin(Stdin::Lifeline),
        spawn.stdin(Stdin::Piped).stdout(Stdout::Piped),
    ] {
        let mut child = spawn.start().expect("the shell starts");
        child.wait(Duration::from_secs(30)).expect("waits");
    }
    Spawn::new("/no/such/program").guarded(true).start().expect_err("it does not exist");
}

#[test]
fn no_descriptor_is_leaked() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    round(&log);
    let before = n_descriptors();
    for _ in 0..20 {
        round(&log);
    }
    assert_eq!(n_descriptors(), before);
}
