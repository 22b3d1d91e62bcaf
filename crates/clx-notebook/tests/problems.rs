//! Problems name their line in the author's file.

use std::path::Path;

use clx_core::{Diagnostic, Language, LanguageProfile, OutputFormat, OutputKind, ProgLang};
use clx_notebook::{Branding, NotebookRenderer, Variant, code};

fn problems(source: &str) -> Vec<Diagnostic> {
    let variant = Variant {
        language: LanguageProfile::predefined(Language::EN),
        kind: OutputKind::predefined().remove(1),
        format: OutputFormat::Notebook,
        img_prefix: "img/".to_owned(),
    };
    let file = Path::new("slides.py");
    let mut renderer = NotebookRenderer::new(file, source, ProgLang::Python, &Branding::default());
    match renderer.render(&variant) {
        Ok(rendered) => rendered.warnings,
        Err(problem) => vec![problem],
    }
}

fn check(source: &str, expected: &[(&str, u32)]) {
    let problems = problems(source);
    let found: Vec<(&str, u32)> = problems
        .iter()
        .map(|problem| {
            let line = problem.location.as_ref().and_then(|location| location.line);
            (problem.code.as_str(), line.unwrap_or(0))
        })
        .collect();
    assert_eq!(found, expected, "{source}\n{problems:#?}");
}

#[test]
fn options_and_markers_that_lose_text_are_reported() {
    check("# %% tags=[keep\nx=1", &[(code::UNREADABLE_OPTIONS, 1)]);
    check("# %%\na\n# %% [markdown]tags=[\"x\"]\n# d", &[(code::GLUED_TYPE, 3)]);
    check(
        "# %%\na\n## %%\nb\n# %%tags=[\"x\"]\nc",
        &[(code::NEAR_MARKER, 3), (code::NEAR_MARKER, 5)],
    );
    check("# %%\ns = '''\n## %%\n'''", &[]);
}

#[test]
fn comments_that_become_code_are_reported() {
    check("# %%\nx\n# copy the list\n# %time\n# !ls\n", &[(code::IMPLICIT_MAGIC, 3)]);
}

#[test]
fn unknown_tags_and_several_slide_tags_are_reported_for_shown_cells_only() {
    check("# %% tags=[\"Keep\"]\nx\n\n# %% tags=[\"odd\", \"del\"]\ny", &[(code::UNKNOWN_TAG, 1)]);
    check("# %% [markdown] tags=[\"keep\"]\n# x", &[(code::UNKNOWN_TAG, 1)]);
    check("# %% tags=[\"slide\", \"subslide\"]\nx", &[(code::SEVERAL_SLIDE_TAGS, 1)]);
    let hint = problems("# %% tags=[\"Keep\"]\nx").remove(0).hint;
    assert_eq!(hint.as_deref(), Some("did you mean `keep`?"));
}

#[test]
fn broken_options_and_heads_are_errors_with_a_line() {
    check("# %%\nx\n\n# %% tags=[\"a\", \"a\"]\ny", &[(code::BROKEN_METADATA, 4)]);
    check("# %%\nx\n\n# %% tags={\"keep\"}\ny", &[(code::BROKEN_METADATA, 4)]);
    check("# %% a={1}\ny", &[(code::BROKEN_METADATA, 1)]);
    check("# %% a=NaN\ny", &[(code::BROKEN_METADATA, 1)]);
    check("# %%\nx\n\n# %% a=[1, -1e999]\ny", &[(code::BROKEN_METADATA, 4)]);
    check("# ---\n# jupyter:\n#   a: .inf\n# ---\n# %%\nx", &[(code::BROKEN_HEAD, 1)]);
    check("# -*- coding: latin-1 -*-\n# %%\nx", &[(code::WRONG_ENCODING, 1)]);
    check("# ---\n# jupyter:\n#   a: [1\n# ---\n# %%\nx", &[(code::BROKEN_HEAD, 3)]);
}

#[test]
fn jinja_errors_name_the_line_behind_removed_ones() {
    check(
        "# j2 set a = 1\n\n\n# j2 set b = 2\n\n# %%\n{{ nope }}\n",
        &[(code::TEMPLATE_UNDEFINED, 7)],
    );
    check("# %%\nx\n\n# j2 endif\n", &[(code::TEMPLATE_SYNTAX, 4)]);
    check("# %%\n{{ 1 // 0 }}\n", &[(code::TEMPLATE_EVALUATION, 2)]);
    check("# %%\n\n# j2 from \"nope.j2\" import a\n", &[(code::TEMPLATE_NOT_FOUND, 3)]);
    check(
        "# j2 macro m(x)\n{{ x.y.z }}\n# j2 endmacro\n\n# %%\n{{ m(1) }}\n",
        &[(code::TEMPLATE_UNDEFINED, 2)],
    );
}

#[test]
fn cell_problems_are_mapped_back_through_the_expansion() {
    check(
        "# j2 set a = 1\n\n\n# %%\nx\n\n# j2 if lang == \"de\"\n# %%\nde\n# j2 endif\n\n# %% tags=[\"odd\"]\ny\n",
        &[(code::UNKNOWN_TAG, 12)],
    );
    check(
        "# j2 for n in [1, 2]\n# %% tags=[\"odd\"]\n{{ n }}\n\n# j2 endfor\n",
        &[(code::UNKNOWN_TAG, 2), (code::UNKNOWN_TAG, 2)],
    );
    let from_macro = "# j2 from 'macros.j2' import header\n# {{ header(\"A\", \"B\") }}\n\n# %% tags=[\"odd\"]\ny\n";
    check(from_macro, &[(code::UNKNOWN_TAG, 4)]);
}

#[test]
fn the_line_itself_is_shown() {
    let problem = problems("# %%\nx = {{ nope }}\n").remove(0);
    assert_eq!(problem.frame.as_deref(), Some("x = {{ nope }}"));
    assert_eq!(problem.category, "notebook_processing");
}
