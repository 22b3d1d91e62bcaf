//! The diagnostic codes of this crate: `CLX0840` to `CLX0859`.

/// No Docker engine answers. Install Docker and start it, such as by `systemctl start docker`; your user
/// must be in the group `docker`. An engine at another place is named by `DOCKER_HOST`. Everything that
/// clx does in containers it can do without, too: `--workers in-process`.
pub const ENGINE_NOT_RUNNING: &str = "CLX0840";

/// The Docker engine is too old: version 20.10 (API 1.41) is the first that will do.
pub const ENGINE_TOO_OLD: &str = "CLX0841";

/// There is no image to build on: the one that is named is not there, or no registry can be reached and
/// no base can be made here. `--base` names one; `--bootstrap` makes one from the package source of a
/// Debian host, as root.
pub const BASE_MISSING: &str = "CLX0842";

/// A step of building an image failed. The lines below the message are the last of its log. Mostly a
/// package source cannot be reached from containers.
pub const BUILD_FAILED: &str = "CLX0843";

/// A file that belongs into an image is not the one that this version of clx was tested with: its hash is
/// another one. Remove it, so that it is fetched again; if it stays so, somebody tampers with the package,
/// or clx has a wrong hash: please report it.
pub const ARTEFACT_WRONG: &str = "CLX0844";

/// The engine has no image for this kind of jobs. Build it by `clx docker build`, or fetch it by
/// `clx docker pull`.
pub const IMAGE_MISSING: &str = "CLX0845";

/// The engine has an image for this kind of jobs, but of another version of clx, and a worker must be of
/// the same version as the build. Build the image anew by `clx docker build`.
pub const IMAGE_OF_OTHER_VERSION: &str = "CLX0846";

/// The image holds addresses and certificates of the site where it was built, so it is not pushed. Build
/// it on a base that everybody may see: `clx docker build --base debian:bookworm-slim`.
pub const PUSH_REFUSED: &str = "CLX0847";

/// An image could not be pulled or pushed. The message has what the engine said: mostly the registry
/// cannot be reached, wants `docker login`, or does not have the image.
pub const TRANSFER_FAILED: &str = "CLX0848";

/// The Docker engine refused a request or broke off. The message has what it said; its own log has more.
pub const ENGINE_FAILED: &str = "CLX0849";

/// The worker that is to be copied into images is not statically linked, so it needs libraries that images
/// do not have. The hint has the command that builds one.
pub const WORKER_NOT_STATIC: &str = "CLX0850";

/// A base could not be made on this machine. The message has the reason: it takes root, `debootstrap`, and
/// a package source of Debian 12 in the host's settings.
pub const BOOTSTRAP_FAILED: &str = "CLX0851";

/// A file that belongs into an image could not be read or written. The message has the reason.
pub const FILE_FAILED: &str = "CLX0852";

/// An image was built and does not do its work: a small job, run as workers run, failed in it. The lines
/// below the message are the last that it said.
pub const CHECK_FAILED: &str = "CLX0853";
