//! Recorded outputs of small sources, one file of cases a topic (`cases/*.jsonl`).
//!
//! A line is one source with the expected output of some variants: the text of a script, or the
//! cells and metadata of a notebook, or an error.

use std::path::Path;

use clx_core::{LanguageProfile, OutputFormat, OutputKind};
use clx_notebook::{Branding, NotebookRenderer, Variant};
use serde_json::{Value, json};

fn check(group: &str, cases: &str) {
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).expect("a line is a JSON object");
        let name = format!("{group}/{}", case["case"].as_str().expect("a case has a name"));
        check_case(&name, &case);
    }
}

fn check_case(name: &str, case: &Value) {
    let text = |key: &str| case[key].as_str().unwrap_or_default();
    let prog_lang = text("prog_lang").parse().expect("a known language");
    let mut renderer = NotebookRenderer::new(
        Path::new("slides.txt"),
        text("source"),
        prog_lang,
        &Branding::default(),
    );
    let images = case["images"].as_str().unwrap_or("img/");
    if case["error"] == true {
        let result = renderer.render(&variant("completed/en/code", images));
        assert!(result.is_err(), "{name}: must fail");
    }
    for (key, expected) in case["outputs"].as_object().into_iter().flatten() {
        let rendered = renderer.render(&variant(key, images));
        let rendered = rendered.unwrap_or_else(|problem| panic!("{name} {key}: {problem}"));
        let actual = match expected {
            Value::String(_) => Value::String(rendered.text),
            _ => summary(&rendered.text),
        };
        assert_eq!(actual, *expected, "{name} {key}\n{}", text("source"));
    }
}

fn variant(key: &str, images: &str) -> Variant {
    let [kind, language, format] = key.split('/').collect::<Vec<_>>()[..] else {
        panic!("`{key}` is no variant");
    };
    let mut kinds = OutputKind::predefined().into_iter();
    Variant {
        language: LanguageProfile::predefined(language.parse().expect("a language")),
        kind: kinds.find(|known| known.name == kind).expect("a known kind"),
        format: format.parse::<OutputFormat>().expect("a format"),
        img_prefix: images.to_owned(),
    }
}

/// Returns what the cases hold of a notebook: the rest is the same for all of a language.
fn summary(notebook: &str) -> Value {
    let mut notebook: Value = serde_json::from_str(notebook).expect("a notebook is JSON");
    let cells: Vec<Value> = notebook["cells"]
        .as_array()
        .expect("a notebook has cells")
        .iter()
        .map(|cell| {
            let lines = cell["source"].as_array().into_iter().flatten();
            let source: String = lines.filter_map(Value::as_str).collect();
            json!([cell["cell_type"], cell["id"], cell["metadata"], source])
        })
        .collect();
    let metadata = notebook["metadata"].as_object_mut().expect("a notebook has metadata");
    metadata.remove("kernelspec").expect("a kernelspec is always set");
    metadata.remove("language_info").expect("language information is always set");
    json!({ "cells": cells, "metadata": metadata })
}

macro_rules! recorded {
    ($($name:ident: $group:literal),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                check($group, include_str!(concat!("cases/", $group, ".jsonl")));
            }
        )*
    };
}

recorded! {
    markers_begin_cells: "reader-markers",
    options_become_metadata: "reader-options",
    options_that_break_the_format_fail: "option-errors",
    strings_hide_markers: "reader-strings",
    blank_lines_reappear: "blank-lines",
    heads_are_read_and_written: "reader-head",
    foreign_formats_are_read: "foreign-format",
    magics_are_commented_and_back: "magics",
    prose_loses_its_prefix: "markdown",
    rare_characters_survive: "unicode",
    line_statements_vanish: "jinja-line",
    jinja_is_expanded: "jinja",
    values_print_and_behave_as_in_python: "jinja-pyisms",
    broken_jinja_fails: "jinja-errors",
    tags_decide_what_a_variant_shows: "filter",
    ids_depend_on_text: "ids",
    picture_paths_get_the_prefix: "media",
    scripts_are_written_as_read: "writer",
    whole_decks: "decks",
}
