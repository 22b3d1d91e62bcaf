//! The files that say how images are built; they are part of the program. Principal functions:
//! [`text`], [`arguments`].

use std::collections::BTreeMap;

use clx_core::JobKind;

use crate::kind::ImageKind;

/// The stage of each of them that needs neither worker nor tools: packages of the system.
pub(crate) const SYSTEM: &str = "system";

/// Returns the Dockerfile of an image.
pub(crate) const fn text(kind: ImageKind) -> &'static str {
    match kind.job_kind() {
        JobKind::Notebook => include_str!("../../../docker/notebook/Dockerfile"),
        JobKind::PlantUml => include_str!("../../../docker/plantuml/Dockerfile"),
        JobKind::Drawio => include_str!("../../../docker/drawio/Dockerfile"),
    }
}

/// Returns the build arguments of an image on a base.
pub(crate) fn arguments(kind: ImageKind, base: &str) -> BTreeMap<&'static str, String> {
    let mut arguments = BTreeMap::from([("BASE_IMAGE", base.to_owned())]);
    if let ImageKind::Notebook(variant) = kind {
        let languages: Vec<_> = variant.kernels().iter().map(|unit| unit.name()).collect();
        arguments.insert("LANGUAGES", languages.join(","));
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Variant;

    /// Every builder accepts this subset, also those without `BuildKit`.
    #[test]
    fn dockerfiles_keep_to_what_every_builder_accepts() {
        for kind in ImageKind::ALL {
            let text = text(kind);
            for word in ["# syntax", "--mount", "<<", "--link", "--chmod", "HEALTHCHECK"] {
                assert!(!text.contains(word), "{kind}: {word}");
            }
            let code: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
            assert_eq!(code[0], "ARG BASE_IMAGE=debian:bookworm-slim", "{kind}");
            let bases: Vec<_> = code.iter().filter(|line| line.starts_with("FROM ")).collect();
            let (last, stages) = bases.split_last().unwrap();
            assert_eq!(**last, format!("FROM {SYSTEM}"), "{kind}");
            assert!(stages.iter().all(|line| line.starts_with("FROM ${BASE_IMAGE} AS ")), "{kind}");
            assert!(stages.last().unwrap().ends_with(SYSTEM), "{kind}");
        }
    }

    /// It is built while the worker is compiled.
    #[test]
    fn system_takes_nothing_from_outside() {
        for kind in ImageKind::ALL {
            let (system, rest) = text(kind).split_once(&format!("\nFROM {SYSTEM}\n")).unwrap();
            assert!(!system.contains("\nCOPY clx") && !system.contains("\nCOPY tools"), "{kind}");
            assert!(rest.contains("\nCOPY clx"), "{kind}");
        }
    }

    #[test]
    fn images_run_their_worker_without_rights() {
        for kind in ImageKind::ALL {
            let text = text(kind);
            let entry = format!(
                "ENTRYPOINT [\"/opt/clx/clx\", \"worker\", \"run\", \"{}\"]",
                kind.job_kind()
            );
            assert_eq!(text.lines().last(), Some(&*entry));
            assert!(text.contains("useradd --uid 10001") && text.contains("\nUSER clx\n"));
        }
    }

    #[test]
    fn no_host_is_named() {
        for kind in ImageKind::ALL {
            assert!(!text(kind).contains("://"), "{kind}");
        }
    }

    #[test]
    fn variant_says_the_languages() {
        let check = |kind: ImageKind, expected: Option<&str>| {
            let arguments = arguments(kind, "base:1");
            assert_eq!(arguments["BASE_IMAGE"], "base:1");
            assert_eq!(arguments.get("LANGUAGES").map(String::as_str), expected);
        };
        check(ImageKind::Drawio, None);
        check(ImageKind::Notebook(Variant::Python), Some("python"));
        check(ImageKind::Notebook(Variant::Full), Some("python,typescript,java,cpp"));
    }
}
