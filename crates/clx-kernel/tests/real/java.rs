//! `JJava`: needs its resource directory, and does not end when it is asked to.

use std::time::{Duration, Instant};

use clx_kernel::{CodeCell, FaultClass, Limits};
use clx_process::ProcessIdentity;

use crate::{Stage, text_of};

/// Asked to end it would take all the time that kernels are given. The machine may stall once.
#[tokio::test]
async fn cells_run_and_the_kernel_stops_within_a_second() {
    let Some(stage) = Stage::new("java") else { return };
    let mut quickest = Duration::MAX;
    for _ in 0..3 {
        let mut kernel = stage.start().await;
        let process = ProcessIdentity::of(kernel.pid()).unwrap();
        let cells = ["int x = 41;\nSystem.out.println(\"Grüße\");", "x + 1"].map(CodeCell::new);
        let execution = kernel.run(&cells, &Limits::default(), &mut ()).await.unwrap();
        assert_eq!(
            (text_of(&execution, 0), text_of(&execution, 1)),
            ("Grüße\n".into(), "42".into())
        );
        let begin = Instant::now();
        kernel.stop().await;
        quickest = quickest.min(begin.elapsed());
        assert!(!process.is_alive());
        if quickest < Duration::from_secs(1) {
            return;
        }
    }
    panic!("it took {quickest:?}");
}

#[tokio::test]
async fn error_ends_the_run() {
    let Some(stage) = Stage::new("java") else { return };
    let error = stage.run(&["int x = 1;", "int y = undefined;"]).await.unwrap_err();
    assert_eq!((error.class(), error.cell()), (FaultClass::Cell, Some(1)));
}

#[tokio::test]
async fn input_fails_at_once() {
    let Some(stage) = Stage::new("java") else { return };
    let source = "new java.util.Scanner(System.in).nextLine()";
    let error = stage.run(&[source]).await.unwrap_err();
    assert_eq!(error.class(), FaultClass::Cell, "{error}");
}
