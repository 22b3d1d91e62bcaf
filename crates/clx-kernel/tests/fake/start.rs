//! How kernels start and stop.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use clx_kernel::{CodeCell, Environment, FaultClass, KernelError, Limits};
use clx_process::{Exit, ProcessIdentity};
use clx_testkit::fake_kernel::FakeStart;

use crate::{LONG, Stage, text_of};

#[tokio::test]
async fn kernel_runs_in_a_private_directory_that_goes_with_it() {
    let stage = Stage::new(FakeStart::Ready);
    let mut kernel = stage.start().await.unwrap();
    let work = kernel.work_directory();
    assert_eq!(fs::read_dir(&work).unwrap().count(), 0);
    let connection_file = work.with_file_name("connection.json");
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(work.parent().unwrap()), mode(&connection_file)), (0o700, 0o600));
    fs::write(work.join("data.txt"), "support").unwrap();
    let cells = [CodeCell::new("read data.txt")];
    let execution = kernel.run(&cells, &Limits::default(), &mut ()).await.unwrap();
    assert_eq!(text_of(&execution, 0), "support\n");
    kernel.stop().await;
    assert_eq!(stage.n_directories(), 0);
}

#[tokio::test]
async fn dropped_kernel_is_dead_at_once() {
    let stage = Stage::new(FakeStart::Ready);
    let kernel = stage.start().await.unwrap();
    let process = ProcessIdentity::of(kernel.pid()).unwrap();
    drop(kernel);
    assert!(!process.is_alive());
    assert_eq!(stage.n_directories(), 0);
}

#[tokio::test]
async fn kernel_sees_few_variables_and_those_of_the_caller() {
    let mut stage = Stage::new(FakeStart::Ready);
    stage.options.environment =
        Environment::from_iter([("HOME", "/home"), ("SECRET", "x"), ("LANG", "de_DE.UTF-8")]);
    stage.options.variables = Environment::from_iter([("COURSE", "demo")]);
    let mut kernel = stage.start().await.unwrap();
    let names = ["HOME", "SECRET", "LANG", "COURSE", "JPY_PARENT_PID"];
    let cells = names.map(|name| CodeCell::new(format!("env {name}")));
    let execution = kernel.run(&cells, &Limits::default(), &mut ()).await.unwrap();
    let values: Vec<_> = (0..names.len()).map(|cell| text_of(&execution, cell)).collect();
    let parent = format!("{}\n", std::process::id());
    assert_eq!(values, ["/home\n", "unset\n", "C.UTF-8\n", "demo\n", &parent]);
}

#[tokio::test]
async fn kernel_that_ends_early_is_noticed_with_its_reason() {
    let stage = Stage::new(FakeStart::Dies);
    let error = stage.start().await.unwrap_err();
    assert_eq!(error.class(), FaultClass::Kernel);
    let KernelError::EndedEarly { exit, last_output, .. } = error else { panic!("{error:?}") };
    assert_eq!(exit, Exit::Status(3));
    assert!(last_output.contains("no interpreter here"), "{last_output}");
    assert_eq!(stage.n_directories(), 0);
}

#[tokio::test]
async fn kernel_that_never_answers_is_given_up() {
    let mut stage = Stage::new(FakeStart::Silent);
    stage.options.limit = Duration::from_millis(500);
    let begin = Instant::now();
    let error = stage.start().await.unwrap_err();
    assert!(matches!(error, KernelError::NotReady { .. }), "{error:?}");
    assert_eq!(error.class(), FaultClass::Kernel);
    assert!(begin.elapsed() < LONG / 2);
    assert_eq!(stage.n_directories(), 0);
}

#[tokio::test]
async fn kernel_that_finds_its_ports_taken_gets_others() {
    let stage = Stage::new(FakeStart::Exclusive);
    stage.start().await.unwrap().stop().await;
}

#[tokio::test]
async fn kernel_that_tells_nothing_about_itself_is_ready() {
    let stage = Stage::new(FakeStart::BareInfo);
    let kernel = stage.start().await.unwrap();
    assert!(kernel.info()["language_info"]["version"].is_null());
}

#[tokio::test]
async fn banner_is_not_kept() {
    let stage = Stage::new(FakeStart::Ready);
    let info = stage.start().await.unwrap().info().clone();
    assert_eq!(info, serde_json::json!({"status": "ok", "implementation": "fake"}));
}

#[tokio::test]
async fn other_protocol_at_the_port_is_a_kernel_fault() {
    let stage = Stage::new(FakeStart::Foreign);
    let error = stage.start().await.unwrap_err();
    assert!(matches!(error, KernelError::Wire { .. }), "{error:?}");
    assert_eq!(error.class(), FaultClass::Kernel);
}

#[tokio::test]
async fn cancelled_start_leaves_nothing() {
    let stage = Stage::new(FakeStart::Silent);
    let started = tokio::time::timeout(Duration::from_millis(300), stage.start()).await;
    assert!(started.is_err());
    assert_eq!(stage.n_directories(), 0);
}

#[tokio::test]
async fn missing_program_is_a_matter_of_configuration() {
    let mut stage = Stage::new(FakeStart::Ready);
    stage.spec.argv[0] = "no-such-program".to_owned();
    let error = stage.start().await.unwrap_err();
    assert!(matches!(error, KernelError::ProgramNotFound { .. }), "{error:?}");
    assert_eq!(error.class(), FaultClass::Configuration);
    drop(stage.directory);
}
