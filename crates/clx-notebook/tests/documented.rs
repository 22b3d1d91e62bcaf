//! The examples of the format's description: reader, writer, worked example.

use std::path::Path;

use clx_core::{Language, LanguageProfile, OutputFormat, OutputKind, ProgLang};
use clx_notebook::{Branding, CellType, NotebookRenderer, ProcessedNotebook, Variant};

const COMPLETED: &str = "completed";
const CODE_ALONG: &str = "code-along";

fn variant(kind: &str, language: Language, format: OutputFormat) -> Variant {
    let mut kinds = OutputKind::predefined().into_iter();
    Variant {
        language: LanguageProfile::predefined(language),
        kind: kinds.find(|known| known.name == kind).expect("a known kind"),
        format,
        img_prefix: "img/".to_owned(),
    }
}

fn renderer(source: &str) -> NotebookRenderer {
    let slashes = source.starts_with("//");
    let language = if slashes { ProgLang::Java } else { ProgLang::Python };
    NotebookRenderer::new(Path::new("slides.txt"), source, language, &Branding::default())
}

fn script(source: &str, kind: &str) -> String {
    let variant = variant(kind, Language::EN, OutputFormat::Code);
    renderer(source).render(&variant).expect("the source is valid").text
}

fn read(source: &str) -> ProcessedNotebook {
    let variant = variant(COMPLETED, Language::EN, OutputFormat::Notebook);
    renderer(source).process(&variant).expect("the source is valid")
}

fn check(source: &str, expected: &[&str]) {
    let notebook = read(source).notebook;
    let cells: Vec<&str> = notebook.cells.iter().map(|cell| cell.source.as_str()).collect();
    assert_eq!(cells, expected, "{source}");
}

fn check_script(source: &str, kind: &str, expected: &str) {
    assert_eq!(script(source, kind), expected, "{source}");
}

#[test]
fn cells_and_their_text() {
    check("\n# %%\nx = 1\n", &["", "x = 1"]);
    check("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n\n# %%\nx=1\n", &["", "x=1"]);
    check("import os\n\n# %%\nx=1\n", &["import os", "x=1"]);
    check("# %%\nx = 1\n\n\n\n\n# %%\ny\n", &["x = 1\n\n\n", "y"]);
    check("# %%\n\n\n# %%\nx\n", &["", "x"]);
    check("def f():\n    # %%\n    return 1", &["def f():", "    return 1"]);
    check("#%%\nb\n# %%tags\nc\n", &["b\n%%tags\nc"]);
    check("# %%\ns = \"\"\"\n# %% no\n\"\"\"\n# %%\nx", &["s = \"\"\"\n# %% no\n\"\"\"", "x"]);
    check(
        "// %%\nvar s = \"\"\"\n// %% no\n\"\"\"\n// %%\nx",
        &["var s = \"\"\"\n// %% no\n\"\"\"", "x"],
    );
    check("# %% [markdown]\n\"\"\"\nHello *w*\n\"\"\"", &["Hello *w*"]);
    check("", &[]);
}

#[test]
fn magics_lose_one_comment_token() {
    check(
        "# %%\n# copy the list\n# ls\n# cat = 1\n# cat, x",
        &["copy the list\nls\n# cat = 1\n# cat, x"],
    );
    check(
        "# %%\n# %time f()  # noescape\n# !ls \\\n#  -l",
        &["# %time f()  # noescape\n!ls \\\n -l"],
    );
}

#[test]
fn a_head_of_other_keys_is_a_raw_cell() {
    let source = "# ---\n# title: My doc\n# ---\n\n# %%\nx\n";
    let notebook = read(source).notebook;
    assert_eq!(notebook.cells[0].cell_type, CellType::Raw);
    assert_eq!(notebook.cells[0].source, "---\ntitle: My doc\n---");
    check_script(source, COMPLETED, source);
}

#[test]
fn only_the_output_language_and_cells_of_all_languages_are_shown() {
    check("# %% lang=\"fr\"\na\n# %% lang=\"\"\nb\n# %% lang=\"EN\"\nc", &["b"]);
}

#[test]
fn an_inactive_cell_is_raw() {
    let notebook = read("# %% tags=[\"active-py\"]\nx").notebook;
    assert_eq!(notebook.cells[0].cell_type, CellType::Raw);
}

#[test]
fn quotes_round_prose_come_back() {
    let source = "# %% [markdown]\n\"\"\"\nHello *w*\n\"\"\"\n";
    check_script(source, COMPLETED, source);
}

#[test]
fn distances_are_kept_or_follow_the_rule() {
    let same = "# %%\nx = 1\n# %%\ny\n\n\n# %%\nz\n\n\n\n# %%\nw\n";
    check_script(same, COMPLETED, same);
    check_script(
        "# %%\nx\n\n# %% tags=[\"del\"]\ny\n\n\n# %%\ndef g(): pass\n",
        COMPLETED,
        "# %%\nx\n\n\n# %%\ndef g(): pass\n",
    );
    check_script(
        "# %%\ndef f():\n    pass\n\n\n# %%\nx\n\n# %% tags=[\"keep\"]\ndef g(): pass\n",
        CODE_ALONG,
        "# %%\n\n# %%\n\n# %%\ndef g(): pass\n",
    );
    check_script(
        "// %%\nint f() {}\n// %%\n\n\n// %%\nx\n",
        CODE_ALONG,
        "// %%\n// %%\n\n\n// %%\n",
    );
}

#[test]
fn heads_and_indents_of_scripts() {
    check_script(
        "// %%\nvar s = \"ä\";\n",
        COMPLETED,
        "// -*- coding: utf-8 -*-\n// %%\nvar s = \"ä\";\n",
    );
    check_script("# %%\n    x = 1\n", COMPLETED, "    # %%\n    x = 1\n");
    check_script("", COMPLETED, "\n");
}

const EXAMPLE: &str = "# %% [markdown] lang=\"en\" tags=[\"slide\"]\n# ## Numbers\n
# %% [markdown] lang=\"de\" tags=[\"slide\"]\n# ## Zahlen\n
# %% tags=[\"keep\"]\nx = 1\n
# %%\nf(2)\n
# %% tags=[\"start\"]\nf(...)\n
# %% tags=[\"alt\"]\ng()\n
# %% [markdown] lang=\"en\" tags=[\"answer\"]\n# Because.\n
# %% [markdown] tags=[\"notes\"]\n# slow\n
# %% tags=[\"del\"]\nh\n";

fn sources(kind: &str) -> Vec<String> {
    let variant = variant(kind, Language::EN, OutputFormat::Notebook);
    let processed = renderer(EXAMPLE).process(&variant).expect("the source is valid");
    processed.notebook.cells.into_iter().map(|cell| cell.source).collect()
}

#[test]
fn the_worked_example_in_three_kinds() {
    assert_eq!(sources(COMPLETED), ["## Numbers", "x = 1", "f(2)", "g()", "*Answer:* Because."]);
    assert_eq!(sources(CODE_ALONG), ["## Numbers", "x = 1", "", "f(...)", "*Answer:* "]);
    let yellow = "<div style='background: yellow; color: black;'>\nslow\n</div>";
    assert_eq!(
        sources("speaker"),
        ["## Numbers", "x = 1", "f(2)", "g()", "*Answer:* Because.", yellow]
    );
}

#[test]
fn the_worked_example_has_the_documented_ids() {
    let variant = variant(CODE_ALONG, Language::EN, OutputFormat::Notebook);
    let notebook = renderer(EXAMPLE).process(&variant).expect("the source is valid").notebook;
    let ids: Vec<&str> = notebook.cells.iter().map(|cell| cell.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "d51ce564cb0a9de0",
            "d0c3c1e4ee1a15d1",
            "b472882e76763b99",
            "d7b63cfb3e433bd6",
            "d2d778f9b28da97b"
        ]
    );
}

#[test]
fn the_worked_example_as_script() {
    check_script(
        EXAMPLE,
        CODE_ALONG,
        "# %% [markdown]\n# ## Numbers\n\n# %%\nx = 1\n\n# %%\n\n# %%\nf(...)\n\n# %% [markdown]\n# *Answer:* \n",
    );
}

#[test]
fn html_is_refused_and_processing_for_it_is_not() {
    let html = variant(COMPLETED, Language::EN, OutputFormat::Html);
    let mut renderer = renderer(EXAMPLE);
    let problem = renderer.render(&html).expect_err("HTML is made elsewhere");
    assert_eq!(problem.code, clx_notebook::code::NOT_A_TEXT_FORMAT);
    assert_eq!(renderer.process(&html).expect("the source is valid").notebook.cells.len(), 5);
}
