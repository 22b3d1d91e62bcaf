//! Kills at the boundaries of transactions: just before SQLite commits one that has written, and just
//! after. Principal function: [`arm`].
//!
//! Boundaries are counted by each process, from 1, as far as there is somebody to kill.
//! The variable [`KILL`] says `ROLE N VICTIM FILE`: a process whose first argument is `ROLE` kills
//! at its boundary `N`, and then makes `FILE`; where the file is, nobody kills any more.

use std::cell::Cell;
use std::ffi::{c_char, c_int, c_uint, c_void};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use rusqlite::ffi;
use rustix::process::{Pid, Signal, kill_process};

/// Variable of the environment: who is killed, and when.
pub const KILL: &str = "__CLX_FAKE_KILL";

/// Who is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Victim {
    /// The process that is at the boundary.
    Itself,
    /// All processes that it has started: tools, or workers.
    Children,
}

/// A kill to come, as [`KILL`] says it.
#[derive(Debug, Clone)]
pub struct Kill<'a> {
    /// First argument of the process that kills.
    pub role: &'a str,
    /// Number of the boundary.
    pub boundary: usize,
    /// Who is killed.
    pub victim: Victim,
    /// A file that is made when it is done.
    pub done: &'a Path,
}

impl fmt::Display for Kill<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let victim = match self.victim {
            Victim::Itself => "itself",
            Victim::Children => "children",
        };
        write!(f, "{} {} {victim} {}", self.role, self.boundary, self.done.display())
    }
}

#[derive(Debug)]
struct Plan {
    boundary: usize,
    kills_children: bool,
    done: PathBuf,
}

static PLAN: OnceLock<Plan> = OnceLock::new();
static PASSED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Set between the boundaries of a transaction.
    static COMMITS: Cell<bool> = const { Cell::new(false) };
}

/// Makes this process kill at the boundary that the environment names, if it has the role.
pub fn arm() {
    let Ok(text) = std::env::var(KILL) else { return };
    let words: Vec<&str> = text.splitn(4, ' ').collect();
    let [role, boundary, victim, done] = words[..] else { panic!("{KILL}: {text}") };
    if std::env::args().nth(1).as_deref() != Some(role) {
        return;
    }
    let boundary = boundary.parse().expect("a number");
    let plan = Plan { boundary, kills_children: victim == "children", done: done.into() };
    PLAN.set(plan).expect("armed once");
    // SAFETY: `attach` has the signature of an entry point and keeps no pointer that it is given.
    unsafe { ffi::sqlite3_auto_extension(Some(attach)) };
}

/// Is called by SQLite for each connection that is opened.
unsafe extern "C" fn attach(
    connection: *mut ffi::sqlite3,
    _message: *mut *mut c_char,
    _routines: *const ffi::sqlite3_api_routines,
) -> c_int {
    let nothing = std::ptr::null_mut();
    // SAFETY: the connection is open, and the functions need nothing that could go away.
    unsafe {
        ffi::sqlite3_commit_hook(connection, Some(before_commit), nothing);
        let profile = ffi::SQLITE_TRACE_PROFILE as c_uint;
        ffi::sqlite3_trace_v2(connection, profile, Some(after_statement), nothing)
    }
}

unsafe extern "C" fn before_commit(_: *mut c_void) -> c_int {
    COMMITS.set(true);
    pass();
    0
}

unsafe extern "C" fn after_statement(
    _: c_uint,
    _: *mut c_void,
    _: *mut c_void,
    _: *mut c_void,
) -> c_int {
    if COMMITS.replace(false) {
        pass();
    }
    0
}

fn pass() {
    let Some(plan) = PLAN.get() else { return };
    let victims = if plan.kills_children { children() } else { vec![rustix::process::getpid()] };
    if victims.is_empty() {
        return;
    }
    let number = PASSED.fetch_add(1, Ordering::SeqCst) + 1;
    if number == plan.boundary && fs::File::create_new(&plan.done).is_ok() {
        victims.into_iter().for_each(kill);
    }
}

fn kill(process: Pid) {
    // One that has ended meanwhile is none to kill.
    kill_process(process, Signal::KILL).ok();
}

/// Returns the processes that threads of this one have started.
fn children() -> Vec<Pid> {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let numbers: Vec<i32> = lists
        .flat_map(|list| list.split(' ').filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
        .collect();
    numbers.into_iter().filter_map(Pid::from_raw).collect()
}
