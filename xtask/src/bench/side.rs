//! Who measures: clx, and the peers that can do the same. Principal type: [`Sides`].

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::TARGET;
use super::broker::Broker;
use super::python::Python;
use crate::error::TaskError;
use crate::run::Program;
use crate::tool;

/// What clx is measured in as a program.
const WHOLE: &[&str] = &["build", "execute", "memory"];

/// What runs code of notebooks.
const EXECUTED: &[&str] = &["execute", "memory"];

/// What effectum and RabbitMQ can do, too.
const QUEUES: &[&str] = &["queue", "latency"];

/// What nbconvert can do, too.
const PAGES: &[&str] = &["page", "execute"];

/// All that is needed for some measurements, as far as this machine lets us have it.
pub(super) struct Sides {
    root: PathBuf,
    broker: Option<Broker>,
    python: Option<Python>,
    /// Where both sides find the very same kernel, as `JUPYTER_PATH`.
    kernels: Option<OsString>,
}

impl Sides {
    /// Builds, installs and starts what these measurements need.
    pub(super) fn set_up(root: &Path, names: &[&str]) -> Result<Self, TaskError> {
        let needs = |measurements: &[&str]| names.iter().any(|name| measurements.contains(name));
        if needs(WHOLE) {
            build(root, "crates/clx-cli")?;
        }
        build(root, "bench/clx-side")?;
        if needs(QUEUES) {
            build(root, "bench/peers")?;
        }
        Ok(Self {
            root: root.to_owned(),
            kernels: if needs(EXECUTED) { python_kernel(root)? } else { None },
            python: if needs(PAGES) { Python::set_up(root) } else { None },
            broker: if needs(QUEUES) { Broker::start(root)? } else { None },
        })
    }

    /// Returns who can measure this, clx first, with the commands to do so.
    pub(super) fn of(&self, name: &str, directory: &Path) -> Vec<(&'static str, Program)> {
        if EXECUTED.contains(&name) && self.kernels.is_none() {
            return Vec::new();
        }
        let built = |program: &str| {
            let program = self.root.join(TARGET).join("release").join(program);
            Program::new(&self.root, &program.to_string_lossy()).argument(name)
        };
        let mut sides = vec![("clx", built("clx-side").argument(directory))];
        if QUEUES.contains(&name) {
            sides.push(("effectum", built("effectum").argument(directory)));
            let broker = self.broker.as_ref();
            let rabbit = broker.map(|broker| built("rabbit").argument(broker.address()));
            sides.extend(rabbit.map(|program| ("RabbitMQ", program)));
        }
        if PAGES.contains(&name) {
            let script = self.python.as_ref().map(|python| python.script(name).argument(directory));
            sides.extend(script.map(|program| ("nbconvert", program)));
        }
        let Some(kernels) = &self.kernels else { return sides };
        let with_kernels =
            |(side, program): (_, Program)| (side, program.variable("JUPYTER_PATH", kernels));
        sides.into_iter().map(with_kernels).collect()
    }
}

fn build(root: &Path, package: &str) -> Result<(), TaskError> {
    Program::new(root, "cargo build --release --manifest-path")
        .argument(format!("{package}/Cargo.toml"))
        .variable("CARGO_TARGET_DIR", root.join(TARGET))
        .run()
}

/// Lets the built clx set a kernel up, in a tool folder of the benchmarks. Without one, says so and
/// returns `None`.
fn python_kernel(root: &Path) -> Result<Option<OsString>, TaskError> {
    let target = root.join(TARGET);
    let program = Program::new(root, &target.join("release/clx").to_string_lossy())
        .variable("CLX_TOOLS_DIR", target.join("tools"));
    let words = ["setup", "kernels", "--language", "python", "--format", "json"];
    let program = words.into_iter().fold(program, Program::argument);
    let prefixes = tool::set_up_by(&program)?;
    Ok(prefixes.first().map(|prefix| prefix.join("share/jupyter").into_os_string()))
}
