//! The diagnostic codes of this crate: `CLX0500` to `CLX0599`.

/// A cell failed. The place is the line of the source where the kernel tells it, else the first line
/// of the cell; the frame shows the cell and the kernel's own words. Mend the code, or tag the cell
/// `raises-exception` if the error is to be shown.
pub const CELL_FAILED: &str = "CLX0501";

/// A cell ran longer than its limit and was stopped. Look for an endless loop, or raise the limit.
pub const CELL_TIMEOUT: &str = "CLX0502";

/// The kernel ended, broke its connection or did not start, again on every attempt. If that happens
/// in one and the same cell, its code is the probable cause; killed by signal 9 mostly means that
/// memory was short.
pub const KERNEL_FAULT: &str = "CLX0503";

/// The kernel that the build found is not there or cannot be used any more. `clx setup kernels`
/// installs the ones that clx knows.
pub const KERNEL_MISSING: &str = "CLX0504";

/// A cell of a topic with `skip-errors` failed; the page shows it without outputs.
pub const ERROR_SKIPPED: &str = "CLX0505";

/// A file that the code may see cannot be laid where it runs, because its name leads out of there or
/// the disk is full.
pub const FILE_NOT_LAID: &str = "CLX0506";
