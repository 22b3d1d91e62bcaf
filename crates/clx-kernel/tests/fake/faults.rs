//! What kernels do that they should not.

use std::time::{Duration, Instant};

use clx_kernel::{CodeCell, FaultClass, LimitScope, Limits, RunError, WireError};
use clx_process::Exit;

use crate::{LONG, run, run_with, text_of};

#[tokio::test]
async fn kernel_that_dies_names_cell_and_exit() {
    let check = async |source: &str, expected: Exit| {
        let error = run(&["print a", &format!("print b\n{source}"), "print c"]).await.unwrap_err();
        assert!(error.is_kernel_fault());
        let RunError::KernelDied { cell, exit, partial, .. } = error else { panic!("{error:?}") };
        assert_eq!((cell, exit), (1, expected));
        assert_eq!(text_of(&partial, 1), "b\n");
    };
    check("die 7", Exit::Status(7)).await;
    check("abort", Exit::Signal(6)).await;
}

#[tokio::test]
async fn forged_message_is_a_kernel_fault() {
    let error = run(&["forged"]).await.unwrap_err();
    assert!(error.is_kernel_fault());
    assert!(matches!(error, RunError::Wire { source: WireError::Signature, .. }), "{error:?}");
}

#[tokio::test]
async fn garbage_is_a_kernel_fault() {
    let error = run(&["print a\ngarbage"]).await.unwrap_err();
    assert!(error.is_kernel_fault(), "{error:?}");
    assert_eq!(text_of(error.partial().unwrap(), 0), "a\n");
}

/// Runs cells of which the second hangs.
async fn time_out(limits: &Limits, source: &str) -> RunError {
    let cells = ["print a".to_owned(), format!("print b\n{source}"), "print c".to_owned()];
    let begin = Instant::now();
    let result = run_with(&cells.map(CodeCell::new), limits, &mut ()).await;
    let error = result.expect_err("the second cell hangs");
    assert!(begin.elapsed() < LONG / 2);
    assert_eq!((error.class(), error.cell()), (FaultClass::Timeout, Some(1)));
    error
}

const SHORT: Duration = Duration::from_millis(200);

#[tokio::test]
async fn cell_beyond_its_limit_is_interrupted_and_shows_where() {
    let limits = Limits { cell: Some(SHORT), interrupt_grace: LONG, ..Limits::default() };
    let error = time_out(&limits, "hang").await;
    assert_eq!(text_of(error.partial().unwrap(), 1), "b\n[error]");
    assert_eq!(error.to_string(), "cell 1 did not end within the limit of 0.2 s for a cell");
}

#[tokio::test]
async fn cell_that_ignores_the_interrupt_is_given_up() {
    let limits = Limits { cell: Some(SHORT), interrupt_grace: SHORT, ..Limits::default() };
    let error = time_out(&limits, "hang-deaf").await;
    assert_eq!(text_of(error.partial().unwrap(), 1), "b\n");
}

#[tokio::test]
async fn notebook_beyond_its_limit_names_the_cell_that_ran() {
    let limits = Limits { notebook: Some(SHORT), interrupt_grace: SHORT, ..Limits::default() };
    let error = time_out(&limits, "hang").await;
    let RunError::Timeout { scope, limit, .. } = error else { panic!("{error:?}") };
    assert_eq!((scope, limit), (LimitScope::Notebook, SHORT));
}

#[tokio::test]
async fn input_fails_the_cell_at_once_although_errors_are_allowed() {
    let cells = [CodeCell { allow_errors: true, ..CodeCell::new("print a\ninput Name: ") }];
    let error = run_with(&cells, &Limits::default(), &mut ()).await.unwrap_err();
    let RunError::CellFailed { ename, evalue, partial, .. } = error else { panic!("{error:?}") };
    assert_eq!(ename, "InputNotAvailable");
    assert!(evalue.contains("Name: "), "{evalue}");
    assert_eq!(text_of(&partial, 0), "a\n");
}

#[tokio::test]
async fn cell_ends_without_idle_a_while_after_its_reply() {
    let execution = run(&["print a\nlost-idle", "print b"]).await.unwrap();
    assert_eq!((text_of(&execution, 0), text_of(&execution, 1)), ("a\n".into(), "b\n".into()));
}

#[tokio::test]
async fn output_beyond_the_limit_of_a_cell_is_dropped_with_a_note() {
    let limits = Limits { cell_output_bytes: 100_000, ..Limits::default() };
    let cells = ["flood 3000000\nfail E e", "print next"].map(CodeCell::new);
    let cells = cells.map(|cell| CodeCell { allow_errors: true, ..cell });
    let execution = run_with(&cells, &limits, &mut ()).await.unwrap();
    let outputs = &execution.cells[0].outputs;
    assert_eq!(outputs[0]["text"].as_str().unwrap().len(), 100_000);
    let note =
        "\n[clx: the output exceeds the limit of 100000 bytes for a cell; the rest is dropped]\n";
    assert_eq!(outputs[1]["text"], note);
    assert_eq!((&outputs[2]["output_type"], outputs.len()), (&"error".into(), 3));
    assert_eq!(text_of(&execution, 1), "next\n");
}

#[tokio::test]
async fn output_beyond_the_limit_of_a_notebook_is_dropped_with_notes() {
    let limits = Limits { notebook_output_bytes: 150_000, ..Limits::default() };
    let cells = ["flood 131072", "flood 131072", "print third"].map(CodeCell::new);
    let execution = run_with(&cells, &limits, &mut ()).await.unwrap();
    assert_eq!(text_of(&execution, 0).len(), 131_072);
    assert!(text_of(&execution, 1).contains("150000 bytes for a notebook"));
    assert!(text_of(&execution, 2).starts_with("\n[clx: "), "no room for anything more");
}

#[tokio::test]
async fn clearing_makes_room_again() {
    let limits = Limits { cell_output_bytes: 100_000, ..Limits::default() };
    let cells = [CodeCell::new("flood 300000\nclear-wait\nprint small")];
    let execution = run_with(&cells, &limits, &mut ()).await.unwrap();
    assert_eq!(text_of(&execution, 0), "small\n");
}

#[tokio::test]
async fn huge_message_is_cut_with_a_note_and_costs_little_memory() {
    let execution = run(&["print a\nbig 150000000\nprint b"]).await.unwrap();
    let outputs = &execution.cells[0].outputs;
    let limit = Limits::default().cell_output_bytes;
    assert_eq!(outputs[0]["text"].as_str().unwrap().len(), limit);
    assert!(outputs[1]["text"].as_str().unwrap().starts_with("\n[clx: "));
    assert_eq!(outputs.len(), 2);
    let peak_kib = peak_memory_kib();
    assert!(peak_kib < 64 * 1024, "{peak_kib} KiB");
}

fn peak_memory_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
