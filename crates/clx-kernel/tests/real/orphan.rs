//! What becomes of a kernel when clx is killed by `SIGKILL`. The test program starts itself in the
//! role of clx.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::time::{Duration, Instant};

use clx_kernel::{CodeCell, Kernel, Limits, RunObserver, StartOptions, remove_leftovers};
use clx_process::{ProcessIdentity, Spawn, Stdout};

use crate::{LONG, Stage};

const BASE: &str = "__CLX_KERNEL_TEST_BASE";

/// Announces the pids that a cell prints.
struct Announcer;

impl RunObserver for Announcer {
    fn output_line(&mut self, _cell: usize, line: &str) {
        writeln!(std::io::stdout(), "\n{line}").expect("the parent listens");
    }
}

/// Not a test by itself: where clx begins.
#[tokio::test]
async fn role() {
    let Ok(base) = std::env::var(BASE) else { return };
    let stage = Stage::new("python3").expect("the parent has found it");
    let mut kernel = Kernel::start(&stage.spec, &StartOptions::new(base.into())).await.unwrap();
    let source = "import subprocess, os, time
child = subprocess.Popen(['sleep', '1000'])
print('pids', os.getpid(), child.pid, flush=True)
time.sleep(1000)";
    kernel.run(&[CodeCell::new(source)], &Limits::default(), &mut Announcer).await.unwrap();
}

#[test]
fn no_process_outlives_a_killed_clx_for_two_seconds() {
    let Some(stage) = Stage::new("python3") else { return };
    let program = std::env::current_exe().unwrap();
    let mut clx = Spawn::new(program)
        .args(["--exact", "orphan::role", "--nocapture"])
        .env(BASE, &stage.options.base)
        .stdout(Stdout::Piped)
        .start()
        .unwrap();
    let lines = BufReader::new(clx.take_stdout().unwrap()).lines().map_while(Result::ok);
    let pids = lines.filter_map(|line| line.strip_prefix("pids ").map(str::to_owned)).next();
    let pids = pids.expect("the cell announces its pids");
    let identity = |pid: &str| ProcessIdentity::of(pid.parse().expect("a pid")).expect("it lives");
    let processes: Vec<_> = pids.split(' ').map(identity).collect();
    assert_eq!(processes.len(), 2);
    // Not its group: that is what clx-process would do for it.
    clx.remote().unwrap().kill();
    let begin = Instant::now();
    while processes.iter().any(ProcessIdentity::is_alive) {
        assert!(begin.elapsed() < Duration::from_secs(2), "{processes:?}");
        std::thread::yield_now();
    }
    clx.wait(LONG).unwrap();
    assert_eq!(fs::read_dir(&stage.options.base).unwrap().count(), 1);
    assert_eq!(remove_leftovers(&stage.options.base).unwrap(), 1);
    assert_eq!(fs::read_dir(&stage.options.base).unwrap().count(), 0);
}
