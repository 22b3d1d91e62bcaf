//! Arguments of `clx monitor`. Principal type: [`MonitorArgs`].

use clap::Args;

use super::queue::LookArgs;

/// Shown below the help of `clx monitor`.
pub(super) const EXAMPLES: &str = "It shows builds of other terminals, needs none to run, and changes nothing but what `c` (cancel)\n\
    and `r` (retry) ask for. `?` lists all keys.\n\n\
    The queue is that of `.clx` in the working directory or the nearest one above it, unless `CLX_DB_PATH`\n\
    or an option names another one.\n\n\
    Examples:\n  clx monitor\n  clx monitor --state-dir ~/courses/python/.clx --refresh 1";

/// What to look at and how.
#[derive(Debug, Args)]
pub struct MonitorArgs {
    /// The queue.
    #[command(flatten)]
    pub look: LookArgs,
    /// Look for changes every so many seconds, from 1 to 10
    #[arg(
        long,
        value_name = "SECONDS",
        default_value = "2",
        value_parser = clap::value_parser!(u64).range(1..=10)
    )]
    pub refresh: u64,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::args::{Cli, Command};

    fn refresh(line: &str) -> Option<u64> {
        match Cli::try_parse_from(line.split(' ')).ok()?.command {
            Command::Monitor(args) => Some(args.refresh),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn refresh_is_from_one_to_ten_seconds() {
        assert_eq!(refresh("clx monitor"), Some(2));
        assert_eq!(refresh("clx monitor --refresh 10"), Some(10));
        assert_eq!(refresh("clx monitor --refresh 0"), None);
        assert_eq!(refresh("clx monitor --refresh 11"), None);
    }
}
