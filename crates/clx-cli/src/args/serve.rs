//! Arguments of `clx serve`. Principal type: [`ServeArgs`].

use std::net::{IpAddr, Ipv4Addr};

use clap::Args;

use super::queue::LookArgs;

/// Shown below the help of `clx serve`.
pub(super) const EXAMPLES: &str = "Without `--state-dir` and `--jobs-db-path`, what `CLX_DB_PATH` names \
    is shown, or the nearest `.clx`\nin this directory and those above it.\n\nExamples:\n  clx serve --open\n  \
    clx serve --state-dir ~/courses/python/.clx --port 0";

/// What the dashboard shows, and where it listens.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The queue.
    #[command(flatten)]
    pub look: LookArgs,
    /// Address of this machine to listen at
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", value_parser = host)]
    pub host: IpAddr,
    /// Port to listen at; 0 is any that is free
    #[arg(long, value_name = "PORT", default_value_t = 8000)]
    pub port: u16,
    /// Listen at an address that other machines reach: whoever does can cancel jobs
    #[arg(long)]
    pub allow_remote: bool,
    /// Open it in the browser
    #[arg(long)]
    pub open: bool,
}

fn host(text: &str) -> Result<IpAddr, String> {
    if text == "localhost" {
        return Ok(Ipv4Addr::LOCALHOST.into());
    }
    text.parse().map_err(|_| "write a numeric address, such as `127.0.0.1` or `::1`".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::args::{Cli, Command, ServeArgs};

    fn parse(line: &str) -> Option<ServeArgs> {
        match Cli::try_parse_from(line.split(' ')).ok()?.command {
            Command::Serve(args) => Some(args),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn loopback_is_the_default() {
        let args = parse("clx serve").unwrap();
        assert!(args.host.is_loopback() && args.port == 8000 && !args.allow_remote);
        assert!(parse("clx serve --host localhost").unwrap().host.is_loopback());
        assert!(parse("clx serve --host ::1 --port 0").unwrap().host.is_loopback());
    }

    #[test]
    fn name_of_a_machine_is_no_address() {
        assert!(parse("clx serve --host example.org").is_none());
        assert!(parse("clx serve --port 70000").is_none());
    }
}
