//! The first slides of a topic, in any programming language. Principal type: [`Starter`].

use clx_core::ProgLang;

/// A notebook source to begin with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Starter {
    /// What a source is.
    Welcome,
    /// A calculation.
    Values,
    /// A slide and a cell, for a topic that the author fills.
    Topic,
}

/// Titles in German and English.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Titles<'t> {
    pub(crate) german: &'t str,
    pub(crate) english: &'t str,
}

/// Cells of code: what they say in each language.
struct Code {
    greeting: &'static str,
    farewell: &'static str,
    values: &'static str,
    sum: &'static str,
}

impl Starter {
    /// Returns the source.
    pub(crate) fn source(self, language: ProgLang, titles: Titles<'_>) -> String {
        let template = match self {
            Self::Welcome => include_str!("../templates/welcome.txt"),
            Self::Values => include_str!("../templates/values.txt"),
            Self::Topic => include_str!("../templates/topic.txt"),
        };
        let code = code(language);
        template
            .replace("@GREETING@", code.greeting)
            .replace("@FAREWELL@", code.farewell)
            .replace("@VALUES@", code.values)
            .replace("@SUM@", code.sum)
            .replace("@@", language.comment())
            .replace("@HEADER@", &header(language, titles))
            .replace("@TITLE_DE@", titles.german)
            .replace("@TITLE_EN@", titles.english)
    }
}

/// Returns the call of the header macro. The macro of Python writes the marker of the German cell
/// itself, those of the others leave it to the author.
fn header(language: ProgLang, titles: Titles<'_>) -> String {
    let comment = language.comment();
    let marker = match language {
        ProgLang::Python => String::new(),
        ProgLang::Cpp | ProgLang::CSharp | ProgLang::Java | ProgLang::TypeScript => {
            format!("{comment} %% [markdown] lang=\"de\" tags=[\"slide\"]\n")
        }
    };
    let Titles { german, english } = titles;
    format!(
        "{} from 'macros.j2' import header\n\n{marker}{comment} {{{{ header(\"{german}\", \"{english}\") }}}}",
        language.jinja_prefix()
    )
}

const fn code(language: ProgLang) -> Code {
    match language {
        ProgLang::Python => Code {
            greeting: "print(\"Hello!\")",
            farewell: "print(\"Goodbye!\")",
            values: "days = 7\nhours = 24",
            sum: "days * hours * 60",
        },
        ProgLang::Cpp => Code {
            greeting: "#include <iostream>\n\nstd::cout << \"Hello!\\n\";",
            farewell: "std::cout << \"Goodbye!\\n\";",
            values: "#include <iostream>\n\nint days = 7;\nint hours = 24;",
            sum: "std::cout << days * hours * 60 << '\\n';",
        },
        ProgLang::CSharp => Code {
            greeting: "Console.WriteLine(\"Hello!\");",
            farewell: "Console.WriteLine(\"Goodbye!\");",
            values: "var days = 7;\nvar hours = 24;",
            sum: "Console.WriteLine(days * hours * 60);",
        },
        ProgLang::Java => Code {
            greeting: "System.out.println(\"Hello!\");",
            farewell: "System.out.println(\"Goodbye!\");",
            values: "int days = 7;\nint hours = 24;",
            sum: "System.out.println(days * hours * 60);",
        },
        ProgLang::TypeScript => Code {
            greeting: "console.log(\"Hello!\");",
            farewell: "console.log(\"Goodbye!\");",
            values: "const days = 7;\nconst hours = 24;",
            sum: "console.log(days * hours * 60);",
        },
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clx_core::{Language, LanguageProfile, OutputFormat, OutputKind};
    use clx_notebook::{Branding, NotebookRenderer, Variant};

    use super::*;

    #[test]
    fn sources_of_all_languages_are_clean_notebooks() {
        let titles = Titles { german: "Größe", english: "Size" };
        for language in ProgLang::ALL {
            for starter in [Starter::Welcome, Starter::Values, Starter::Topic] {
                let source = starter.source(language, titles);
                assert!(!source.contains('@'), "{source}");
                let file = Path::new("slides_x");
                let mut notebook =
                    NotebookRenderer::new(file, &source, language, &Branding::default());
                for code in [Language::DE, Language::EN] {
                    let variant = Variant {
                        language: LanguageProfile::predefined(code),
                        kind: OutputKind::predefined().remove(2),
                        format: OutputFormat::Notebook,
                        img_prefix: "img/".to_owned(),
                    };
                    let rendered = notebook.render(&variant).unwrap();
                    assert_eq!(rendered.warnings, []);
                    let title = if code == Language::DE { "<b>Größe" } else { "<b>Size" };
                    assert_eq!(rendered.text.matches(title).count(), 1, "{}", rendered.text);
                }
            }
        }
    }
}
