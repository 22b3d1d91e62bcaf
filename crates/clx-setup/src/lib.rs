//! Sets up the tools that clx works with: fetched by the ordinary package clients, in the versions
//! that lock files pin, with their hashes checked. These are Jupyter kernels, PlantUML and draw.io. Knows
//! nothing of running them, prints nothing, reads the environment in two constructors only.
//!
//! | type | what for |
//! |---|---|
//! | [`ToolFolder`] | where tools are: a folder per user, a unit in each of its folders |
//! | [`Unit`] | what can be set up, with its lock |
//! | [`System`] | programs of this machine, and whether packages may be added to it |
//! | [`Setup`] | sets units up, one process at a time |
//! | [`parcel()`] | what of a unit is needed to use it in another tool folder |
//! | [`status()`], [`kernel_prefixes`], [`inspect`] | what is there, what lacks |
//! | [`SetupError`] | why a unit could not be set up, and what helps |
//!
//! ```text
//! <tools>/
//!   lock                         held while something is set up
//!   python-1f0e9a7c3b52/         a unit; the number is the digest of its lock
//!     requirements.txt           the lock
//!     bin/  lib/  …              a virtual environment of Python
//!     share/jupyter/kernels/python3/kernel.json
//!     complete.json              written last: without it the folder is begun anew
//! ```
//!
//! A unit is made at its final place, not renamed to it: scripts of a virtual environment hold
//! absolute paths. A folder without `complete.json` counts as not there.
//!
//! ```no_run
//! use clx_setup::{Setup, System, ToolFolder, Unit, kernel_prefixes};
//!
//! let (tools, system) = (ToolFolder::of_process()?, System::of_process());
//! Setup::new(&tools, &system, &mut |_event| {}).install(Unit::Python)?;
//! assert_eq!(kernel_prefixes(&tools).len(), 1);
//! # Ok::<(), clx_setup::SetupError>(())
//! ```

pub mod code;

mod asset;
mod command;
mod error;
mod event;
mod inspect;
mod kernelspec;
mod package;
mod parcel;
mod requirement;
mod setup;
mod status;
mod system;
mod tool_folder;
mod unit;

pub use error::{CommandFault, SetupError};
pub use event::{SetupEvent, SetupStep};
pub use inspect::{ToolReport, ToolState, inspect, of_unit};
pub use parcel::{Parcel, parcel};
pub use requirement::Requirement;
pub use setup::Setup;
pub use status::{Flaw, Installed, Status, kernel_prefixes, status};
pub use system::System;
pub use tool_folder::ToolFolder;
pub use unit::Unit;
