//! What the reader of notebooks reports, for every variant that is wanted.

use clx_core::{Diagnostic, LanguageProfile, OutputFormat};
use clx_course::{Course, NotebookOutputs};
use clx_notebook::{NotebookRenderer, Variant};

/// Returns the distinct variants of a notebook.
pub(crate) fn variants(course: &Course, notebook: &NotebookOutputs) -> Vec<Variant> {
    let mut variants: Vec<Variant> = Vec::new();
    for output in &notebook.outputs {
        let profile = course.languages.iter().find(|profile| profile.code == output.language);
        let language = profile.cloned();
        let variant = Variant {
            language: language.unwrap_or_else(|| LanguageProfile::predefined(output.language)),
            kind: (*output.kind).clone(),
            format: output.format,
            img_prefix: output.img_prefix.clone(),
        };
        let is_known = variants.iter().any(|known| {
            (known.language.code, &known.kind.name, known.format)
                == (variant.language.code, &variant.kind.name, variant.format)
        });
        if !is_known {
            variants.push(variant);
        }
    }
    variants
}

/// Returns what is reported; an error once, however many variants it spoils.
pub(crate) fn check(renderer: &mut NotebookRenderer, variants: &[Variant]) -> Vec<Diagnostic> {
    let mut problems: Vec<Diagnostic> = Vec::new();
    for variant in variants {
        let found = match variant.format {
            OutputFormat::Html => renderer.process(variant).map(|processed| processed.warnings),
            OutputFormat::Notebook | OutputFormat::Code => {
                renderer.render(variant).map(|rendered| rendered.warnings)
            }
        };
        for problem in found.unwrap_or_else(|error| vec![error]) {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
    problems
}
