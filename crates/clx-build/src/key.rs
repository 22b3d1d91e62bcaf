//! Keys of actions: everything that can change an output, and nothing else. Principal function:
//! [`notebook_key`], [`page_key`], [`diagram_key`].

use clx_core::{
    CodeUse, ContentHash, DiagramInput, DiagramRequest, JobKind, KeyBuilder, NotebookInput,
    NotebookRequest,
};

/// Schema of the rendering key of `.ipynb` and code outputs. Raise the number whenever the meaning
/// of a component changes.
const NOTEBOOK: &str = "notebook-render-1";

/// The same for what pages add.
const PAGE: &str = "page-1";

/// The same for pictures of diagrams.
const DIAGRAM: &str = "diagram-1";

/// Begins the keys of all outputs of a notebook. The file's name and place are not in it: moving a
/// checkout or a topic keeps the cache.
pub(crate) fn notebook_base(
    source: &ContentHash,
    renderer: &ContentHash,
    input: &NotebookInput,
) -> KeyBuilder {
    KeyBuilder::new(NOTEBOOK)
        .with_hash("source", source)
        .with_hash("renderer", renderer)
        .with("programming language", input.prog_lang.name())
        .with("author", &input.author)
}

/// Returns the key of one output of a notebook.
pub(crate) fn notebook_key(
    base: KeyBuilder,
    input: &NotebookInput,
    request: &NotebookRequest,
) -> KeyBuilder {
    base.with("organization", &request.organization)
        .with("language", json(&input.profile(request)))
        .with("kind", json(&input.rules(request)))
        .with("format", request.format.name())
        .with("image prefix", &request.img_prefix)
}

/// Adds what only pages depend on. Code of a kind that is not run leaves no trace in the key.
pub(crate) fn page_key(
    key: KeyBuilder,
    renderer: &ContentHash,
    input: &NotebookInput,
    request: &NotebookRequest,
) -> KeyBuilder {
    let key = key
        .with("title", &request.title)
        .with_hash("page renderer", renderer)
        .with("page schema", PAGE);
    if !input.rules(request).is_some_and(|kind| kind.executes_html) {
        return key;
    }
    match &input.code {
        CodeUse::Show => key.with("code", "shown"),
        CodeUse::NoKernel => key.with("code", "no kernel"),
        CodeUse::Run(run) => {
            let key = key
                .with("code", "run")
                .with_hash("kernel", &run.identity)
                .with("skip errors", [u8::from(run.skip_errors)]);
            run.files.iter().fold(key, |key, file| {
                let name = format!("file {}", file.path.display());
                key.with_hash(name, &file.hash)
            })
        }
    }
}

/// Returns the key of one picture of a diagram. The name of the file is part of it, because diagrams
/// can show it.
pub(crate) fn diagram_key(
    source: &ContentHash,
    tool: &ContentHash,
    kind: JobKind,
    input: &DiagramInput,
    request: &DiagramRequest,
) -> KeyBuilder {
    let name = input.file.file_name().unwrap_or_default();
    let key = KeyBuilder::new(DIAGRAM)
        .with_hash("source", source)
        .with_hash("tool", tool)
        .with("kind", kind.name())
        .with("name", name.as_encoded_bytes())
        .with("format", request.format.name())
        .with("part", json(&request.part));
    input.files.iter().fold(key, |key, file| {
        let name = format!("file {}", file.path.display());
        key.with_hash(name, &file.hash)
    })
}

fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("structs of texts and enums are always JSON")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clx_core::{
        CodeRun, Language, LanguageProfile, OutputFormat, OutputKind, ProgLang, VisibleFile,
    };

    fn input() -> NotebookInput {
        NotebookInput {
            file: "slides/x.py".into(),
            prog_lang: ProgLang::Python,
            author: "A".to_owned(),
            languages: [Language::DE, Language::EN].map(LanguageProfile::predefined).into(),
            kinds: OutputKind::predefined(),
            templates: None,
            code: CodeUse::Show,
            inline: Vec::new(),
        }
    }

    fn request() -> NotebookRequest {
        NotebookRequest {
            language: Language::DE,
            kind: "code-along".to_owned(),
            format: OutputFormat::Code,
            img_prefix: "img/".to_owned(),
            organization: String::new(),
            title: String::new(),
        }
    }

    fn run() -> CodeRun {
        CodeRun {
            kernel: "python3".to_owned(),
            identity: ContentHash::of("kernel"),
            skip_errors: false,
            reuse: true,
            cell_limit: None,
            files: vec![VisibleFile {
                path: "data.csv".into(),
                hash: ContentHash::of("data"),
                is_notebook: false,
            }],
        }
    }

    fn key_of_page(code: CodeUse, kind: &str, title: &str, renderer: &str) -> ContentHash {
        let input = NotebookInput { code, ..input() };
        let request =
            NotebookRequest { kind: kind.to_owned(), title: title.to_owned(), ..request() };
        let base = KeyBuilder::new("test");
        page_key(base, &ContentHash::of(renderer), &input, &request).finish()
    }

    #[test]
    fn page_moves_with_title_renderer_and_what_its_code_needs() {
        let key = |change: &dyn Fn(&mut CodeRun)| {
            let mut run = run();
            change(&mut run);
            key_of_page(CodeUse::Run(run), "speaker", "", "")
        };
        let keys = [
            key(&|_| {}),
            key(&|run| run.identity = ContentHash::of("other")),
            key(&|run| run.skip_errors = true),
            key(&|run| run.files[0].hash = ContentHash::of("other")),
            key(&|run| run.files[0].path = "other.csv".into()),
            key(&|run| run.files.clear()),
            key_of_page(CodeUse::Show, "speaker", "", ""),
            key_of_page(CodeUse::NoKernel, "speaker", "", ""),
            key_of_page(CodeUse::Show, "speaker", "Title", ""),
            key_of_page(CodeUse::Show, "speaker", "", "other"),
        ];
        let different: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
        assert_eq!(key(&|run| run.reuse = false), keys[0], "asking for a fresh run moves nothing");
    }

    #[test]
    fn kernel_does_not_matter_to_a_kind_that_runs_no_code() {
        let page = |code| key_of_page(code, "code-along", "", "");
        assert_eq!(page(CodeUse::Run(run())), page(CodeUse::NoKernel));
    }

    #[test]
    fn every_input_moves_the_key_and_the_file_name_does_not() {
        let (one, other) = (ContentHash::of("1"), ContentHash::of("2"));
        let full_key = |source, renderer, input: &NotebookInput, request: &NotebookRequest| {
            notebook_key(notebook_base(source, renderer, input), input, request).finish()
        };
        let base = full_key(&one, &one, &input(), &request());
        let moved = NotebookInput { file: "elsewhere/y.py".into(), ..input() };
        assert_eq!(full_key(&one, &one, &moved, &request()), base);

        let key = |change: &dyn Fn(&mut NotebookInput, &mut NotebookRequest)| {
            let (mut input, mut request) = (input(), request());
            change(&mut input, &mut request);
            full_key(&one, &one, &input, &request)
        };
        let keys = [
            base,
            full_key(&other, &one, &input(), &request()),
            full_key(&one, &other, &input(), &request()),
            key(&|input, _| input.prog_lang = ProgLang::Java),
            key(&|input, _| input.author = "B".to_owned()),
            key(&|_, request| request.organization = "O".to_owned()),
            key(&|_, request| request.language = Language::EN),
            key(&|input, _| input.languages[0].answer = "Lösung".to_owned()),
            key(&|_, request| request.kind = "speaker".to_owned()),
            key(&|input, _| input.kinds[0].removed_tags.clear()),
            key(&|_, request| request.format = OutputFormat::Notebook),
            key(&|_, request| request.img_prefix = "../img/".to_owned()),
        ];
        let different: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
    }
}
