//! The bundled header macros make a slide for each language.

use std::path::Path;

use clx_core::{Language, LanguageProfile, OutputFormat, OutputKind, ProgLang};
use clx_notebook::{Branding, Cell, NotebookRenderer, Variant};

fn header(prog_lang: ProgLang, language: Language, format: OutputFormat) -> Cell {
    let branding =
        Branding { author: "Ada Example".to_owned(), organization: "Example School".to_owned() };
    header_by(prog_lang, language, format, &branding)
}

fn header_by(
    prog_lang: ProgLang,
    language: Language,
    format: OutputFormat,
    branding: &Branding,
) -> Cell {
    let token = prog_lang.comment();
    let marker = match prog_lang {
        ProgLang::Python => String::new(),
        _ => format!("{token} %% [markdown] lang=\"de\" tags=[\"slide\"]\n"),
    };
    let source = format!(
        "{token} j2 from 'macros.j2' import header\n{marker}{token} {{{{ header(\"Bäume\", \"Trees\", fr=\"Arbres\") }}}}\n\n{token} %%\nx\n"
    );
    let variant = Variant {
        language: LanguageProfile::predefined(language),
        kind: OutputKind::predefined().remove(1),
        format,
        img_prefix: "img/".to_owned(),
    };
    let mut renderer = NotebookRenderer::new(Path::new("slides"), &source, prog_lang, branding);
    let processed = renderer.process(&variant).expect("the header expands");
    assert_eq!(processed.warnings, [], "{prog_lang}");
    assert_eq!(processed.notebook.cells.len(), 2, "{prog_lang} {language}");
    processed.notebook.cells.into_iter().next().expect("two cells")
}

#[test]
fn every_programming_language_has_a_slide_in_each_language() {
    let french = "fr".parse().expect("a language");
    for prog_lang in ProgLang::ALL {
        for (language, title) in
            [(Language::DE, "Bäume"), (Language::EN, "Trees"), (french, "Arbres")]
        {
            let cell = header(prog_lang, language, OutputFormat::Notebook);
            assert!(cell.has_tag("slide"), "{prog_lang}");
            assert!(cell.source.contains(&format!("<b>{title}</b>")), "{}", cell.source);
            assert!(cell.source.contains("Ada Example"), "{}", cell.source);
            let organised = cell.source.contains("Example School");
            assert_eq!(organised, prog_lang != ProgLang::Python, "{}", cell.source);
        }
    }
}

#[test]
fn pictures_are_for_notebooks_and_pages() {
    for prog_lang in ProgLang::ALL {
        for format in OutputFormat::ALL {
            let pictured = header(prog_lang, Language::EN, format).source.contains("data:image/");
            assert_eq!(pictured, format != OutputFormat::Code, "{prog_lang} {format}");
        }
    }
}

#[test]
fn picture_text_is_wrapped() {
    for prog_lang in ProgLang::ALL {
        let cell = header(prog_lang, Language::EN, OutputFormat::Notebook);
        let lines: Vec<&str> = cell.source.lines().collect();
        assert!(lines[1..5].iter().all(|line| line.len() <= 76), "{}", cell.source);
    }
}

#[test]
fn empty_names_leave_nothing_behind() {
    for prog_lang in ProgLang::ALL {
        let cell = header_by(prog_lang, Language::EN, OutputFormat::Code, &Branding::default());
        assert_eq!(
            cell.source,
            "<div style=\"text-align:center; font-size:200%;\"><b>Trees</b></div>\n<br/>",
            "{prog_lang}"
        );
    }
}
