//! Keys of actions: everything that can change an output, and nothing else. Principal function:
//! [`notebook_key`].

use clx_core::{ContentHash, KeyBuilder, NotebookInput, NotebookRequest};

/// Schema of the rendering key of `.ipynb` and code outputs. Raise the number whenever the meaning
/// of a component changes.
const NOTEBOOK: &str = "notebook-render-1";

/// Returns the key of one output of a notebook. The file's name and place are not in it: moving a
/// checkout or a topic keeps the cache.
pub(crate) fn notebook_key(
    source: &ContentHash,
    renderer: &ContentHash,
    input: &NotebookInput,
    request: &NotebookRequest,
) -> KeyBuilder {
    KeyBuilder::new(NOTEBOOK)
        .with_hash("source", source)
        .with_hash("renderer", renderer)
        .with("programming language", input.prog_lang.name())
        .with("author", &input.author)
        .with("organization", &request.organization)
        .with("language", json(&input.profile(request)))
        .with("kind", json(&input.rules(request)))
        .with("format", request.format.name())
        .with("image prefix", &request.img_prefix)
}

fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("structs of texts and enums are always JSON")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clx_core::{Language, LanguageProfile, OutputFormat, OutputKind, ProgLang};

    fn input() -> NotebookInput {
        NotebookInput {
            file: "slides/x.py".into(),
            prog_lang: ProgLang::Python,
            author: "A".to_owned(),
            languages: [Language::DE, Language::EN].map(LanguageProfile::predefined).into(),
            kinds: OutputKind::predefined(),
        }
    }

    fn request() -> NotebookRequest {
        NotebookRequest {
            language: Language::DE,
            kind: "code-along".to_owned(),
            format: OutputFormat::Code,
            img_prefix: "img/".to_owned(),
            organization: String::new(),
        }
    }

    #[test]
    fn every_input_moves_the_key_and_the_file_name_does_not() {
        let (one, other) = (ContentHash::of("1"), ContentHash::of("2"));
        let base = notebook_key(&one, &one, &input(), &request()).finish();
        let moved = NotebookInput { file: "elsewhere/y.py".into(), ..input() };
        assert_eq!(notebook_key(&one, &one, &moved, &request()).finish(), base);

        let key = |change: &dyn Fn(&mut NotebookInput, &mut NotebookRequest)| {
            let (mut input, mut request) = (input(), request());
            change(&mut input, &mut request);
            notebook_key(&one, &one, &input, &request).finish()
        };
        let keys = [
            base,
            notebook_key(&other, &one, &input(), &request()).finish(),
            notebook_key(&one, &other, &input(), &request()).finish(),
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
