//! Which images there are, and how they are called. Principal type: [`ImageKind`].

use std::fmt;
use std::str::FromStr;

use clx_core::JobKind;
use clx_setup::Unit;

/// An image: for which jobs, and for notebooks with which kernels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImageKind {
    /// Runs the code of notebooks.
    Notebook(Variant),
    /// Draws PlantUML diagrams.
    PlantUml,
    /// Draws draw.io diagrams.
    Drawio,
}

/// Which kernels an image for notebooks has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Variant {
    /// That for Python.
    #[default]
    Python,
    /// Those for Python, TypeScript, Java and C++.
    Full,
}

/// A text that names no variant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown variant `{text}`, expected one of: python, full")]
pub struct ParseVariantError {
    /// The refused text.
    pub text: String,
}

impl Variant {
    /// All variants.
    pub const ALL: [Self; 2] = [Self::Python, Self::Full];

    /// Returns the name on the command line, in tags and labels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Full => "full",
        }
    }

    /// Returns the kernels that it has.
    #[must_use]
    pub const fn kernels(self) -> &'static [Unit] {
        match self {
            Self::Python => &[Unit::Python],
            Self::Full => &[Unit::Python, Unit::TypeScript, Unit::Java, Unit::Cpp],
        }
    }
}

impl FromStr for Variant {
    type Err = ParseVariantError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|variant| variant.name() == text);
        found.ok_or_else(|| ParseVariantError { text: text.to_owned() })
    }
}

impl ImageKind {
    /// All images.
    pub const ALL: [Self; 4] = [
        Self::Notebook(Variant::Python),
        Self::Notebook(Variant::Full),
        Self::PlantUml,
        Self::Drawio,
    ];

    /// Returns the image for a kind of jobs; the variant counts for notebooks only.
    #[must_use]
    pub const fn of(kind: JobKind, variant: Variant) -> Self {
        match kind {
            JobKind::Notebook => Self::Notebook(variant),
            JobKind::PlantUml => Self::PlantUml,
            JobKind::Drawio => Self::Drawio,
        }
    }

    /// Returns the kind of jobs that its workers take.
    #[must_use]
    pub const fn job_kind(self) -> JobKind {
        match self {
            Self::Notebook(_) => JobKind::Notebook,
            Self::PlantUml => JobKind::PlantUml,
            Self::Drawio => JobKind::Drawio,
        }
    }

    /// Returns the name of its variant; images without variants have `default`.
    #[must_use]
    pub const fn variant_name(self) -> &'static str {
        match self {
            Self::Notebook(variant) => variant.name(),
            Self::PlantUml | Self::Drawio => "default",
        }
    }

    /// Returns the kernels that it has.
    #[must_use]
    pub const fn kernels(self) -> &'static [Unit] {
        match self {
            Self::Notebook(variant) => variant.kernels(),
            Self::PlantUml | Self::Drawio => &[],
        }
    }

    /// Returns its name without tag, such as `clx-plantuml`.
    #[must_use]
    pub fn repository(self) -> String {
        format!("clx-{}", self.job_kind())
    }

    /// Returns its names for a version of clx, the principal one first.
    #[must_use]
    pub fn references(self, version: &str) -> Vec<String> {
        let repository = self.repository();
        match self {
            Self::Notebook(Variant::Python) => {
                vec![format!("{repository}:{version}"), format!("{repository}:{version}-python")]
            }
            Self::Notebook(Variant::Full) => vec![format!("{repository}:{version}-full")],
            Self::PlantUml | Self::Drawio => vec![format!("{repository}:{version}")],
        }
    }

    /// Returns its principal name for a version of clx.
    #[must_use]
    pub fn reference(self, version: &str) -> String {
        self.references(version).swap_remove(0)
    }

    /// Returns the command that builds it.
    pub(crate) fn build_command(self) -> String {
        let command = format!("clx docker build --only {}", self.job_kind());
        match self {
            Self::Notebook(Variant::Full) => format!("{command} --variant full"),
            Self::Notebook(Variant::Python) | Self::PlantUml | Self::Drawio => command,
        }
    }
}

/// Such as `plantuml` or `notebook (full)`.
impl fmt::Display for ImageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Notebook(variant) => write!(f, "notebook ({})", variant.name()),
            Self::PlantUml | Self::Drawio => write!(f, "{}", self.job_kind()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_have_their_names() {
        let check = |kind: ImageKind, expected: &[&str]| {
            assert_eq!(kind.references("1.2.3"), expected, "{kind}");
        };
        check(
            ImageKind::Notebook(Variant::Python),
            &["clx-notebook:1.2.3", "clx-notebook:1.2.3-python"],
        );
        check(ImageKind::Notebook(Variant::Full), &["clx-notebook:1.2.3-full"]);
        check(ImageKind::PlantUml, &["clx-plantuml:1.2.3"]);
        check(ImageKind::Drawio, &["clx-drawio:1.2.3"]);
    }

    #[test]
    fn variants_are_read_by_their_names() {
        for variant in Variant::ALL {
            assert_eq!(variant.name().parse(), Ok(variant));
        }
        assert!("all".parse::<Variant>().is_err());
    }
}
