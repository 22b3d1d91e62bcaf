//! Codes of the diagnostics of a build.

/// An output path holds a file that clx did not write and whose content differs.
///
/// clx never overwrites such a file. Move it away, or pass `--adopt` to let clx take over what lies
/// at its output paths.
pub const FOREIGN_FILE: &str = "CLX0401";

/// An output path leads out of its output root through a symbolic link, or a directory or other
/// non-file lies there.
///
/// Remove the link or the directory.
pub const BLOCKED_PATH: &str = "CLX0402";

/// An output could not be written.
///
/// The message has the operating system's reason, such as a full disk or a missing permission.
pub const WRITE_FAILED: &str = "CLX0403";

/// A source could not be read while it was copied or hashed.
///
/// The message has the operating system's reason.
pub const READ_FAILED: &str = "CLX0404";

/// An output that is no longer wanted was changed by hand, so it was kept.
///
/// clx does not look after it any more. Delete it if it is not needed.
pub const KEPT_CHANGED: &str = "CLX0406";

/// A worker or a tool died while it made an output, and a later attempt succeeded.
///
/// Nothing is lost; if it happens often, something is wrong with the tool or the memory is short.
pub const FLAKY: &str = "CLX0407";

/// There is no kernel for a programming language of the course, so its pages show code without
/// outputs and say so.
///
/// `clx setup kernels` installs the kernels that clx knows; any other is found where Jupyter finds it.
pub const KERNEL_MISSING: &str = "CLX0408";

/// The tool that draws the diagrams of the course is not installed, so their pictures are left out.
///
/// `clx setup plantuml` and `clx setup drawio` install it; `clx doctor` tells what lacks.
pub const TOOL_MISSING: &str = "CLX0409";

/// A further picture of a diagram source has the name of another output.
///
/// Give that part of the source, a `@start…` block or a page, another name.
pub const PICTURE_TAKEN: &str = "CLX0410";

/// `--verify` made an output afresh, twice with the same result, and the cache had another one; or it
/// could not be made at all.
///
/// Something decides about the output that clx does not know of, such as a file outside of its topic
/// that its code reads, or the cache was changed. The fresh result takes the place of the other.
pub const RESULT_DIFFERS: &str = "CLX0411";

/// `--verify` made an output twice, and it was another one each time.
///
/// The code of the page prints times, addresses, or random numbers without a seed. The output
/// stays as it is.
pub const NOT_REPRODUCIBLE: &str = "CLX0412";
