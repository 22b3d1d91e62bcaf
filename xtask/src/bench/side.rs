//! Who measures: clx, and the peers that can do the same. Principal type: [`Sides`].

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::TARGET;
use super::broker::Broker;
use super::python::Python;
use crate::error::TaskError;
use crate::run::Program;
use crate::{integration, package, tool};

/// What clx is measured in as a program.
const WHOLE: &[&str] = &[
    "build",
    "incremental",
    "execute",
    "memory",
    "plantuml",
    "drawio",
    "containers",
    "look",
    WATCH,
];

/// What needs an engine with images.
const CONTAINERS: &str = "containers";

/// What needs a PostgreSQL server.
const SERVER: &str = "scale";

/// What needs a browser.
const WATCH: &str = "watch";

/// As clx looks for them.
const BROWSERS: &[&str] =
    &["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

/// What runs code of notebooks.
const EXECUTED: &[&str] = &["execute", "memory"];

/// What draws diagrams, each with the tool of the same name.
const DIAGRAMS: &[&str] = &["plantuml", "drawio"];

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
    /// Those of [`DIAGRAMS`] whose tool is there.
    diagrams: Vec<&'static str>,
    has_containers: bool,
    has_browser: bool,
}

impl Sides {
    /// Builds, installs and starts what these measurements need.
    pub(super) fn set_up(root: &Path, names: &[&str]) -> Result<Self, TaskError> {
        let needs = |measurements: &[&str]| names.iter().any(|name| measurements.contains(name));
        if needs(WHOLE) {
            build(root, "crates/clx-cli")?;
        }
        if needs(&[SERVER]) {
            package::set_up(root)?;
        }
        build(root, "bench/clx-side")?;
        if needs(QUEUES) {
            build(root, "bench/peers")?;
        }
        Ok(Self {
            root: root.to_owned(),
            kernels: if needs(EXECUTED) { python_kernel(root)? } else { None },
            diagrams: diagrams(root, names)?,
            has_containers: needs(&[CONTAINERS]) && integration::prepare(root)?,
            has_browser: needs(&[WATCH]) && has_browser(root),
            python: if needs(PAGES) { Python::set_up(root) } else { None },
            broker: if needs(QUEUES) { Broker::start(root)? } else { None },
        })
    }

    /// Returns who can measure this, clx first, with the commands to do so.
    pub(super) fn of(&self, name: &str, directory: &Path) -> Vec<(&'static str, Program)> {
        let lacks_kernel = EXECUTED.contains(&name) && self.kernels.is_none();
        let lacks_images = name == CONTAINERS && !self.has_containers;
        let lacks_browser = name == WATCH && !self.has_browser;
        if lacks_kernel
            || lacks_images
            || lacks_browser
            || DIAGRAMS.contains(&name) && !self.diagrams.contains(&name)
        {
            return Vec::new();
        }
        let built = |program: &str| {
            let program = self.root.join(TARGET).join("release").join(program);
            Program::new(&self.root, &program.to_string_lossy()).argument(name)
        };
        let clx = built("clx-side").variable("CLX_TOOLS_DIR", tool_folder(&self.root));
        let mut sides = vec![("clx", clx.argument(directory))];
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

/// Says so if there is no browser.
fn has_browser(root: &Path) -> bool {
    let starts = |name: &&str| Program::new(root, &format!("{name} --version")).succeeds();
    let is_there = BROWSERS.iter().any(starts);
    if !is_there {
        crate::say("!!! There is no Chromium in PATH: the rows of `watch` are left out.");
    }
    is_there
}

/// Sets a kernel up. Without one, says so and returns `None`.
fn python_kernel(root: &Path) -> Result<Option<OsString>, TaskError> {
    let prefixes = set_up(root, "kernels --language python")?;
    Ok(prefixes.first().map(|prefix| prefix.join("share/jupyter").into_os_string()))
}

/// Sets up what draws the diagrams of these measurements. Returns those whose tool is there; says which
/// are left out.
fn diagrams(root: &Path, names: &[&str]) -> Result<Vec<&'static str>, TaskError> {
    let mut there = Vec::new();
    for &name in DIAGRAMS.iter().filter(|name| names.contains(name)) {
        if set_up(root, name)?.is_empty() {
            crate::say(&format!("!!! {name} cannot be set up: its rows are left out."));
        } else {
            there.push(name);
        }
    }
    Ok(there)
}

/// Lets the built clx set tools up, in a tool folder of the benchmarks. Returns where those are that
/// are there.
fn set_up(root: &Path, what: &str) -> Result<Vec<PathBuf>, TaskError> {
    let clx = root.join(TARGET).join("release/clx");
    let program = Program::new(root, &clx.to_string_lossy()).argument("setup");
    let program = what.split(' ').fold(program, Program::argument);
    let program = program.argument("--format").argument("json");
    tool::set_up_by(&program.variable("CLX_TOOLS_DIR", tool_folder(root)))
}

fn tool_folder(root: &Path) -> PathBuf {
    root.join(TARGET).join("tools")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diagrams_are_measured_where_their_tool_is_there() {
        let root = PathBuf::from("clx");
        let diagrams = vec!["drawio"];
        let sides = Sides {
            root,
            broker: None,
            python: None,
            kernels: None,
            diagrams,
            has_containers: false,
            has_browser: false,
        };
        let n_sides = |name| sides.of(name, Path::new("measured")).len();
        assert_eq!(["plantuml", "drawio", "containers", "watch"].map(n_sides), [0, 1, 0, 0]);
    }
}
