//! Jupyter kernels: finds, starts, runs and stops them. Knows cells of code, nothing of what
//! notebooks mean, of courses or of queues. Linux only, asynchronous (tokio with I/O and time).
//!
//! | type | what for |
//! |---|---|
//! | [`KernelSearch`], [`KernelSpec`] | find an installed kernel by name |
//! | [`Kernel`] | one running kernel for one notebook: start, [`run`](Kernel::run), stop |
//! | [`SparePool`] | starts the next kernels while others run |
//! | [`StoppingKernels`] | lets kernels end while others run |
//! | [`CodeCell`], [`Limits`], [`RunObserver`] | what to execute, within which limits, who watches |
//! | [`Execution`] | what came out: outputs as in a notebook of format 4 |
//! | [`MessageReader`], [`Message`] | what a kernel sends, read without a kernel |
//! | [`KernelError`], [`RunError`], [`FaultClass`] | what went wrong, and whether to try again |
//!
//! The caller decides about trying again; a kernel is never used for two notebooks.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use clx_kernel::{CodeCell, Environment, Kernel, KernelSearch, Limits, StartOptions};
//!
//! let spec = KernelSearch::new(&Environment::of_process(), &[]).find("python3")?;
//! let mut kernel = Kernel::start(&spec, &StartOptions::new("kernels".into())).await?;
//! std::fs::write(kernel.work_directory().join("data.txt"), "42")?;
//! let cells = [CodeCell::new("print(open('data.txt').read())")];
//! let execution = kernel.run(&cells, &Limits::default(), &mut ()).await?;
//! assert_eq!(execution.cells[0].outputs[0]["text"], "42\n");
//! kernel.stop().await;
//! # Ok(())
//! # }
//! ```

mod cell;
mod channels;
mod connection;
mod directory;
mod environment;
mod error;
mod execution;
mod identity;
mod kernel;
mod limits;
mod observer;
mod outputs;
mod process;
mod quirk;
mod run;
mod search;
mod spare;
mod spec;
mod start;
mod stopping;
mod wire;

pub use clx_process::{Memory, available_memory, group_memory};
pub use directory::remove_leftovers;
pub use environment::Environment;
pub use error::{FaultClass, KernelError};
pub use execution::{CellExecution, CodeCell, Execution, LimitScope, RunError};
pub use kernel::Kernel;
pub use limits::Limits;
pub use observer::RunObserver;
pub use search::KernelSearch;
pub use spare::{Refill, SparePool};
pub use spec::{InterruptMode, KernelSpec};
pub use start::StartOptions;
pub use stopping::StoppingKernels;
pub use wire::{Message, MessageReader, WireError};
