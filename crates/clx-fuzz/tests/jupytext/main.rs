//! The cells of random scripts are those that jupytext reads; `SKIPPED` where `CLX_TEST_PYTHON` names no
//! Python, beside which `cargo xtask test` installs it.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail by panicking")]
#![expect(clippy::print_stdout, reason = "whoever runs the tests shall see that one is skipped")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clx_core::{Language, LanguageProfile, OutputFormat, OutputKind, ProgLang};
use clx_notebook::{Branding, Cell, NotebookRenderer, Variant};
use clx_process::{Spawn, Waited};
use clx_testkit::random::Random;
use serde_json::{Value, json};

use self::difference::is_intended;
use self::metadata::metadata;
use self::script::script;

mod difference;
mod metadata;
mod script;

const PYTHON: &str = "CLX_TEST_PYTHON";

/// How many scripts of a language are compared.
const N_SCRIPTS: u64 = 800;

/// Reads all scripts in one process.
const READER: &str = r#"
import json, sys
import jupytext

def cells(case):
    notebook = jupytext.reads(case["text"], fmt={"extension": case["extension"], "format_name": "percent"})
    return [[cell.cell_type, cell.source, cell.metadata] for cell in notebook.cells]

with open(sys.argv[1], encoding="utf-8") as file:
    cases = json.load(file)
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump([cells(case) for case in cases], file)
"#;

/// Returns the Python with jupytext, or says that the test is skipped.
fn python() -> Option<PathBuf> {
    let python = std::env::var_os(PYTHON).filter(|path| !path.is_empty());
    if python.is_none() {
        println!("SKIPPED: {PYTHON} names no Python with jupytext; `cargo xtask test` sets it up");
    }
    python.map(PathBuf::from)
}

/// Returns the cells that jupytext reads in each script.
fn read_by_jupytext(python: &Path, language: ProgLang, scripts: &[String]) -> Vec<Value> {
    let directory = tempfile::tempdir().unwrap();
    let [program, cases, answers] =
        ["reader.py", "cases.json", "answers.json"].map(|name| directory.path().join(name));
    fs::write(&program, READER).unwrap();
    let case = |text: &String| json!({ "text": text, "extension": language.extension() });
    let listed: Vec<Value> = scripts.iter().map(case).collect();
    fs::write(&cases, serde_json::to_vec(&listed).unwrap()).unwrap();
    let spawn = Spawn::new(python).arg(&program).arg(&cases).arg(&answers).guarded(true);
    let mut child = spawn.start().unwrap();
    match child.wait(Duration::from_secs(240)).unwrap() {
        Waited::Exited(exit) if exit.to_string() == "exit status 0" => {}
        other => panic!("{other:?}:\n{}", child.tail()),
    }
    serde_json::from_slice(&fs::read(&answers).unwrap()).unwrap()
}

/// Returns the cells that clx reads, in the same form.
fn read_by_clx(language: ProgLang, text: &str) -> Vec<Value> {
    let variant = Variant {
        language: LanguageProfile::predefined(Language::EN),
        kind: OutputKind::predefined().remove(1),
        format: OutputFormat::Code,
        img_prefix: "img/".to_owned(),
    };
    let file = Path::new("slides");
    let mut renderer = NotebookRenderer::new(file, text, language, &Branding::default());
    let notebook = renderer.unfiltered(&variant);
    let notebook = notebook.unwrap_or_else(|problem| panic!("{problem}\n{text}"));
    let shown = |cell: &Cell| json!([cell.cell_type.name(), cell.source, metadata(cell)]);
    notebook.cells.iter().map(shown).collect()
}

fn check(language: ProgLang) {
    let Some(python) = python() else { return };
    let scripts: Vec<String> =
        (0..N_SCRIPTS).map(|seed| script(language, &mut Random::new(seed))).collect();
    let expected = read_by_jupytext(&python, language, &scripts);
    assert_eq!(expected.len(), scripts.len());
    let n_cells: usize = expected.iter().map(|cells| cells.as_array().unwrap().len()).sum();
    assert!(n_cells > scripts.len(), "scripts have cells");
    for (seed, (text, expected)) in scripts.iter().zip(&expected).enumerate() {
        let (found, expected) = (read_by_clx(language, text), expected.as_array().unwrap());
        for (found, expected) in found.iter().zip(expected) {
            let is_intended = || is_intended(language, found, expected);
            assert!(
                found == expected || is_intended(),
                "a cell of script {seed}: {found:#}\njupytext: {expected:#}\n{text}"
            );
        }
        assert_eq!(found.len(), expected.len(), "script {seed}:\n{text}");
    }
}

#[test]
fn python_scripts_have_the_cells_of_jupytext() {
    check(ProgLang::Python);
}

#[test]
fn cpp_scripts_have_the_cells_of_jupytext() {
    check(ProgLang::Cpp);
}

#[test]
fn csharp_scripts_have_the_cells_of_jupytext() {
    check(ProgLang::CSharp);
}

#[test]
fn java_scripts_have_the_cells_of_jupytext() {
    check(ProgLang::Java);
}

#[test]
fn typescript_scripts_have_the_cells_of_jupytext() {
    check(ProgLang::TypeScript);
}
