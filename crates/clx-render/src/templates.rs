//! The page template and the stylesheet, bundled or a course's own. Principal type: [`Templates`].

use std::collections::BTreeMap;

use clx_core::Diagnostic;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error};

use crate::code;

const PAGE: &str = "page.html.j2";
const STYLE: &str = "style.css";
const BUNDLED_PAGE: &str = include_str!("../templates/page.html.j2");
const BUNDLED_STYLE: &str = include_str!("../templates/style.css");

/// What surrounds the cells of a page: the Jinja template `page.html.j2` and the `style.css` that
/// it inlines.
///
/// The template is given `language`, `title`, `style`, `note` (text, or none), `cells` (HTML),
/// `prog_lang` and `lexer`. Text is escaped, `style` and `cells` are not.
#[derive(Debug, Clone)]
pub struct Templates {
    environment: Environment<'static>,
    page: String,
    style: String,
}

/// What a template may use.
pub(crate) struct PageContext<'a> {
    pub(crate) language: &'a str,
    pub(crate) title: &'a str,
    pub(crate) note: Option<&'a str>,
    pub(crate) prog_lang: &'a str,
    pub(crate) lexer: &'a str,
    pub(crate) cells: String,
}

impl Templates {
    /// Returns clx's own template and stylesheet.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "cannot happen, see the message")]
    pub fn bundled() -> Self {
        Self::new(BUNDLED_PAGE.to_owned(), BUNDLED_STYLE.to_owned())
            .expect("the bundled template is valid: a test renders it")
    }

    /// Returns the bundled files with those of `files` (name to text) in their place.
    ///
    /// # Errors
    /// All problems at once: names other than `page.html.j2` and `style.css`, and a template that
    /// is no valid Jinja, with its line.
    pub fn with_overrides(files: &BTreeMap<String, String>) -> Result<Self, Vec<Diagnostic>> {
        let mut problems: Vec<Diagnostic> = files
            .keys()
            .filter(|name| ![PAGE, STYLE].contains(&name.as_str()))
            .map(|name| unknown(name))
            .collect();
        let text = |name, bundled: &str| files.get(name).map_or(bundled, String::as_str).to_owned();
        match Self::new(text(PAGE, BUNDLED_PAGE), text(STYLE, BUNDLED_STYLE)) {
            Ok(templates) if problems.is_empty() => return Ok(templates),
            Ok(_) => {}
            Err(error) => problems.push(problem(code::TEMPLATE_SYNTAX, &error)),
        }
        Err(problems)
    }

    fn new(page: String, style: String) -> Result<Self, Error> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.add_template_owned(PAGE, page.clone())?;
        Ok(Self { environment, page, style })
    }

    /// Returns the texts that decide about the bytes of a page.
    pub(crate) fn texts(&self) -> [(&'static str, &str); 2] {
        [(PAGE, &self.page), (STYLE, &self.style)]
    }

    /// Returns the page, or what is wrong with the template.
    #[expect(clippy::result_large_err, reason = "once a page; its size costs nothing")]
    pub(crate) fn render(&self, page: PageContext<'_>) -> Result<String, Diagnostic> {
        let context = minijinja::context! {
            language => page.language,
            title => page.title,
            note => page.note,
            prog_lang => page.prog_lang,
            lexer => page.lexer,
            style => Value::from_safe_string(self.style.trim_end().to_owned()),
            cells => Value::from_safe_string(page.cells),
        };
        let made = self.environment.get_template(PAGE).and_then(|page| page.render(context));
        // Jinja drops the line end of the file.
        made.map(|html| html + "\n").map_err(|error| problem(code::TEMPLATE_FAILED, &error))
    }
}

fn unknown(name: &str) -> Diagnostic {
    Diagnostic::error(
        code::TEMPLATE_UNKNOWN,
        "unknown_template",
        format!("pages have no template `{name}`"),
    )
    .in_file(name)
    .with_hint(format!("expected one of: {PAGE}, {STYLE}"))
}

fn problem(code: &'static str, error: &Error) -> Diagnostic {
    let line = error.line().and_then(|line| u32::try_from(line).ok());
    Diagnostic::error(code, "page_template", error.to_string()).at(PAGE, line, None)
}
