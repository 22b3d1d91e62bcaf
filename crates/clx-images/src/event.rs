//! What happens while images are made. Principal type: [`ImageEvent`].

use std::time::Duration;

use clx_setup::SetupEvent;

/// Something that a person who waits wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageEvent {
    /// The default base cannot be pulled; one is made instead.
    BaseNotPulled {
        /// Its name.
        reference: String,
        /// What the engine said.
        reason: String,
    },
    /// A minimal Debian is being installed into a directory, to become a base.
    Bootstrapping,
    /// What images are built on.
    Base {
        /// Its name.
        reference: String,
        /// Whether it is for this site only.
        is_site: bool,
    },
    /// A tool for an image is fetched.
    Setup(SetupEvent),
    /// There is an image with the same digest.
    UpToDate {
        /// Its name.
        reference: String,
    },
    /// A build begins.
    Building {
        /// Name of the image.
        reference: String,
        /// Size of what is sent to the engine.
        context_bytes: u64,
    },
    /// An image is on its way from a registry.
    Pulling {
        /// Its name there.
        reference: String,
    },
    /// An image is on its way to a registry.
    Pushing {
        /// Its name there.
        reference: String,
    },
    /// A step of a build begins, such as `Step 3/9 : RUN apt-get update`.
    Step {
        /// The line of the log.
        line: String,
    },
    /// Another line of a log.
    Log {
        /// The line.
        line: String,
    },
    /// An image is there.
    Built {
        /// Its name.
        reference: String,
        /// From the first step on.
        elapsed: Duration,
    },
}
