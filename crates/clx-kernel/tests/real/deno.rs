//! Deno: prints after it has said that it is idle.

use clx_kernel::{FaultClass, Limits, RunError};
use std::time::Duration;

use crate::{Stage, text_of};

#[tokio::test]
async fn no_output_is_lost_in_many_short_notebooks() {
    let Some(stage) = Stage::new("deno") else { return };
    for n in 0..12 {
        let first = format!("const x: number = {n}; console.log('value', x)");
        let execution = stage.run(&[&first, "console.log('after'); x + 1"]).await.unwrap();
        assert_eq!(text_of(&execution, 0), format!("value {n}\n"), "notebook {n}");
        let second = text_of(&execution, 1);
        assert!(second.contains("after\n") && second.contains(&(n + 1).to_string()), "{second}");
    }
}

#[tokio::test]
async fn error_ends_the_run() {
    let Some(stage) = Stage::new("deno") else { return };
    let error = stage.run(&["1 + 1", "throw new TypeError('no')", "2 + 2"]).await.unwrap_err();
    assert_eq!((error.class(), error.cell()), (FaultClass::Cell, Some(1)));
    let RunError::CellFailed { ename, evalue, .. } = error else { panic!("{error:?}") };
    assert_eq!((ename.as_str(), evalue.as_str()), ("TypeError", "no"));
}

#[tokio::test]
async fn endless_loop_is_given_up() {
    let Some(stage) = Stage::new("deno") else { return };
    let short = Duration::from_millis(500);
    let limits = Limits { cell: Some(short), interrupt_grace: short, ..Limits::default() };
    let error = stage.run_with(&limits, &["while (true) {}"]).await.unwrap_err();
    assert_eq!(error.class(), FaultClass::Timeout);
}
