//! `clx pool run`: containers that outlive builds.

use std::io::{BufRead, BufReader};

use clx_process::Stdout;
use clx_tests::e2e::finish;

use crate::engine::containers_of;
use crate::{CLX, course, has_containers, page};

#[test]
fn pool_serves_one_build_after_the_other_and_leaves_nothing() {
    if !has_containers() {
        return;
    }
    let course = course(&["import socket\nprint('on ' + socket.gethostname() + '!')"]);
    let spec = course.spec("course.xml");
    let spec = spec.to_str().expect("UTF-8");
    let kept = ["pool", "run", spec, "--notebook-image", "python", "--notebook-workers", "1"];
    let mut pool = CLX.command(&kept).stdout(Stdout::Piped).start().expect("clx starts");
    let mut lines =
        BufReader::new(pool.take_stdout().expect("piped")).lines().map_while(Result::ok);
    let said: Vec<String> =
        lines.by_ref().take_while(|line| !line.contains("ready. Builds use them")).collect();
    for words in [
        "Pools: notebook (1 worker of clx-notebook:",
        "Gateway ready",
        "Cleaned: ",
        "Starting 1 worker for notebook jobs",
        "Started container clx-",
        "Registered worker",
    ] {
        assert!(said.iter().any(|line| line.contains(words)), "{words}: {said:#?}");
    }
    let hosts: Vec<String> = (0..2)
        .map(|_| {
            let build = ["build", spec, "--workers", "pool", "--no-cache"];
            let _built = finish(CLX.command(&build).start().expect("clx starts")).expect(0);
            let page = page(&course);
            let (_, host) = page.split_once(">on ").expect("the cell's output");
            host.split('!').next().unwrap_or_default().to_owned()
        })
        .collect();
    assert_eq!(hosts[0], hosts[1], "the same container");
    let pid = pool.pid();
    assert!(!containers_of(pid).is_empty());
    pool.interrupt().expect("it runs");
    let rest: Vec<String> = lines.collect();
    assert!(rest.iter().any(|line| line.contains("Stopping")), "{rest:?}");
    let _ended = finish(pool).expect(0);
    assert_eq!(containers_of(pid), [""; 0]);
}

#[test]
fn build_without_a_pool_says_how_to_start_one() {
    let course = course(&["1"]);
    let spec = course.spec("course.xml");
    let spec = spec.to_str().expect("UTF-8");
    let run = CLX.run(&["build", spec, "--workers", "pool"]).expect(4);
    run.says(&["no pool keeps workers for this course"]);
    run.says(&["hint", "clx pool run"]);
}
