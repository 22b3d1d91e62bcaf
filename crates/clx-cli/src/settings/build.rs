//! What a build does and prints. Principal type: [`BuildSettings`].

use std::path::PathBuf;
use std::time::Duration;

use clx_config::Config;
use clx_config::setting::{COLOR, DEBOUNCE, IMAGE_FORMAT, IMAGE_MODE, OUTPUT_MODE, PORT, PROGRESS};
use clx_core::Diagnostic;
use clx_course::{ImageMode, Selection};
use clx_serve::Port;

use super::{WorkSettings, choice};
use crate::args::build::{DisplayArgs, OutputMode};
use crate::args::selection::{ImageFormatArg, ImageModeArg, SelectionArgs};
use crate::args::watch::FollowArgs;
use crate::args::{BuildArgs, SpecArgs};
use crate::command::CacheLimits;

/// What to build, how, and what to print.
#[derive(Debug)]
pub(crate) struct BuildSettings {
    pub(crate) spec: SpecArgs,
    pub(crate) selection: SelectionSettings,
    pub(crate) work: WorkSettings,
    /// How many sources are made afresh to compare them, if that is wanted.
    pub(crate) verify: Option<usize>,
    pub(crate) follow: FollowSettings,
    pub(crate) display: DisplaySettings,
    pub(crate) limits: CacheLimits,
    /// What is wrong with the configuration.
    pub(crate) found: Vec<Diagnostic>,
}

/// What decides about what is made, and with what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) spec: &'a SpecArgs,
    pub(crate) selection: &'a SelectionSettings,
    pub(crate) work: &'a WorkSettings,
    /// What is wrong with the configuration.
    pub(crate) found: &'a [Diagnostic],
}

impl BuildSettings {
    pub(crate) fn request(&self) -> Request<'_> {
        let Self { spec, selection, work, found, .. } = self;
        Request { spec, selection, work, found }
    }

    pub(crate) fn new(args: BuildArgs, config: &Config) -> Self {
        let BuildArgs { spec, selection, work, verify, follow, display } = args;
        Self {
            spec,
            selection: SelectionSettings::new(selection, config),
            work: WorkSettings::new(work, config),
            verify,
            follow: FollowSettings::new(&follow, config),
            display: DisplaySettings::new(display, config),
            limits: CacheLimits::new(config),
            found: config.problems().to_vec(),
        }
    }
}

/// Which outputs are wanted.
#[derive(Debug, Clone)]
pub(crate) struct SelectionSettings {
    /// Sections and topics; empty = all.
    pub(crate) only: Vec<String>,
    pub(crate) outputs: Selection,
}

impl SelectionSettings {
    pub(crate) fn new(args: SelectionArgs, config: &Config) -> Self {
        let format: ImageFormatArg = choice(args.image_format, config, &IMAGE_FORMAT);
        let outputs = Selection {
            kinds: args.kinds(),
            output_dir: args.output_dir,
            targets: args.targets,
            languages: args.language,
            formats: args.formats,
            image_mode: match choice(args.image_mode, config, &IMAGE_MODE) {
                ImageModeArg::Duplicated => ImageMode::Duplicated,
                ImageModeArg::Shared => ImageMode::Shared,
            },
            picture_formats: format.formats(),
        };
        Self { only: args.only, outputs }
    }
}

/// Whether and how a build goes on.
#[derive(Debug)]
pub(crate) struct FollowSettings {
    pub(crate) watch: bool,
    /// Where the outputs are served, if they are.
    pub(crate) serve: Option<Port>,
    /// Time without another save after which it builds.
    pub(crate) debounce: Duration,
}

impl FollowSettings {
    fn new(args: &FollowArgs, config: &Config) -> Self {
        let usual = || Port::Rather(config.get(&PORT));
        Self {
            watch: args.watch,
            serve: args.serve.map(|port| port.map_or_else(usual, Port::Exactly)),
            debounce: args.debounce.debounce.unwrap_or_else(|| config.get(&DEBOUNCE)),
        }
    }
}

/// What is printed.
#[derive(Debug, Clone)]
pub(crate) struct DisplaySettings {
    pub(crate) output_mode: OutputMode,
    /// File for all that happens, or `-`.
    pub(crate) events: Option<PathBuf>,
    pub(crate) no_progress: bool,
    pub(crate) no_color: bool,
}

impl DisplaySettings {
    fn new(args: DisplayArgs, config: &Config) -> Self {
        Self {
            output_mode: choice(args.output_mode, config, &OUTPUT_MODE),
            events: args.events,
            no_progress: args.no_progress || !config.get(&PROGRESS),
            no_color: args.no_color || !config.get(&COLOR),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use clx_config::Sources;
    use clx_core::PictureFormat;

    use super::*;
    use crate::args::{Cli, Command};

    /// Settles what is typed after `clx watch a.xml` where a configuration sets other values than the
    /// usual ones.
    fn settle(flags: &str) -> BuildSettings {
        let variables = [
            ("CLX_IMAGES__FORMAT", "both"),
            ("CLX_IMAGES__MODE", "shared"),
            ("CLX_WATCH__PORT", "8080"),
            ("CLX_WATCH__DEBOUNCE", "0.5"),
            ("CLX_DISPLAY__OUTPUT_MODE", "verbose"),
            ("CLX_DISPLAY__PROGRESS", "false"),
            ("CLX_DISPLAY__COLOR", "false"),
        ];
        let variables = variables.map(|(name, value)| (name.into(), value.into())).into();
        let config = Config::load(&Sources { variables, ..Sources::default() });
        assert_eq!(config.problems(), []);
        let line = format!("clx watch a.xml {flags}");
        match Cli::try_parse_from(line.split_whitespace()).unwrap().command {
            Command::Watch(args) => BuildSettings::new((*args).into(), &config),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn configuration_holds_where_no_flag_is_given() {
        let BuildSettings { selection, follow, display, .. } = settle("");
        let outputs = selection.outputs;
        assert_eq!(outputs.picture_formats, [PictureFormat::Png, PictureFormat::Svg]);
        assert_eq!(outputs.image_mode, ImageMode::Shared);
        assert_eq!(follow.serve, Some(Port::Rather(8080)));
        assert_eq!(follow.debounce, Duration::from_millis(500));
        assert_eq!(display.output_mode, OutputMode::Verbose);
        assert!(display.no_progress && display.no_color);
    }

    #[test]
    fn flags_win() {
        let flags =
            "--image-format svg --image-mode duplicated --port 9090 --debounce 0.1 -O quiet";
        let BuildSettings { selection, follow, display, .. } = settle(flags);
        let outputs = selection.outputs;
        assert_eq!(outputs.picture_formats, [PictureFormat::Svg]);
        assert_eq!(outputs.image_mode, ImageMode::Duplicated);
        assert_eq!(follow.serve, Some(Port::Exactly(9090)));
        assert_eq!(follow.debounce, Duration::from_millis(100));
        assert_eq!(display.output_mode, OutputMode::Quiet);
    }
}
