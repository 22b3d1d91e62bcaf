//! `clx monitor` in a pseudo-terminal, beside builds that run.

use clx_process::Child;
use clx_testkit::fake_kernel::{FakeKernel, FakeStart, run_if_asked};
use clx_testkit::pty::Pty;
use clx_tests::e2e::{Clx, Run, TestCourse, finish};
use rustix::process::Signal;

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

/// Shown as long as there is no queue.
const NO_BUILDS: &str = "no builds yet here; run `clx build SPEC` in another terminal";

/// The kernel's own role; see [`run_if_asked`].
#[test]
fn fake_kernel() {
    run_if_asked();
}

/// A course one of whose notebooks fails, while another one runs until somebody cancels it.
struct Stage {
    course: TestCourse,
    kernels: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let kernels = tempfile::tempdir().expect("a temp dir");
        FakeKernel::new(FakeStart::Ready).install(kernels.path(), "python3");
        let endless = "# %%\nprint begun\n\n# %%\nprint epoch 7\nhang\n\n# %%\nprint never\n";
        let wrong = "# %%\nprint fine\n\n# %%\nfail NameError no such name\n";
        let course = TestCourse::with_topics(&[("endless", endless), ("wrong", wrong)]);
        course.write(".clx/.gitignore", "*\n");
        Self { course, kernels }
    }

    /// Starts a build that does not end by itself.
    fn build(&self) -> Child {
        let args = ["--notebook-workers", "2"];
        CLX.executing(&self.course, self.kernels.path(), &args).start().expect("clx starts")
    }

    fn monitor(&self, size: (u16, u16)) -> Pty {
        let state = self.course.root().join(".clx");
        let state = state.to_str().expect("paths of tests are UTF-8");
        Pty::start(CLX.0, &["monitor", "--state-dir", state, "--refresh", "1"], &[], size)
    }
}

/// Fails unless the terminal is as it was, the monitor gone with this exit status.
#[track_caller]
fn assert_restored(pty: &mut Pty, status: i32) {
    assert_eq!(pty.end(), status);
    assert!(!pty.is_on_alternate_screen() && !pty.hides_cursor() && pty.is_cooked());
    let written = pty.written();
    let left = written.rfind("\x1b[?1049l").expect("it leaves the alternate screen");
    let entered = written.rfind("\x1b[?1049h").expect("it enters the alternate screen");
    assert!(entered < left, "{written:?}");
}

#[test]
fn build_is_awaited_watched_and_cancelled() {
    let stage = Stage::new();
    let mut pty = stage.monitor((100, 30));
    pty.wait_for(NO_BUILDS);
    let build = stage.build();

    pty.wait_until("the running job with its cell and last line", |screen| {
        let mut lines = screen.lines();
        lines.any(|line| line.contains("slides_endless.py") && line.contains("cell 2 of 3"))
            && screen.contains("epoch 7")
    });
    pty.wait_for("4 Failures (1)");
    pty.wait_for("line 5: NameError: no such name");
    pty.wait_until("one busy worker", |screen| {
        ["1/2 workers busy", "1/1 workers busy"].iter().any(|busy| screen.contains(busy))
    });

    pty.press("4\r");
    let page = pty.wait_for("error[CLX0501]: NameError: no such name");
    for words in ["slides_wrong.py:5", "failed in part", "5 | fail NameError no such name"] {
        assert!(page.contains(words), "no `{words}`:\n{page}");
    }
    pty.press("\x1b");
    pty.wait_for("1 Builds");

    pty.press("3c");
    pty.wait_for("slides_endless.py? y/n");
    pty.press("y");
    pty.wait_for("was asked to stop");
    let run: Run = finish(build).expect(1);
    run.says(&["slides_endless.py", "CLX0304"]);
    pty.wait_until("the end of the build and how it ended", |screen| {
        let mut lines = screen.lines().filter(|line| line.contains("#1"));
        lines.any(|line| line.contains("ended") && line.contains("1 failed  1 cancelled"))
    });

    pty.press("4r");
    pty.wait_for("build 1 has ended; run `clx build` again");
    pty.press("q");
    assert_restored(&mut pty, 0);
}

#[test]
fn whole_build_is_cancelled() {
    let stage = Stage::new();
    let build = stage.build();
    let mut pty = stage.monitor((80, 24));
    pty.wait_for("cell 2 of 3");
    pty.press("1c");
    pty.wait_for("cancel all jobs of build 1, course-specs/course.xml? y/n");
    pty.press("n");
    pty.wait_for("? help");
    pty.press("cy");
    pty.wait_for("asked to stop");
    let _failed = finish(build).expect(1);
}

#[test]
fn terminal_may_change_its_size() {
    let stage = Stage::new();
    let build = stage.build();
    let mut pty = stage.monitor((120, 40));
    pty.wait_for("cell 2 of 3");
    pty.press("3");
    pty.resize(40, 10);
    pty.wait_until("the workers alone", |screen| {
        screen.contains("━━ 3 Workers")
            && !screen.contains("Builds")
            && screen.contains("cell 2 of")
    });
    pty.resize(30, 8);
    pty.wait_for("has 30 and 8");
    pty.resize(80, 24);
    pty.wait_for("1 Builds");
    pty.press("cy");
    let _failed = finish(build).expect(1);
}

#[test]
fn terminal_is_given_back_when_a_signal_ends_the_monitor() {
    let stage = Stage::new();
    let mut pty = stage.monitor((80, 24));
    pty.wait_for(NO_BUILDS);
    pty.signal(Signal::TERM);
    assert_restored(&mut pty, 130);
}

#[test]
fn without_colours_no_colour_is_written() {
    let stage = Stage::new();
    let state = stage.course.root().join(".clx");
    let args = ["monitor", "--state-dir", state.to_str().expect("UTF-8")];
    let mut pty = Pty::start(CLX.0, &args, &[("NO_COLOR", "1")], (80, 24));
    pty.wait_for(NO_BUILDS);
    pty.press("q");
    assert_restored(&mut pty, 0);
    let written = pty.written();
    assert!(!written.split("\x1b[").skip(1).any(sets_colour), "{written:?}");
}

/// Tells whether an escape sequence, without its first letters, sets a colour.
fn sets_colour(sequence: &str) -> bool {
    let Some((numbers, _)) = sequence.split_once('m') else { return false };
    let numbers = numbers.split(';').map_while(|number| number.parse().ok());
    numbers.into_iter().any(|n: u8| matches!(n, 30..=38 | 40..=48 | 90..=107))
}

#[test]
fn missing_directory_and_missing_terminal_are_told() {
    let run = CLX.run(&["monitor", "--state-dir", "/nonexistent/.clx"]).expect(2);
    run.says(&["there is no directory /nonexistent/.clx"]);
    let stage = Stage::new();
    let state = stage.course.root().join(".clx");
    let run = CLX.run(&["monitor", "--state-dir", state.to_str().expect("UTF-8")]).expect(2);
    run.says(&["`clx monitor` needs a terminal"]);
    assert!(!state.join("jobs.db").exists(), "nothing was made");
}
