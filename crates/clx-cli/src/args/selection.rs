//! Arguments that select outputs. Principal type: [`SelectionArgs`].

use std::path::PathBuf;

use clap::builder::Resettable;
use clap::{Arg, Args, ValueEnum};
use clx_core::{Language, OutputFormat, PictureFormat};

/// Which outputs are wanted.
#[derive(Debug, Args)]
#[command(next_help_heading = "Selection")]
pub struct SelectionArgs {
    /// Build everything into this directory instead of the targets of the spec
    #[arg(short, long, value_name = "DIR")]
    pub output_dir: Option<PathBuf>,
    /// Only these targets of the spec
    #[arg(short = 'T', long, value_name = "NAME", value_delimiter = ',')]
    pub targets: Vec<String>,
    /// Only these languages
    #[arg(short = 'L', long, value_name = "CODE", value_delimiter = ',')]
    pub language: Vec<Language>,
    /// Only these sections (by id, name or number) and topics (by id or directory); the rest of the
    /// output trees stays as it is
    #[arg(long, value_name = "SECTION|TOPIC")]
    pub only: Vec<String>,
    /// Only these kinds of outputs
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_enum)]
    pub kind: Vec<KindArg>,
    /// Only outputs for the speaker: the same as `--kind speaker`
    #[arg(long, conflicts_with = "kind")]
    pub speaker_only: bool,
    /// Only outputs in these formats: `html`, `notebook`, `code`
    #[arg(
        long = "format",
        visible_alias = OUTPUT_FORMAT,
        value_name = "FORMAT",
        value_delimiter = ','
    )]
    pub formats: Vec<OutputFormat>,
    /// Format of the pictures of diagrams [default: png]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub image_format: Option<ImageFormatArg>,
    /// Where images go: a copy per output directory, or one per course directory [default: duplicated]
    #[arg(long, value_enum)]
    pub image_mode: Option<ImageModeArg>,
}

/// The other name of the selector `--format`.
const OUTPUT_FORMAT: &str = "output-format";

/// Leaves the selector of formats only its other name: in commands that list something, `--format`
/// says how.
#[must_use]
pub fn leave_format_free(formats: Arg) -> Arg {
    formats.visible_alias(Resettable::Reset).long(OUTPUT_FORMAT)
}

impl SelectionArgs {
    /// Returns the names of the wanted kinds; empty = all.
    #[must_use]
    pub fn kinds(&self) -> Vec<String> {
        let speaker = self.speaker_only.then_some(KindArg::Speaker);
        self.kind.iter().copied().chain(speaker).map(|kind| kind.name().to_owned()).collect()
    }
}

/// Who an output is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KindArg {
    /// For learners who type along.
    CodeAlong,
    /// For learners, with everything filled in.
    Completed,
    /// For the person who gives the course.
    Speaker,
}

impl KindArg {
    /// Returns the name of the kind in course specs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CodeAlong => "code-along",
            Self::Completed => "completed",
            Self::Speaker => "speaker",
        }
    }
}

/// Format of the pictures of diagrams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ImageFormatArg {
    /// Pixels.
    #[default]
    Png,
    /// Scalable.
    Svg,
    /// One of each.
    Both,
}

impl ImageFormatArg {
    /// Returns the formats.
    #[must_use]
    pub fn formats(self) -> Vec<PictureFormat> {
        match self {
            Self::Png => vec![PictureFormat::Png],
            Self::Svg => vec![PictureFormat::Svg],
            Self::Both => vec![PictureFormat::Png, PictureFormat::Svg],
        }
    }
}

/// Where images go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ImageModeArg {
    /// A copy beside every notebook directory.
    #[default]
    Duplicated,
    /// One copy per language and audience.
    Shared,
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use clx_core::{OutputFormat, OutputKind};

    use super::*;
    use crate::args::{Cli, Command, ListFormat};

    #[test]
    fn kinds_are_those_of_course_specs() {
        let names: Vec<_> = OutputKind::predefined().into_iter().map(|kind| kind.name).collect();
        assert_eq!(
            KindArg::value_variants().iter().map(|kind| kind.name()).collect::<Vec<_>>(),
            names
        );
        for kind in KindArg::value_variants() {
            assert_eq!(kind.to_possible_value().unwrap().get_name(), kind.name());
        }
    }

    #[test]
    fn speaker_only_is_a_kind() {
        let parse = |line: &str| match Cli::try_parse_from(line.split(' ')).ok()?.command {
            Command::Build(args) => Some(args.selection.kinds()),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            parse("clx build a.xml --speaker-only"),
            parse("clx build a.xml --kind speaker")
        );
        assert_eq!(parse("clx build a.xml --kind speaker,completed").unwrap().len(), 2);
        assert_eq!(parse("clx build a.xml --speaker-only --kind completed"), None);
        assert_eq!(parse("clx build a.xml --kind everything"), None);
    }

    #[test]
    fn commands_that_list_have_another_name_for_the_selected_format() {
        let selected = |line: &str| match Cli::try_parse_from(line.split(' ')).unwrap().command {
            Command::Build(args) => (args.selection.formats, None),
            Command::Watch(args) => (args.selection.formats, None),
            Command::Plan(args) => (args.selection.formats, Some(args.format)),
            Command::Explain(args) => (args.selection.formats, Some(args.format)),
            other => panic!("{other:?}"),
        };
        let html = vec![OutputFormat::Html];
        for (line, format) in [
            ("clx build a.xml --format html", None),
            ("clx build a.xml --output-format html", None),
            ("clx watch a.xml --format html", None),
            ("clx plan a.xml --output-format html", Some(ListFormat::Table)),
            ("clx plan a.xml --output-format html --format json", Some(ListFormat::Json)),
            ("clx explain a.py --output-format html", Some(ListFormat::Table)),
        ] {
            assert_eq!(selected(line), (html.clone(), format), "{line}");
        }
    }
}
