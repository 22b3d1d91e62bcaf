//! The terminal is as it was whatever ends the monitor. The monitor runs in this test program, started
//! again in a pseudo-terminal.

use std::path::Path;
use std::time::Duration;

use clx_monitor::{End, MonitorError, Settings};
use clx_queue::{NewSession, Place, Queue, QueueView, SqliteOptions, SqliteQueue};
use clx_testkit::pty::Pty;
use rustix::process::Signal;

/// Names the queue that the program shows if it is started as a monitor.
const QUEUE: &str = "__CLX_MONITOR_QUEUE";

/// Makes the monitor panic as soon as it has read a build.
const PANICS: &str = "__CLX_MONITOR_PANICS";

/// The role of the monitor; as a test it does nothing.
#[test]
fn monitor() {
    let Some(queue) = std::env::var_os(QUEUE) else { return };
    let panics = std::env::var_os(PANICS).is_some();
    let settings = Settings {
        logs: Path::new(&queue).with_file_name("logs"),
        queue: Place::File(queue.clone().into()),
        refresh: Duration::from_millis(50),
        is_coloured: true,
    };
    let open = || {
        let queue = SqliteQueue::open(Path::new(&queue), &SqliteOptions::default());
        queue.map(|queue| Some(Box::new(queue) as Box<dyn QueueView>))
    };
    let end = clx_monitor::run(&settings, &open, &|_| {
        assert!(!panics, "the monitor panics as asked");
        false
    });
    match end {
        Ok(End::Quit) => println!("ended: as wanted"),
        Ok(End::Interrupted) => println!("ended: interrupted"),
        Err(MonitorError::Terminal(error)) => println!("ended: {error}"),
        Err(other) => panic!("{other}"),
    }
}

/// A queue with an open build, and the monitor that shows it.
struct Stage {
    pty: Pty,
    _dir: tempfile::TempDir,
}

impl Stage {
    fn start(variables: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().expect("a temp dir");
        let path = dir.path().join("jobs.db");
        let queue = SqliteQueue::open(&path, &SqliteOptions::default()).expect("a queue");
        let root = dir.path().join("course");
        queue.open_session(&NewSession::of_this_process(&root, 0, "")).expect("opened");
        let program = std::env::current_exe().expect("this program");
        let variables =
            [&[(QUEUE, path.to_str().expect("UTF-8")), ("RUST_BACKTRACE", "0")], variables]
                .concat();
        let args = ["--exact", "--nocapture", "monitor"];
        let program = program.to_str().expect("UTF-8");
        Self { pty: Pty::start(program, &args, &variables, (100, 30)), _dir: dir }
    }

    /// Starts a monitor and waits until it shows the build.
    fn shown(variables: &[(&str, &str)]) -> Self {
        let mut this = Self::start(variables);
        this.pty.wait_for("#1  course");
        assert!(this.pty.is_on_alternate_screen() && !this.pty.is_cooked());
        this
    }

    /// Waits for the end; the terminal must be as before and show these words.
    #[track_caller]
    fn ends(mut self, words: &str) {
        let _status = self.pty.end();
        let screen = self.pty.screen();
        assert!(screen.contains(words), "{screen}");
        assert!(!screen.contains("1 Builds"), "{screen}");
        assert!(!self.pty.is_on_alternate_screen(), "{screen}");
        assert!(!self.pty.hides_cursor(), "{screen}");
        assert!(self.pty.is_cooked(), "{screen}");
    }
}

#[test]
fn key_gives_the_terminal_back() {
    let stage = Stage::shown(&[]);
    stage.pty.press("q");
    stage.ends("ended: as wanted");
}

#[test]
fn control_c_gives_the_terminal_back() {
    let stage = Stage::shown(&[]);
    stage.pty.press("\x03");
    stage.ends("ended: interrupted");
}

#[test]
fn signals_give_the_terminal_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let stage = Stage::shown(&[]);
        stage.pty.signal(signal);
        stage.ends("ended: interrupted");
    }
}

#[test]
fn panic_gives_the_terminal_back_and_its_message_can_be_read() {
    let stage = Stage::start(&[(PANICS, "1")]);
    stage.ends("the monitor panics as asked");
}

#[test]
fn closed_window_ends_the_monitor() {
    let mut stage = Stage::shown(&[]);
    stage.pty.hang_up();
    let _status = stage.pty.end();
}
