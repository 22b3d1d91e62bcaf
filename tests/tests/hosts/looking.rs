//! What hosts do, seen and steered from a machine that takes no part.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use clx_tests::e2e::finish;
use serde_json::Value;

use crate::stage::{CLX, Stage, course};

/// Longest wait for what must come.
const LIMIT: Duration = Duration::from_secs(60);

/// Runs a command about the queue in an empty directory; returns the JSON that it prints.
fn look(stage: &Stage, args: &[&str]) -> Value {
    let elsewhere = tempfile::tempdir().unwrap();
    let command = CLX.command(args).args(["--queue", &stage.queue, "--format", "json"]);
    let run = finish(command.current_dir(elsewhere.path()).start().unwrap());
    assert_eq!(elsewhere.path().read_dir().unwrap().count(), 0, "looking makes nothing");
    run.json()
}

/// Returns the number of the first job in a state, looked at until there is one.
fn job_in(stage: &Stage, state: &str) -> String {
    let limit = Instant::now() + LIMIT;
    loop {
        let jobs = look(stage, &["jobs", "list", "--state", state]);
        if let Some(id) = jobs["jobs"][0]["id"].as_i64() {
            return id.to_string();
        }
        assert!(Instant::now() < limit, "no job is {state}");
    }
}

#[test]
fn jobs_of_other_hosts_are_seen_and_cancelled() {
    let stage = Stage::new();
    let course = course(1, |_| "print begun\nhang".to_owned());
    let host = stage.host(1);
    let build = stage.start_build(&course, &[]);
    let job = job_in(&stage, "running");

    let status = look(&stage, &["status"]);
    assert_eq!(status["status"], "healthy", "{status}");
    assert_eq!(status["database"]["accessible"], true);
    assert!(status["database"]["path"].as_str().unwrap().contains("database `postgres`"));
    let workers = look(&stage, &["workers", "list"]);
    let mut all = workers["workers"].as_array().unwrap().iter();
    assert!(all.any(|worker| worker["status"] == "busy"), "{workers}");
    let shown = CLX.run(&["jobs", "show", &job, "--queue", &stage.queue]).expect(0);
    assert!(shown.stdout.contains("slides_t0.py") && shown.stdout.contains("running"));
    CLX.run(&["workers", "reap", "--queue", &stage.queue]).expect(1).says(&["hint:"]);

    let _asked = CLX.run(&["jobs", "cancel", &job, "--force", "--queue", &stage.queue]).expect(0);
    finish(build).expect(1).says(&["cancelled"]);
    let builds = look(&stage, &["builds", "list"]);
    assert_eq!(builds["builds"][0]["cancelled"], 1, "{builds}");
    assert!(host.stop().is_success());
}

#[test]
fn dashboard_shows_a_queue_of_many_hosts() {
    let stage = Stage::new();
    let course = course(2, |number| format!("print {number}"));
    let host = stage.host(1);
    let _built = stage.build(&course, &[]).expect(0);
    let state = tempfile::tempdir().unwrap();
    let command = CLX.command(&["serve", "--port", "0", "--queue", &stage.queue]);
    let mut server = command.arg("--state-dir").arg(state.path()).start().unwrap();
    let mut url = String::new();
    BufReader::new(server.take_stdout().unwrap()).read_line(&mut url).unwrap();
    let address = url.trim().trim_start_matches("http://").trim_end_matches('/');
    let get = |path: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let jobs = get("/api/jobs");
    assert!(jobs.contains("slides_t0.py") && jobs.contains("slides_t1.py"), "{jobs}");
    let overview = get("/");
    assert!(overview.contains("200 OK") && overview.contains("database `postgres`"), "{overview}");
    assert!(server.terminate(LIMIT).is_ok() && host.stop().is_success());
}
