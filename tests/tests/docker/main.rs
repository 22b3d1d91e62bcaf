//! Builds with workers in real containers. `CLX_TEST_DOCKER` says that an engine answers and has the
//! images of this version (`cargo xtask build-images`); elsewhere the tests say so and do nothing.

mod commands;
mod engine;
mod equal;
mod fault;
mod limits;
mod pool;
mod refused;

use std::io::Write;

use clx_process::Spawn;
use clx_tests::e2e::{Clx, Run, TestCourse, finish};

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

/// Tells whether there are containers to test with; says so if not.
fn has_containers() -> bool {
    let there = std::env::var_os("CLX_TEST_DOCKER").is_some_and(|value| value == "1");
    if !there {
        // Not through the captured output of tests: a skipped test must be seen.
        let line = "SKIPPED: CLX_TEST_DOCKER does not say that there are images to run\n";
        std::io::stderr().write_all(line.as_bytes()).expect("a standard error");
    }
    there
}

/// Makes a course whose only topic has these cells of Python.
fn course(cells: &[&str]) -> TestCourse {
    let marked: Vec<_> = cells.iter().map(|cell| format!("# %%\n{cell}\n")).collect();
    TestCourse::with_topics(&[("a", &marked.join("\n"))])
}

/// Says how to build a course in containers. What the machine has installed is not found.
fn command(course: &TestCourse, args: &[&str]) -> Spawn {
    let spec = course.spec("course.xml");
    let spec = spec.to_str().expect("paths of tests are UTF-8");
    let common = ["build", spec, "--workers", "docker", "--notebook-image", "python"];
    CLX.command(&[&common, args].concat())
}

fn build(course: &TestCourse, args: &[&str]) -> Run {
    finish(command(course, args).start().expect("clx starts"))
}

/// Returns the page with the outputs of the topic.
fn page(course: &TestCourse) -> String {
    let path = "output/public/En/Course/Slides/Html/Completed/Part/01 slides_a.html";
    std::fs::read_to_string(course.root().join(path)).expect("the page was made")
}
