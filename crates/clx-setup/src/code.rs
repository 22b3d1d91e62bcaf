//! The diagnostic codes of this crate: `CLX0700` to `CLX0799`.

/// clx does not know where to keep tools: neither `CLX_TOOLS_DIR` nor `XDG_DATA_HOME` nor `HOME` is
/// set. Set `CLX_TOOLS_DIR` to a directory that you may write.
pub const NO_TOOL_FOLDER: &str = "CLX0700";

/// A file of the tool folder could not be read or written. The message has the reason. Another
/// folder can be named by `CLX_TOOLS_DIR`.
pub const TOOL_FOLDER_FAILED: &str = "CLX0701";

/// The disk is full, or your quota on it. Python needs about 130 MB, TypeScript and Java 150 MB
/// together.
pub const DISK_FULL: &str = "CLX0702";

/// A program of the system that a tool is built on is missing or too old. The hint names the
/// package that has it.
pub const REQUIREMENT_MISSING: &str = "CLX0703";

/// A package could not be fetched because the network, or the package index, could not be reached.
/// The lines below the message are what the package client said. Behind a proxy, set `HTTPS_PROXY`;
/// for a mirror, configure `pip`, such as by `PIP_INDEX_URL`.
pub const NETWORK_FAILED: &str = "CLX0704";

/// A package is not the one that this version of clx was tested with: its hash is another one. Nothing
/// of it was installed. Try again without mirror or cache (`PIP_NO_CACHE_DIR=1`); if it stays so,
/// somebody tampers with the package, or clx has a wrong hash: please report it.
pub const HASH_MISMATCH: &str = "CLX0705";

/// The package index has no file of a package that fits this Python and this machine. Pythons 3.10
/// to 3.14 on Linux with x86-64 or ARM64 are supported.
pub const PACKAGE_NOT_OFFERED: &str = "CLX0706";

/// A command of the set-up failed. The lines below the message are what it said last.
pub const COMMAND_FAILED: &str = "CLX0707";

/// A command of the set-up took longer than its limit and was stopped. Mostly the network is slow:
/// what is already fetched is kept, so try again.
pub const TIME_LIMIT: &str = "CLX0708";

/// A package did not bring the kernelspec that clx expects, or it cannot be read. This is a fault of
/// clx or of the package: please report it.
pub const KERNELSPEC_INVALID: &str = "CLX0709";

/// `clx setup kernels --check` or `clx doctor` found that a tool is not set up, or no longer works.
/// The hint has the command that sets it up.
pub const NOT_SET_UP: &str = "CLX0710";
