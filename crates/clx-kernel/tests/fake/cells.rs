//! What becomes of the messages of cells.

use clx_kernel::{CellExecution, CodeCell, Execution, FaultClass, Limits, RunError, RunObserver};

use crate::{run, run_with, text_of};

#[tokio::test]
async fn printed_pieces_of_one_stream_become_one_output() {
    let execution = run(&["print a\nprint b\nwarn c\nprint d"]).await.unwrap();
    let outputs = &execution.cells[0].outputs;
    let streams: Vec<_> = outputs.iter().map(|output| (&output["name"], &output["text"])).collect();
    assert_eq!(streams.len(), 3);
    assert_eq!(streams[0], (&"stdout".into(), &"a\nb\n".into()));
    assert_eq!(streams[1], (&"stderr".into(), &"c\n".into()));
}

#[tokio::test]
async fn outputs_are_those_of_a_notebook() {
    let execution = run(&["display x 1", "result 2"]).await.unwrap();
    let display = r#"{"data":{"text/plain":"1"},"metadata":{},"output_type":"display_data"}"#;
    let result = r#"{"data":{"text/plain":"2"},"execution_count":2,"metadata":{},"output_type":"execute_result"}"#;
    for (cell, expected) in [display, result].into_iter().enumerate() {
        let expected: serde_json::Value = serde_json::from_str(expected).unwrap();
        assert_eq!(execution.cells[cell].outputs, [expected]);
    }
    assert_eq!(execution.cells[1].execution_count, Some(2));
}

#[tokio::test]
async fn blank_and_skipped_cells_are_not_executed() {
    let skipped = CodeCell { skip: true, ..CodeCell::new("fail Never executed") };
    let cells = [CodeCell::new(" \n\t"), skipped, CodeCell::new("print a")];
    let execution = run_with(&cells, &Limits::default(), &mut ()).await.unwrap();
    assert_eq!(execution.cells[..2], [CellExecution::default(), CellExecution::default()]);
    assert_eq!(execution.cells[2].execution_count, Some(1));
}

#[tokio::test]
async fn first_error_ends_the_run_with_the_outputs_so_far() {
    let error = run(&["print a", "print b\nfail NameError x is undefined\nprint c", "print d"])
        .await
        .unwrap_err();
    assert_eq!((error.class(), error.cell()), (FaultClass::Cell, Some(1)));
    assert!(!error.is_kernel_fault());
    assert_eq!(error.to_string(), "cell 1 failed: NameError: x is undefined");
    let RunError::CellFailed { traceback, partial, .. } = error else { panic!("{error:?}") };
    assert_eq!(traceback, ["Traceback of NameError"]);
    assert_eq!(partial.cells.len(), 2);
    assert_eq!(text_of(&partial, 1), "b\n[error]");
}

#[tokio::test]
async fn allowed_error_is_an_output_and_the_run_goes_on() {
    let failing = CodeCell { allow_errors: true, ..CodeCell::new("fail ValueError no") };
    let cells = [failing, CodeCell::new("print after")];
    let execution = run_with(&cells, &Limits::default(), &mut ()).await.unwrap();
    assert_eq!(execution.cells[0].outputs[0]["ename"], "ValueError");
    assert_eq!(text_of(&execution, 1), "after\n");
}

#[tokio::test]
async fn update_replaces_outputs_of_earlier_cells_too() {
    let execution =
        run(&["display x old\nprint p", "display x second\nupdate x new"]).await.unwrap();
    assert_eq!(text_of(&execution, 0), "[new]p\n");
    assert_eq!(text_of(&execution, 1), "[new]");
}

#[tokio::test]
async fn update_of_a_cleared_or_unknown_output_does_nothing() {
    let execution =
        run(&["display x old\nclear\nprint p\nupdate x new\nupdate y new"]).await.unwrap();
    assert_eq!(text_of(&execution, 0), "p\n");
}

#[tokio::test]
async fn clear_removes_at_once_or_with_the_next_output() {
    let check = async |source: &str, expected: &str| {
        assert_eq!(text_of(&run(&[source]).await.unwrap(), 0), expected, "{source}");
    };
    check("print a\nclear\nprint b", "b\n").await;
    check("print a\nclear", "").await;
    check("print a\nclear-wait\nprint b\nprint c", "b\nc\n").await;
    check("print a\nclear-wait", "a\n").await;
}

#[tokio::test]
async fn output_of_other_requests_is_ignored() {
    let execution = run(&["stranger x\nprint a"]).await.unwrap();
    assert_eq!(text_of(&execution, 0), "a\n");
}

#[tokio::test]
async fn missing_fields_are_no_error() {
    let execution = run(&["print a\nbare\nprint b"]).await.unwrap();
    assert_eq!(text_of(&execution, 0), "b\n", "an empty clear_output clears at once");
}

#[tokio::test]
async fn execution_reads_back_from_its_json() {
    let execution = run(&["print a\nresult ä"]).await.unwrap();
    let json = serde_json::to_string(&execution).unwrap();
    assert_eq!(serde_json::from_str::<Execution>(&json).unwrap(), execution);
}

#[derive(Default)]
struct Diary(Vec<String>);

impl RunObserver for Diary {
    fn cell_started(&mut self, cell: usize, n_cells: usize) {
        self.0.push(format!("cell {cell} of {n_cells}"));
    }

    fn output_line(&mut self, cell: usize, line: &str) {
        self.0.push(format!("cell {cell}: {line}"));
    }

    fn cell_finished(&mut self, cell: usize, execution: &CellExecution) {
        self.0.push(format!("cell {cell} has {} outputs", execution.outputs.len()));
    }
}

#[tokio::test]
async fn observer_learns_what_happens_in_order() {
    let mut diary = Diary::default();
    let cells = ["print a", "", "warn b\nfail E e"].map(CodeCell::new);
    run_with(&cells, &Limits::default(), &mut diary).await.unwrap_err();
    let expected = [
        "cell 0 of 3",
        "cell 0: a",
        "cell 0 has 1 outputs",
        "cell 2 of 3",
        "cell 2: b",
        "cell 2 has 2 outputs",
    ];
    assert_eq!(diary.0, expected);
}
