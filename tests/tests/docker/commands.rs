//! `clx docker` where no engine answers: each command says so in the same words, with status 4.

use std::path::Path;

use clx_tests::e2e::{Run, finish};

use crate::CLX;

fn run(args: &[&str]) -> Run {
    let nowhere = Path::new("/nowhere").join("engine.sock");
    let command = CLX.command(args).env("DOCKER_HOST", format!("unix://{}", nowhere.display()));
    finish(command.start().expect("clx starts"))
}

#[test]
fn missing_engine_is_named_with_what_helps() {
    let to = "registry.invalid/clx";
    for args in [
        &["docker", "list"][..],
        &["docker", "list", "--format", "json"],
        &["docker", "build"],
        &["docker", "pull", "--from", to],
        &["docker", "push", "--to", to],
    ] {
        let ended = run(args).expect(4);
        ended.says(&["error[CLX0840]: no Docker engine answers"]);
        ended.says(&["hint: start Docker"]);
        assert_eq!(ended.stdout, "");
    }
}

#[test]
fn base_is_either_named_or_made() {
    let ended = run(&["docker", "build", "--base", "a", "--bootstrap"]).expect(2);
    ended.says(&["cannot be used with"]);
}
