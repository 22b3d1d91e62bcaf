//! ipykernel.

use std::fs;
use std::time::{Duration, Instant};

use clx_kernel::{Environment, FaultClass, Limits, RunError};
use clx_process::{Exit, ProcessIdentity};

use crate::{LONG, Stage, text_of};

#[tokio::test]
async fn twenty_cells_run_in_order() {
    let Some(stage) = Stage::new("python3") else { return };
    let mut sources = vec!["x = 0".to_owned()];
    sources.extend((1..20).map(|n| format!("x += {n}\nprint(x)\nx * 2")));
    let sources: Vec<_> = sources.iter().map(String::as_str).collect();
    let execution = stage.run(&sources).await.unwrap();
    let mut sum = 0;
    for cell in 1..20 {
        sum += cell;
        assert_eq!(text_of(&execution, cell), format!("{sum}\n{}", sum * 2));
        assert_eq!(execution.cells[cell].execution_count, Some(cell as u64 + 1));
    }
    assert_eq!(execution.kernel_info["language_info"]["name"], "python");
}

#[tokio::test]
async fn clear_and_update_of_displays() {
    let Some(stage) = Stage::new("python3") else { return };
    let clear = "from IPython.display import clear_output, display
for n in range(3):
    clear_output(wait=True)
    print(n)";
    let show = "handle = display('old', display_id=True)";
    let execution = stage.run(&[clear, show, "handle.update('new')"]).await.unwrap();
    assert_eq!(text_of(&execution, 0), "2\n");
    assert_eq!(text_of(&execution, 1), "'new'");
    assert_eq!(text_of(&execution, 2), "");
}

#[tokio::test]
async fn ten_megabytes_and_unicode_come_complete() {
    let Some(stage) = Stage::new("python3") else { return };
    let text = "for n in range(100_000): print('x' * 99)";
    let execution = stage.run(&[text, "print('Grüße 🎉 \\u0000')"]).await.unwrap();
    assert_eq!(text_of(&execution, 0).len(), 10_000_000);
    assert_eq!(text_of(&execution, 1), "Grüße 🎉 \0\n");
}

#[tokio::test]
async fn printing_for_ever_ends_at_the_limit_in_little_memory() {
    let Some(stage) = Stage::new("python3") else { return };
    let limits = Limits { cell: Some(Duration::from_secs(5)), ..Limits::default() };
    let error = stage.run_with(&limits, &["while True: print('x' * 1000)"]).await.unwrap_err();
    assert_eq!((error.class(), error.cell()), (FaultClass::Timeout, Some(0)));
    let outputs = &error.partial().unwrap().cells[0].outputs;
    assert_eq!(outputs[0]["text"].as_str().unwrap().len(), limits.cell_output_bytes);
    assert!(outputs[1]["text"].as_str().unwrap().contains("the rest is dropped"));
    assert_eq!(outputs[2]["ename"], "KeyboardInterrupt");
}

#[tokio::test]
async fn error_has_class_message_and_traceback() {
    let Some(stage) = Stage::new("python3") else { return };
    let error = stage.run(&["x = 1", "y = 1\nundefined"]).await.unwrap_err();
    let RunError::CellFailed { cell, ename, evalue, traceback, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!((cell, ename.as_str()), (1, "NameError"));
    assert_eq!(evalue, "name 'undefined' is not defined");
    assert!(traceback.concat().contains("undefined"));
}

#[tokio::test]
async fn input_fails_at_once() {
    let Some(stage) = Stage::new("python3") else { return };
    let error = stage.run(&["input('Name: ')"]).await.unwrap_err();
    let RunError::CellFailed { ename, evalue, .. } = error else { panic!("{error:?}") };
    assert_eq!(ename, "StdinNotImplementedError");
    assert!(evalue.contains("input"), "{evalue}");
}

#[tokio::test]
async fn kernel_that_is_killed_is_a_kernel_fault_of_its_cell() {
    let Some(stage) = Stage::new("python3") else { return };
    let kill = "print('last words', flush=True)
import os, time
time.sleep(0.5)
os.kill(os.getpid(), 9)";
    let error = stage.run(&["x = 1", kill]).await.unwrap_err();
    let RunError::KernelDied { cell, exit, partial, .. } = error else { panic!("{error:?}") };
    assert_eq!((cell, exit), (1, Exit::Signal(9)));
    assert_eq!(text_of(&partial, 1), "last words\n");
}

#[tokio::test]
async fn kernel_that_exits_fails_the_next_cell_if_there_is_one() {
    let Some(stage) = Stage::new("python3") else { return };
    stage.run(&["print('a')\nexit()"]).await.unwrap();
    let error =
        stage.run(&["exit()", "import asyncio; await asyncio.sleep(60)"]).await.unwrap_err();
    let RunError::KernelDied { cell, exit, .. } = error else { panic!("{error:?}") };
    assert_eq!((cell, exit), (1, Exit::Status(0)));
}

#[tokio::test]
async fn grandchildren_end_with_the_kernel() {
    let Some(stage) = Stage::new("python3") else { return };
    let source = "import subprocess, os
child = subprocess.Popen(['sleep', '1000'])
fork = os.fork() or __import__('time').sleep(1000)
print(child.pid, fork)";
    let mut kernel = stage.start().await;
    let cells = [clx_kernel::CodeCell::new(source)];
    let execution = kernel.run(&cells, &Limits::default(), &mut ()).await.unwrap();
    let pids = text_of(&execution, 0);
    let pids = pids.split_whitespace().map(|pid| pid.parse().unwrap());
    let processes: Vec<_> = pids.map(|pid| ProcessIdentity::of(pid).unwrap()).collect();
    assert_eq!(processes.len(), 2);
    drop(kernel);
    // The signal is sent; who is not our child may take a moment to follow it.
    let begin = Instant::now();
    while processes.iter().any(ProcessIdentity::is_alive) {
        assert!(begin.elapsed() < LONG, "{processes:?}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn cancelled_sleep_ends_at_once() {
    let Some(stage) = Stage::new("python3") else { return };
    let mut kernel = stage.start().await;
    let process = ProcessIdentity::of(kernel.pid()).unwrap();
    let cells = [clx_kernel::CodeCell::new("import time; time.sleep(300)")];
    let limit = Duration::from_millis(300);
    let run = async move { kernel.run(&cells, &Limits::default(), &mut ()).await };
    assert!(tokio::time::timeout(limit, run).await.is_err());
    assert!(!process.is_alive());
    assert_eq!(fs::read_dir(&stage.options.base).unwrap().count(), 0);
}

#[tokio::test]
async fn sleeping_cell_is_interrupted_by_a_signal() {
    let Some(stage) = Stage::new("python3") else { return };
    // Long enough that the cell has begun, also on a slow machine.
    let limits = Limits { cell: Some(Duration::from_secs(2)), ..Limits::default() };
    let error = stage.run_with(&limits, &["import time; time.sleep(300)"]).await.unwrap_err();
    assert_eq!(error.class(), FaultClass::Timeout);
    assert_eq!(error.partial().unwrap().cells[0].outputs[0]["ename"], "KeyboardInterrupt");
}

#[tokio::test]
async fn eight_kernels_start_at_once() {
    let Some(stage) = Stage::new("python3") else { return };
    let stage = std::sync::Arc::new(stage);
    let mut runs = tokio::task::JoinSet::new();
    for n in 0..8 {
        let stage = std::sync::Arc::clone(&stage);
        runs.spawn(async move { (n, stage.run(&[&format!("print({n})"), "print('b')"]).await) });
    }
    for (n, result) in runs.join_all().await {
        let execution = result.unwrap();
        assert_eq!(
            (text_of(&execution, 0), text_of(&execution, 1)),
            (format!("{n}\n"), "b\n".into())
        );
    }
    assert_eq!(fs::read_dir(&stage.options.base).unwrap().count(), 0);
}

#[tokio::test]
async fn programs_of_the_environment_come_first() {
    let Some(stage) = Stage::new("python3") else { return };
    let source = "import sys, shutil\nprint(shutil.which('python') == sys.executable)";
    let execution = stage.run(&[source]).await.unwrap();
    assert_eq!(text_of(&execution, 0), "True\n");
}

#[tokio::test]
async fn identity_is_stable_over_a_run() {
    let Some(stage) = Stage::new("python3") else { return };
    let environment = Environment::of_process();
    let first = stage.spec.identity(&environment).unwrap();
    stage.run(&["1 + 1"]).await.unwrap();
    assert_eq!(stage.spec.identity(&environment).unwrap(), first);
}
