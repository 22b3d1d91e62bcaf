//! Child processes that end with their parent. Knows nothing of what they run. Linux only.
//!
//! | type | what for |
//! |---|---|
//! | [`Spawn`] | says what to start and how; the only place of clx that starts a process |
//! | [`Child`] | waits with a limit, terminates, shows the tail of the output; dropping kills |
//! | [`Remote`] | signals a child from another thread than the one that waits |
//! | [`Lifeline`] | in a child that is ours: notices the parent's death |
//! | [`ProcessIdentity`] | names a process beyond its pid, for records that outlive it |
//! | [`ScratchDirectory`] | a tool's directory, removed with it, or by the next build |
//!
//! # Groups
//!
//! Every child runs in a process group of its own. When the child ends, by itself or not, what is
//! left of the group is killed: no grandchild outlives its job. A process that makes a session of
//! its own (`setsid`) escapes; none of the tools of clx does.
//!
//! # When the parent is killed
//!
//! `SIGKILL` cannot be caught, so a parent cannot clean up after itself. Two ways lead out, both
//! built on a pipe that the kernel closes when its holder dies, however it dies:
//!
//! * A child that is ours gets the pipe as its standard input ([`Stdin::Lifeline`]) and watches it
//!   by [`Lifeline::die_with_parent`].
//! * Beside a foreign tool, such as a kernel or a browser, runs a guard ([`Spawn::guarded`]): a
//!   shell that waits for the end of the pipe and then kills the group. The guard leads the group
//!   and the tool joins it, so the guard is in place before the tool starts, and the number of the
//!   group cannot be given to others while the guard lives.
//!
//! `PR_SET_PDEATHSIG` is not used: it fires when the *thread* that started the child ends, not the
//! process, so a child that a pool's thread started would die with that thread; it is cleared by
//! programs with extra privileges; and it does not reach grandchildren.
//!
//! ```
//! use std::time::Duration;
//! use clx_process::{Exit, Spawn, Waited};
//! let mut child = Spawn::new("/bin/sh").args(["-c", "echo hello; exit 3"]).start()?;
//! assert_eq!(child.wait(Duration::from_secs(10))?, Waited::Exited(Exit::Status(3)));
//! assert_eq!(child.tail(), "hello\n");
//! # Ok::<(), clx_process::ProcessError>(())
//! ```

mod child;
mod drain;
mod error;
mod exit;
mod group;
mod guard;
mod host;
mod identity;
mod lifeline;
mod memory;
mod proc_stat;
mod quote;
mod ready;
mod remote;
mod scratch;
mod spawn;
mod tail;

pub use child::{Child, Waited};
pub use error::ProcessError;
pub use exit::Exit;
pub use group::{group_members, kill_group};
pub use host::host_name;
pub use identity::ProcessIdentity;
pub use lifeline::Lifeline;
pub use memory::{Memory, available_memory, group_memory};
pub use quote::quoted;
pub use remote::Remote;
pub use scratch::ScratchDirectory;
pub use spawn::{Spawn, Stderr, Stdin, Stdout};
pub use tail::TAIL_BYTES;
