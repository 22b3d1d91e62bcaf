//! What some kernels do differently. Principal type: [`Quirks`].

use std::time::Duration;

use crate::spec::KernelSpec;

/// The peculiarities of a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Quirks {
    /// How long nothing may have arrived before a cell's output is complete; zero if the kernel
    /// sends all output before it says that it is idle.
    pub(crate) drain: Duration,
    /// It does not end when it is asked to.
    pub(crate) must_be_killed: bool,
}

impl Quirks {
    /// Recognises the kernel by a word in its command.
    pub(crate) fn of(spec: &KernelSpec) -> Self {
        let names = |word| spec.argv.iter().any(|argument| argument.contains(word));
        if names("deno") {
            // 10 ms were enough in all measurements of a quiet machine.
            Self { drain: Duration::from_millis(30), ..Self::default() }
        } else if names("jjava") {
            Self { must_be_killed: true, ..Self::default() }
        } else {
            Self::default()
        }
    }
}
