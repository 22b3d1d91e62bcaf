//! Builds whose jobs other hosts do: the queue on a real PostgreSQL server, what jobs need and make in a
//! store that all share. Hosts are processes that share nothing else.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall panic")]
#![expect(clippy::print_stdout, reason = "whoever runs a test shall see that it is skipped")]

mod looking;
mod network;
mod stage;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use clx_testkit::fake_kernel::run_if_asked;
use clx_testkit::port::free_port;
use clx_testkit::postgres::PostgresServer;
use clx_testkit::s3::S3Server;
use clx_tests::e2e::finish;

use network::Network;
use stage::{CLX, Stage, course, until_there};

/// The kernel's own role; see [`run_if_asked`].
#[test]
fn fake_kernel() {
    run_if_asked();
}

#[test]
fn three_hosts_build_what_one_builds() {
    check_three_hosts(&Stage::new());
}

#[test]
fn three_hosts_meet_at_a_bucket() {
    let Some(program) = S3Server::program() else { return };
    check_three_hosts(&Stage::with_bucket(S3Server::start(&program)));
}

#[track_caller]
fn check_three_hosts(stage: &Stage) {
    let shared = course(12, |number| format!("print {number}\nresult {number}"));
    let alone = shared.sources();
    let _alone = stage.build_alone(&alone).expect(0);
    let hosts = [stage.host(1), stage.host(1), stage.host(2)];
    let report = stage.build(&shared, &["-O", "json"]).expect(0).json();
    assert_eq!(shared.files("output"), alone.files("output"));
    assert!(shared.files("output").len() > 12 * 10);
    assert_eq!(report["code_runs"], 12);
    for host in hosts {
        assert!(host.stop().is_success());
    }
}

#[test]
fn somebody_else_s_build_of_the_same_course_finds_its_results() {
    let stage = Stage::new();
    let mine = course(3, |number| format!("print {number}"));
    let theirs = mine.sources();
    let _host = stage.host(2);
    let _first = stage.build(&mine, &[]).expect(0);
    let report = stage.build(&theirs, &["-O", "json"]).expect(0).json();
    assert_eq!([&report["outputs_made"], &report["code_runs"]], [0, 0]);
    assert_eq!(theirs.files("output"), mine.files("output"));
    // Their states are their own: an edit there concerns nobody else.
    theirs
        .write("slides/module_100_m/topic_100_t0/slides_t0.py", "# %% tags=[\"keep\"]\nprint x\n");
    let report = stage.build(&theirs, &["-O", "json"]).expect(0).json();
    assert_eq!(report["code_runs"], 1);
    let report = stage.build(&mine, &["-O", "json"]).expect(0).json();
    assert_eq!([&report["outputs_made"], &report["files_written"]], [0, 0]);
}

#[test]
fn job_of_a_killed_host_is_done_by_another() {
    let stage = Stage::new();
    let hangs = tempfile::tempdir().unwrap().keep().join("hangs");
    let code = format!("hang-once {}\nprint done", hangs.display());
    let course = course(1, |_| code.clone());
    let mut first = stage.host(1);
    let build = stage.start_build(&course, &["-O", "json"]);
    until_there(&hangs);
    first.child.kill().unwrap();
    let _second = stage.host(1);
    let report = finish(build).expect(0).json();
    assert_eq!(report["status"], "success", "{report}");
    let page = "public/En/Course/Slides/Html/Completed/Part/01 slides_t0.html";
    let page = String::from_utf8(course.files("output")[page].clone()).unwrap();
    assert!(page.contains("done"), "{page}");
    assert!(report["warnings"].to_string().contains("lost attempt"), "{report}");
}

#[test]
fn host_that_is_to_stop_ends_its_job_first() {
    let stage = Stage::new();
    let course = course(6, |number| format!("print {number}"));
    let (first, mut second) = (stage.host(1), stage.host(1));
    let build = stage.start_build(&course, &["-O", "json"]);
    second.line("1 build at work");
    assert!(first.stop().is_success());
    let report = finish(build).expect(0).json();
    assert_eq!(report["warnings"].as_array().map(Vec::len), Some(0), "{report}");
}

#[test]
fn host_tells_what_it_did() {
    let stage = Stage::new();
    let course = course(3, |number| format!("print {number}"));
    let mut host = stage.start_host(1);
    let address = host.line("Metrics: http://").replace("Metrics: http://", "");
    let address = address.trim_end_matches("/metrics");
    host.line("works for builds");
    let _built = stage.build(&course, &[]).expect(0);
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let done = "clx_jobs_finished_total{kind=\"notebook\",outcome=\"completed\"} 3";
    assert!(answer.contains(done) && answer.contains("clx_queue_up 1"), "{answer}");
    assert!(host.stop().is_success());
}

#[test]
fn what_is_missing_is_said() {
    let stage = Stage::new();
    let course = course(1, |_| "print 1".to_owned());
    let nobody = stage.build(&course, &[]).expect(4);
    nobody.says(&["no host works for this queue"]);
    nobody.says(&["hint:", "clx pool run --queue URL --store URL"]);
    let spec = course.spec("course.xml");
    let spec = spec.to_str().unwrap();
    CLX.run(&["build", spec, "--queue", &stage.queue]).expect(3).says(&["hint:", "--store"]);
    CLX.run(&["build", spec, "--store", &stage.store()]).expect(3).says(&["hint:", "--queue"]);
    let secret = "postgres://clx:secret@db.example/jobs";
    let refused = CLX.run(&["build", spec, "--queue", secret, "--store", &stage.store()]).expect(3);
    refused.says(&["holds a password"]);
    assert!(!refused.stderr.contains("secret@"), "{}", refused.stderr);
    CLX.run(&["pool", "run"]).expect(1).says(&["hint:", "--queue URL --store URL"]);
}

#[test]
fn server_that_is_started_anew_costs_nothing_but_time() {
    let mut server = PostgresServer::start();
    let stage = Stage::at(&server.url());
    let course = course(8, |number| format!("print {number}"));
    let mut host = stage.host(2);
    let build = stage.start_build(&course, &["-O", "json"]);
    host.line("1 build at work");
    server.restart();
    let report = finish(build).expect(0).json();
    assert_eq!(report["status"], "success", "{report}");
    assert!(host.stop().is_success());
}

/// Three hosts with addresses of their own; the servers are in the middle.
fn three_addresses() -> Option<(PostgresServer, Stage)> {
    let program = S3Server::program()?;
    let network = Network::new(3)?;
    let mut server = PostgresServer::start_with(&["listen_addresses=*"]);
    server.let_in("10.128.0.0/9");
    let bucket = S3Server::start_at(&program, "0.0.0.0", free_port());
    let stage = Stage::on(network, &server, bucket);
    Some((server, stage))
}

#[test]
fn hosts_with_addresses_of_their_own_build_what_one_builds() {
    let Some((_server, stage)) = three_addresses() else { return };
    let shared = course(12, |number| format!("print {number}\nresult {number}"));
    let alone = shared.sources();
    let _alone = stage.build_alone(&alone).expect(0);
    let hosts = [0, 1, 2].map(|number| stage.host_at(number, 1));
    let _shared = stage.build(&shared, &[]).expect(0);
    assert_eq!(shared.files("output"), alone.files("output"));
    for host in hosts {
        assert!(host.stop().is_success());
    }
}

#[test]
fn host_that_is_cut_off_loses_its_job_and_comes_back() {
    let Some((server, stage)) = three_addresses() else { return };
    let hangs = tempfile::tempdir().unwrap().keep().join("hangs");
    let code = format!("hang-once {}\nprint done", hangs.display());
    let course = course(1, |_| code.clone());
    let cut_off = stage.host_at(0, 1);
    let build = stage.start_build(&course, &["-O", "json"]);
    until_there(&hangs);
    stage.network().plug(0, false);
    let other = stage.host_at(1, 1);
    let report = finish(build).expect(0).json();
    assert_eq!(report["status"], "success", "{report}");
    assert!(report["warnings"].to_string().contains("lost attempt"), "{report}");
    assert!(other.stop().is_success());
    drop(cut_off);
    stage.network().plug(0, true);
    stage.network().wait_for(0, server.port());
    let _again = stage.host_at(0, 1);
    course
        .write("slides/module_100_m/topic_100_t0/slides_t0.py", "# %% tags=[\"keep\"]\nprint x\n");
    assert_eq!(stage.build(&course, &["-O", "json"]).expect(0).json()["code_runs"], 1);
}

#[test]
fn store_that_answers_nobody_for_ten_seconds_costs_nothing_but_time() {
    let Some(program) = S3Server::program() else { return };
    let stage = Stage::with_bucket(S3Server::start(&program));
    let course = course(6, |number| format!("print {number}"));
    let mut host = stage.host(2);
    let build = stage.start_build(&course, &["-O", "json"]);
    host.line("1 build at work");
    stage.pause_store(Duration::from_secs(10));
    let report = finish(build).expect(0).json();
    assert_eq!(report["status"], "success", "{report}");
    assert!(host.stop().is_success());
}
