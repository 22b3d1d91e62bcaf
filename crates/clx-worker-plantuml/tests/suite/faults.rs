//! JVMs that do not do what they should.

use std::time::Duration;

use clx_core::PictureFormat::Svg;
use clx_process::group_members;
use clx_queue::JobId;
use clx_worker::JobHandler;
use clx_worker::{Job, JobContext};

use crate::stage::{LONG, Stage, place, request};

/// Short enough to wait for, long enough for a shell on a busy machine.
const SHORT: Duration = Duration::from_secs(2);

/// What a picture of the fake PlantUML tells.
#[derive(Debug, PartialEq, Eq)]
struct Drawn {
    mode: String,
    process: u32,
    group: u32,
}

async fn draw(stage: &Stage, command: &str) -> Drawn {
    let svg = stage.svg(&diagram(command)).await;
    let mut texts = svg.split("<text>").skip(1).map(|rest| rest.split('<').next().expect("text"));
    let mut next = || texts.next().expect("three texts").to_owned();
    Drawn {
        mode: next(),
        process: next().parse().expect("a pid"),
        group: next().parse().expect("a group"),
    }
}

async fn check_mode(command: &str, mode: &str) {
    let stage = Stage::fake(|settings| settings.picture_limit = SHORT);
    assert_eq!(draw(&stage, command).await.mode, mode);
    // What came before does no harm.
    let next = draw(&stage, "").await;
    assert_eq!(next.mode, "warm");
}

async fn check_failure(command: &str, code: &str, words: &str) {
    let stage = Stage::fake(|settings| settings.picture_limit = SHORT);
    let problem = stage.refusal(&diagram(command), Svg).await;
    assert_eq!(problem.code, code, "{problem}");
    assert!(problem.to_string().contains(words), "{problem}");
    assert_eq!(draw(&stage, "").await.mode, "warm");
}

fn diagram(command: &str) -> String {
    format!("\n@startuml\nA -> B\n{command}\n@enduml\n")
}

/// Waits until something is so.
async fn until(what: impl Fn() -> bool) {
    let wait = async {
        while !what() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LONG, wait).await.expect("it becomes so");
}

fn is_gone(group: u32) -> bool {
    group_members(group).expect("processes can be listed").is_empty()
}

#[tokio::test]
async fn one_jvm_draws_many_pictures() {
    let stage = Stage::fake(|_| {});
    let first = draw(&stage, "").await;
    assert_eq!(first.mode, "warm");
    for _ in 0..3 {
        assert_eq!(draw(&stage, "").await, first);
    }
}

#[tokio::test]
async fn refused_diagram_costs_no_jvm() {
    let stage = Stage::fake(|_| {});
    let first = draw(&stage, "").await;
    stage.refusal(&diagram("always report 3"), Svg).await;
    assert_eq!(draw(&stage, "").await, first);
}

#[tokio::test]
async fn jvm_is_replaced_after_so_many_pictures() {
    let stage = Stage::fake(|settings| settings.max_pictures = 2);
    let first = draw(&stage, "").await;
    assert_eq!(draw(&stage, "").await, first);
    assert_ne!(draw(&stage, "").await, first);
    until(|| is_gone(first.group)).await;
}

#[tokio::test]
async fn unused_jvm_ends() {
    let stage = Stage::fake(|settings| settings.idle_limit = Duration::from_millis(20));
    let first = draw(&stage, "").await;
    until(|| is_gone(first.group)).await;
    assert_ne!(draw(&stage, "").await, first);
}

#[tokio::test]
async fn jobs_at_the_same_time_have_jvms_of_their_own() {
    let stage = Stage::fake(|_| {});
    let (one, other) = tokio::join!(draw(&stage, ""), draw(&stage, ""));
    assert_ne!(one.process, other.process);
}

#[tokio::test]
async fn all_end_with_the_tools() {
    let stage = Stage::fake(|_| {});
    let drawn = draw(&stage, "always child").await;
    assert_eq!(group_members(drawn.group).expect("processes").len(), 3, "guard, Java, its child");
    drop(stage);
    until(|| is_gone(drawn.group)).await;
}

#[tokio::test]
async fn jvm_that_was_killed_meanwhile_is_replaced() {
    let stage = Stage::fake(|_| {});
    let first = draw(&stage, "").await;
    clx_process::kill_group(first.group).expect("it can be killed");
    assert_eq!(draw(&stage, "").await.mode, "cold");
    assert_eq!(draw(&stage, "").await.mode, "warm");
}

#[tokio::test]
async fn fault_of_a_warm_jvm_is_mended_by_a_fresh_one() {
    for fault in ["die", "crash", "hang", "no-mark", "empty", "half", "trace"] {
        check_mode(&format!("warm {fault}"), "cold").await;
    }
}

#[tokio::test]
async fn words_after_an_answer_do_not_get_into_the_next() {
    let stage = Stage::fake(|_| {});
    let first = draw(&stage, "warm chatter").await.mode;
    let next = draw(&stage, "").await.mode;
    // They come with the answer or a moment later.
    assert_ne!(first, next);
    assert_eq!(draw(&stage, "").await.mode, "warm");
}

#[tokio::test]
async fn flood_of_messages_blocks_nothing() {
    let stage = Stage::fake(|_| {});
    let (_, made) = stage.draw(&diagram("always flood"), Svg).await.expect("it is drawn");
    let notice = &made.diagnostics[0];
    assert_eq!(notice.code, "CLX0812");
    assert!(notice.to_string().len() < 1000, "{notice}");
}

#[tokio::test]
async fn fault_that_stays_is_told() {
    check_failure("always die", "CLX0808", "what it returned is no picture: it is broken").await;
    check_failure("always crash", "CLX0808", "no memory").await;
    check_failure("always hang", "CLX0807", "took longer than 2 s, twice").await;
    check_failure("always empty", "CLX0808", "it is empty").await;
    check_failure("always half", "CLX0808", "it is broken").await;
    check_failure("always trace", "CLX0808", "java.lang.Error: bad luck").await;
}

#[tokio::test]
async fn drawn_error_is_found_with_and_without_a_report() {
    let stage = Stage::fake(|_| {});
    for command in ["always report 2", "always silent 2"] {
        let problem = stage.refusal(&diagram(command), Svg).await;
        assert_eq!(
            (problem.code.as_str(), place(&problem).as_str()),
            ("CLX0804", "slides/topic/pu/x.pu:3")
        );
        assert!(problem.message.ends_with("Syntax Error?"), "{problem}");
    }
}

#[tokio::test]
async fn cancelled_job_leaves_nothing_running() {
    let stage = Stage::fake(|_| {});
    let drawn = draw(&stage, "always child").await;
    let payload = stage.payload(diagram("always hang").as_bytes(), &[request(Svg, None)]);
    let context = JobContext::new(JobId(1), 1);
    let mut job = stage.handler.handle(Job { label: "x", payload: &payload }, &context);
    let ended = tokio::time::timeout(Duration::from_millis(50), &mut job).await;
    assert!(ended.is_err(), "it hangs");
    assert!(!is_gone(drawn.group));
    drop(job);
    until(|| is_gone(drawn.group)).await;
}

#[tokio::test]
async fn missing_java_is_named() {
    let stage = Stage::fake(|settings| settings.java = "/no/java".into());
    let problem = stage.refusal(&diagram(""), Svg).await;
    assert_eq!(problem.code, "CLX0809");
    assert!(problem.message.contains("`/no/java`"), "{problem}");
}

#[tokio::test]
async fn private_files_are_removed_with_the_tools() {
    let stage = Stage::fake(|_| {}).with_file("slides/topic/pu/a.iuml", "A -> B");
    stage.svg("@startuml\n!include a.iuml\n@enduml").await;
    let base = stage.directory.path().join("base");
    let private = || std::fs::read_dir(&base).expect("it is there").count();
    assert_eq!(private(), 1);
    let Stage { tools, handler, .. } = stage;
    drop((tools, handler));
    assert_eq!(private(), 0);
}
