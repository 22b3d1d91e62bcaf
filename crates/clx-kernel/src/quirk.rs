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
    /// Recognises the kernel by the name of a file in its command.
    pub(crate) fn of(spec: &KernelSpec) -> Self {
        let mut files = spec.argv.iter().filter_map(|argument| argument.rsplit('/').next());
        if files.clone().any(|file| file == "deno") {
            // 10 ms were enough in all measurements of a quiet machine.
            Self { drain: Duration::from_millis(30), ..Self::default() }
        } else if files.any(|file| file.starts_with("jjava")) {
            Self { must_be_killed: true, ..Self::default() }
        } else {
            Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_are_recognised_by_their_files() {
        let check = |argv: &[&str], has_drain: bool, must_be_killed: bool| {
            let directory = tempfile::tempdir().unwrap();
            let json = serde_json::json!({ "argv": argv }).to_string();
            std::fs::write(directory.path().join("kernel.json"), json).unwrap();
            let quirks = Quirks::of(&KernelSpec::read(directory.path()).unwrap());
            assert_eq!(
                (!quirks.drain.is_zero(), quirks.must_be_killed),
                (has_drain, must_be_killed)
            );
        };
        check(&["deno", "jupyter", "--kernel"], true, false);
        check(&["/opt/bin/deno", "jupyter"], true, false);
        check(&["java", "-jar", "{resource_dir}/jjava-launcher.jar"], false, true);
        check(&["/deno/jjava/bin/python", "-m", "ipykernel_launcher"], false, false);
    }
}
