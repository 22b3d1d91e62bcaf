//! Expands the Jinja text of a source.
//!
//! | module | part |
//! |---|---|
//! | [`pre_pass`] | line statements become ordinary tags, line numbers stay |
//! | [`line_map`] | where each line of the expansion came from |
//!
//! Principal type: [`Template`].

use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;
use minijinja::{
    Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value, escape_formatter,
};

use minijinja_contrib::pycompat::unknown_method_callback;

use clx_core::{OutputFormat, ProgLang};

use crate::code;
use crate::finding::Finding;
use crate::renderer::Branding;
use crate::value::print;

pub(crate) mod line_map;
pub(crate) mod macros;
mod pre_pass;

const NAME: &str = "source";
const MARKED: &str = "source with marks";

/// What an expansion depends on besides the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Globals<'v> {
    pub(crate) language: &'v str,
    pub(crate) format: OutputFormat,
}

/// A source with its macros, ready to be expanded.
pub(crate) struct Template {
    environment: Environment<'static>,
    source: String,
    is_plain: bool,
    prog_lang: ProgLang,
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Template").field("prog_lang", &self.prog_lang).finish_non_exhaustive()
    }
}

impl Template {
    /// Takes a source; line ends become line feeds.
    pub(crate) fn new(text: &str, prog_lang: ProgLang, branding: &Branding) -> Self {
        let source = text.replace("\r\n", "\n").replace('\r', "\n");
        let is_plain =
            !["{{", "{%", "{#", prog_lang.jinja_prefix()].iter().any(|mark| source.contains(mark));
        Self { environment: environment(branding), source, is_plain, prog_lang }
    }

    /// Tells whether the source holds no Jinja, so that all expansions are the source itself.
    pub(crate) const fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Returns the source with unified line ends.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// Expands the source.
    ///
    /// # Errors
    /// A [`Finding`] with the line of the source.
    pub(crate) fn expand(&mut self, globals: Globals<'_>) -> Result<String, Finding> {
        if self.is_plain {
            return Ok(self.source.clone());
        }
        self.load()?;
        self.set_globals(globals);
        self.render(NAME)
    }

    /// Finds out where the lines of `expanded` came from.
    pub(crate) fn line_map(&mut self, expanded: &str, globals: Globals<'_>) -> line_map::LineMap {
        if self.is_plain {
            return line_map::LineMap::identity(&self.source);
        }
        self.set_globals(globals);
        let marked = pre_pass::mark_lines(&self.source, self.prog_lang.jinja_prefix());
        let rendered = self
            .environment
            .add_template_owned(MARKED, marked)
            .map_err(|_| ())
            .and_then(|()| self.render(MARKED).map_err(|_| ()));
        rendered
            .ok()
            .and_then(|text| line_map::LineMap::from_marks(&text, expanded))
            .unwrap_or_else(|| line_map::LineMap::by_equal_lines(&self.source, expanded))
    }

    fn load(&mut self) -> Result<(), Finding> {
        if self.environment.get_template(NAME).is_ok() {
            return Ok(());
        }
        if let Some(line) = pre_pass::too_deep(&self.source, self.prog_lang.jinja_prefix()) {
            let message =
                format!("more than {} operators are nested in each other", pre_pass::MAX_DEPTH);
            return Err(Finding::error(code::TEMPLATE_SYNTAX, line, message)
                .with_hint("split the expression with `set`"));
        }
        let prepared = engine_text(&self.source, self.prog_lang);
        let macros = macros::bundled(self.prog_lang);
        self.environment
            .add_template(macros::NAME, macros)
            .and_then(|()| self.environment.add_template_owned(NAME, prepared))
            .map_err(|error| finding(&error))
    }

    fn set_globals(&mut self, globals: Globals<'_>) {
        let environment = &mut self.environment;
        environment.add_global("lang", globals.language);
        environment.add_global("is_notebook", globals.format == OutputFormat::Notebook);
        environment.add_global("is_html", globals.format == OutputFormat::Html);
    }

    fn render(&self, name: &str) -> Result<String, Finding> {
        self.environment
            .get_template(name)
            .and_then(|template| template.render(()))
            .map_err(|error| finding(&error))
    }
}

/// Returns a source as the engine gets it: line statements are tags, every line keeps its number.
#[must_use]
pub fn engine_text(source: &str, prog_lang: ProgLang) -> String {
    pre_pass::prepare(source, prog_lang.jinja_prefix())
}

fn environment(branding: &Branding) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().keep_trailing_newline(true).build();
    environment.set_syntax(syntax.expect("the default delimiters are valid"));
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.add_global("author", branding.author.as_str());
    environment.add_global("organization", branding.organization.as_str());
    minijinja_contrib::add_to_environment(&mut environment);
    environment.add_filter("wordcount", word_count);
    environment.set_formatter(format_value);
    // Else only debug builds tell which name is undefined.
    environment.set_debug(true);
    environment.set_unknown_method_callback(unknown_method_callback);
    environment
}

/// Prints a value; numbers with a point get the spelling of Python.
fn format_value(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    let is_float = value.kind() == ValueKind::Number && !value.is_integer();
    match f64::try_from(value.clone()) {
        Ok(number) if is_float && number.is_finite() => {
            out.write_str(&print::float(number)).map_err(Error::from)
        }
        _ => escape_formatter(out, state, value),
    }
}

/// The filter `wordcount`: words are runs of letters, digits and underscores.
fn word_count(text: &str) -> usize {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).count()
}

/// Describes an error of the engine in the words of an author.
fn finding(error: &Error) -> Finding {
    let (code, hint) = match error.kind() {
        ErrorKind::SyntaxError => (
            code::TEMPLATE_SYNTAX,
            "write `{% raw %}…{% endraw %}` around text that is not meant for Jinja",
        ),
        ErrorKind::UndefinedError | ErrorKind::UnknownFunction | ErrorKind::UnknownMethod => {
            (code::TEMPLATE_UNDEFINED, "define the name with `set` or import it, or correct it")
        }
        ErrorKind::TemplateNotFound => {
            (code::TEMPLATE_NOT_FOUND, "only the bundled `macros.j2` can be imported")
        }
        _ => (code::TEMPLATE_EVALUATION, "look at the values that the expression works on"),
    };
    let line = line_in_source(error).unwrap_or(1).saturating_sub(1);
    Finding::error(code, line, message(error)).with_hint(hint)
}

fn message(error: &Error) -> String {
    let mut message = error.kind().to_string();
    if let Some(detail) = error.detail() {
        message.push_str(": ");
        message.push_str(detail);
    }
    message
}

/// Returns the line of the source, from 1: of the error itself, or of the call that led to it.
fn line_in_source(error: &Error) -> Option<usize> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    let mut line = None;
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<Error>()
            && error.name().is_none_or(|name| name == NAME)
        {
            line = error.line().or(line);
        }
        cause = error.source();
    }
    line
}
