//! Arguments of `clx init` and `clx new`. Principal types: [`InitArgs`], [`NewCommand`].

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use clx_core::ProgLang;

/// What stands below the help of `clx init`.
pub(super) const INIT_EXAMPLES: &str = "Nothing is written if one of the files exists.\n\n\
    Examples:\n  clx init                                     into the current directory\n  \
    clx init cpp-basics --language cpp --title 'C++ Basics'";

/// What stands below the help of `clx new topic`.
const TOPIC_EXAMPLES: &str = "The directory of the topic lies beside that of the last topic of the \
    section, with the next number.\nIn the spec nothing changes but a line that is added.\n\n\
    Examples:\n  clx new topic loops\n  \
    clx new topic for_loops --section 'First Steps' --title-de Zählschleifen --title-en 'For Loops'";

/// A course to make.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Its directory, made if it is missing
    #[arg(value_name = "DIR", default_value = ".")]
    pub directory: PathBuf,
    /// What its slides are written in
    #[arg(long, value_name = "NAME", default_value = "python", value_parser = prog_lang())]
    pub language: ProgLang,
    /// Its name in German and English, to be translated later [default: made of the directory's name]
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
}

/// What can be added to a course.
#[derive(Debug, Subcommand)]
pub enum NewCommand {
    /// Add a topic: a directory with a first slide, and its place in the spec
    #[command(after_help = TOPIC_EXAMPLES)]
    Topic(NewTopicArgs),
}

/// A topic to add.
#[derive(Debug, Args)]
pub struct NewTopicArgs {
    /// Its id, such as `for_loops`
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The section it comes at the end of, by id, name or number [default: the last]
    #[arg(long, value_name = "SECTION")]
    pub section: Option<String>,
    /// The course spec [default: the only one in `course-specs/`]
    #[arg(long, value_name = "FILE")]
    pub spec: Option<PathBuf>,
    /// German title [default: made of NAME]
    #[arg(long, value_name = "TEXT")]
    pub title_de: Option<String>,
    /// English title [default: made of NAME]
    #[arg(long, value_name = "TEXT")]
    pub title_en: Option<String>,
}

fn prog_lang() -> impl TypedValueParser<Value = ProgLang> {
    let names = ProgLang::ALL.map(ProgLang::name);
    PossibleValuesParser::new(names).try_map(|name| name.parse())
}
