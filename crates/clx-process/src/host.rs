//! This host. Principal function: [`host_name`].

/// Returns the name by which this host calls itself.
#[must_use]
pub fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
