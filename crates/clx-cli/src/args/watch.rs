//! Arguments of `clx watch` and of builds that go on. Principal types: [`WatchArgs`], [`FollowArgs`].

use std::time::Duration;

use clap::Args;

use super::SpecArgs;
use super::build::{BuildArgs, DisplayArgs, WorkArgs};
use super::selection::SelectionArgs;

/// Shown below the help of `clx watch`.
pub(super) const EXAMPLES: &str = "Examples:\n  clx watch course-specs/python.xml\n  \
    clx watch course-specs/python.xml --only loops -L en --port 8080\n  \
    clx watch course-specs/python.xml --no-serve";

/// Whether `clx build` goes on after the build.
#[derive(Debug, Args)]
#[command(next_help_heading = "Watch")]
pub struct FollowArgs {
    /// Build again whenever files of the course change, until Ctrl+C
    #[arg(short, long)]
    pub watch: bool,
    /// Serve the outputs to browsers on this machine, which reload what changed [default port: 4680, or a
    /// free one]
    #[arg(long, value_name = "PORT", requires = "watch", num_args = 0..=1)]
    pub serve: Option<Option<u16>>,
    /// How changes are gathered.
    #[command(flatten)]
    pub debounce: DebounceArgs,
}

/// How changes are gathered.
#[derive(Debug, Args)]
#[command(next_help_heading = "Watch")]
pub struct DebounceArgs {
    /// Build when nothing more was saved for this time [default: 0.02]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub debounce: Option<Duration>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "write a number of seconds, such as `0.3`")?;
    if !(0.0..=60.0).contains(&seconds) {
        return Err("write a number of seconds from 0 to 60".to_owned());
    }
    Ok(Duration::from_secs_f64(seconds))
}

/// What `clx watch` builds and how.
#[derive(Debug, Args)]
pub struct WatchArgs {
    /// The course.
    #[command(flatten)]
    pub spec: SpecArgs,
    /// Port on which the outputs are served to browsers on this machine [default: 4680, or a free one]
    #[arg(long, value_name = "PORT", help_heading = "Watch")]
    pub port: Option<u16>,
    /// Serve nothing
    #[arg(long, conflicts_with = "port", help_heading = "Watch")]
    pub no_serve: bool,
    /// How changes are gathered.
    #[command(flatten)]
    pub debounce: DebounceArgs,
    /// What to build.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// How to make it.
    #[command(flatten)]
    pub work: WorkArgs,
    /// What to print.
    #[command(flatten)]
    pub display: DisplayArgs,
}

impl From<WatchArgs> for BuildArgs {
    fn from(args: WatchArgs) -> Self {
        let WatchArgs { spec, port, no_serve, debounce, selection, work, display } = args;
        let serve = (!no_serve).then_some(port);
        let follow = FollowArgs { watch: true, serve, debounce };
        Self { spec, selection, work, verify: None, follow, display }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::Parser;

    use crate::args::{BuildArgs, Cli, Command};

    /// What was typed, as arguments of a build.
    fn parse(line: &str) -> Option<BuildArgs> {
        match Cli::try_parse_from(line.split(' ')).ok()?.command {
            Command::Build(args) => Some(args),
            Command::Watch(args) => Some((*args).into()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn watch_is_a_build_that_watches_and_serves() {
        for (line, serve) in [
            ("clx watch a.xml", Some(None)),
            ("clx watch a.xml --port 8080", Some(Some(8080))),
            ("clx watch a.xml --no-serve", None),
            ("clx build a.xml --watch", None),
            ("clx build a.xml -w --serve", Some(None)),
            ("clx build --serve 8080 -w a.xml", Some(Some(8080))),
        ] {
            let args = parse(line).unwrap_or_else(|| panic!("{line}"));
            assert!(args.follow.watch, "{line}");
            assert_eq!(args.follow.serve, serve, "{line}");
        }
    }

    #[test]
    fn time_may_be_part_of_a_second() {
        let args = parse("clx watch a.xml --debounce 0.3").unwrap();
        assert_eq!(args.follow.debounce.debounce, Some(Duration::from_millis(300)));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "clx build a.xml --serve",
            "clx watch a.xml --debounce -1",
            "clx watch a.xml --port 1 --no-serve",
        ] {
            assert!(parse(line).is_none(), "{line}");
        }
    }
}
