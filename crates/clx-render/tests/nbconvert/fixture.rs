//! A notebook of the corpus, as nbconvert and as clx show it.

use std::fs;
use std::path::{Path, PathBuf};

use clx_core::{Language, ProgLang};
use clx_render::{CellContent, Execution, HtmlRenderer, Page, PageCell, Templates};
use serde_json::Value;

use crate::dom::{self, Node};

/// One pair of files in `tests/golden`.
pub(crate) struct Fixture {
    pub(crate) name: String,
    notebook: PathBuf,
}

/// Returns all fixtures by name.
pub(crate) fn all() -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let files = fs::read_dir(folder).expect("the golden files are there").flatten();
    let mut notebooks: Vec<PathBuf> = files
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ipynb"))
        .collect();
    notebooks.sort();
    assert!(notebooks.len() >= 10, "some golden files are lost");
    let fixture = |notebook: PathBuf| Fixture {
        name: notebook.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        notebook,
    };
    notebooks.into_iter().map(fixture).collect()
}

impl Fixture {
    /// Returns what nbconvert wrote.
    pub(crate) fn golden(&self) -> Vec<Node> {
        let json = json(&self.notebook.with_extension("json"));
        json.as_array().expect("a list of nodes").iter().map(dom::from_json).collect()
    }

    /// Returns what clx writes.
    pub(crate) fn rendered(&self) -> Vec<Node> {
        dom::parse(&self.html())
    }

    fn html(&self) -> String {
        let notebook = json(&self.notebook);
        let info = &notebook["metadata"]["language_info"];
        let lexer = info["pygments_lexer"].as_str().or(info["name"].as_str()).expect("a language");
        let sources: Vec<String> =
            cells(&notebook).iter().map(|cell| text(&cell["source"])).collect();
        let cells: Vec<PageCell<'_>> = cells(&notebook)
            .iter()
            .zip(&sources)
            .map(|(cell, source)| page_cell(cell, source))
            .collect();
        let page = Page {
            language: Language::EN,
            title: "Notebook",
            prog_lang: prog_lang(lexer),
            lexer,
            execution: Execution::Done,
            cells: &cells,
            pictures: &[],
        };
        HtmlRenderer::new(Templates::bundled()).render(&page).expect("the page is made").html
    }
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("the file is there")).expect("it is JSON")
}

fn cells(notebook: &Value) -> &[Value] {
    notebook["cells"].as_array().expect("a list of cells")
}

fn text(source: &Value) -> String {
    match source {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}

fn prog_lang(lexer: &str) -> ProgLang {
    match lexer {
        "C++" => ProgLang::Cpp,
        "csharp" => ProgLang::CSharp,
        "java" => ProgLang::Java,
        "typescript" => ProgLang::TypeScript,
        _ => ProgLang::Python,
    }
}

fn page_cell<'a>(cell: &'a Value, source: &'a str) -> PageCell<'a> {
    let metadata = &cell["metadata"];
    let tags = metadata["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
    PageCell {
        id: cell["id"].as_str().expect("an id"),
        tags: tags.iter().filter_map(Value::as_str).collect(),
        source,
        content: match cell["cell_type"].as_str() {
            Some("code") => CellContent::Code {
                execution_count: cell["execution_count"].as_u64(),
                outputs: cell["outputs"].as_array().expect("a list of outputs"),
            },
            Some("raw") => CellContent::Raw { mime_type: metadata["raw_mimetype"].as_str() },
            _ => CellContent::Markdown,
        },
    }
}
