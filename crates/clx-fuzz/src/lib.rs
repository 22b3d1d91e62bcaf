//! What no bytes may break: one fuzz target a reader, each a file with a function that panics when a
//! property does not hold.
//!
//! | runs it | how long |
//! |---|---|
//! | `tests/corpus.rs` | each file of `corpus/<target>`, and some thousand mutations of them, with every test |
//! | `cargo xtask fuzz` | as long as one likes, guided by what code an input reaches (`fuzz/`) |
//!
//! An input that has found something belongs into `corpus/`, and a test into the crate that was mended.
//! An input of a source begins with a line that says how to take it, such as `python`; what no line says
//! is taken in the usual way.
//!
//! Principal type: [`Target`].

#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a target tells what it has found by panicking"
)]

pub mod course_spec;
pub mod drawio;
pub mod gateway;
pub mod ipynb;
pub mod jinja;
pub mod kernel;
pub mod percent;
pub mod plantuml;

mod place;
mod source;

/// A reader and what must hold for all that it reads.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Name, also that of its directory in the corpus.
    pub name: &'static str,
    /// Panics if a property does not hold for these bytes.
    pub run: fn(&[u8]),
    /// What is read.
    pub about: &'static str,
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target {
        name: "course_spec",
        run: course_spec::run,
        about: "course specs, and topics added to them",
    },
    Target {
        name: "drawio",
        run: drawio::run,
        about: "draw.io files, and what the browser answers",
    },
    Target { name: "gateway", run: gateway::run, about: "HTTP requests of workers and owners" },
    Target { name: "ipynb", run: ipynb::run, about: "notebooks that are written of any source" },
    Target { name: "jinja", run: jinja::run, about: "Jinja text before and after its expansion" },
    Target { name: "kernel", run: kernel::run, about: "what comes from a kernel's sockets" },
    Target {
        name: "percent",
        run: percent::run,
        about: "percent scripts, read, written, read again",
    },
    Target {
        name: "plantuml",
        run: plantuml::run,
        about: "PlantUML sources, and what a JVM answers",
    },
];

/// Returns the target of this name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
