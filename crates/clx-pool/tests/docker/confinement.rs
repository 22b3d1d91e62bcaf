//! What a worker in a container must not do is refused, and what it needs is allowed.

use std::collections::BTreeMap;

use clx_pool::{DockerSettings, User};

use crate::bench::{Bench, KIND, hasty};

/// Lets a worker try all it can; returns the results by name.
fn results(bench: &Bench, settings: DockerSettings) -> BTreeMap<String, String> {
    let secret = bench.write("secret", "secret");
    let work = bench.start(DockerSettings { max_processes: 64, ..settings }, 1, hasty());
    work.pool.ensure(KIND, 1);
    let mut visitor = work.visitor();
    visitor.tell(&format!("try {}", secret.display()));
    let said = visitor.wait_done();
    let pairs = said.iter().filter_map(|line| line.split_once(": "));
    pairs.map(|(name, result)| (name.to_owned(), result.to_owned())).collect()
}

#[test]
fn worker_can_do_its_work_and_nothing_else() {
    let Some(bench) = Bench::open() else { return };
    let expected = [
        ("become root", "refused"),
        ("capabilities", "0000000000000000"),
        ("change the root", "refused"),
        ("connect by TCP", "refused"),
        ("environment", "HOME HOSTNAME PATH"),
        ("fill /tmp", "refused"),
        ("gateway directory", "gateway.sock"),
        ("links", "lo"),
        ("no new privileges", "1"),
        ("open a raw socket", "refused"),
        ("read the engine's socket", "refused"),
        ("read the secret", "refused"),
        ("read the shadow file", "refused"),
        ("run what it wrote", "allowed"),
        ("send by UDP", "refused"),
        ("start 1000 threads", "refused"),
        ("unlink the socket", "refused"),
        ("user", "10001"),
        ("write to /", "refused"),
        ("write to /dev", "refused"),
        ("write to /etc", "refused"),
        ("write to /proc/sys/kernel", "refused"),
        ("write to /run/clx", "refused"),
        ("write to /sys/fs/cgroup", "refused"),
        ("write to /tmp", "allowed"),
        ("write to home", "allowed"),
    ];
    let expected = expected.map(|(name, result)| (name.to_owned(), result.to_owned()));
    assert_eq!(results(&bench, bench.settings()), BTreeMap::from(expected));
}

#[test]
fn user_may_be_the_callers() {
    let Some(bench) = Bench::open() else { return };
    let user = Some(User { uid: 12345, gid: 12345 });
    let results = results(&bench, DockerSettings { user, ..bench.settings() });
    assert_eq!(results["user"], "12345");
    assert_eq!(results["write to home"], "allowed");
}
