//! Arguments about other hosts. Principal types: [`HostsArgs`], [`MetricsArgs`].

use std::net::SocketAddr;

use clap::Args;

/// Queue and store that many hosts share.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Other hosts")]
pub struct HostsArgs {
    /// Queue that hosts share, `postgres://USER@HOST/DATABASE`; its password comes from `PGPASSWORD`, from
    /// the file that `CLX_QUEUE_PASSWORD_FILE` names, or from `~/.pgpass`
    #[arg(long, value_name = "URL")]
    pub queue: Option<String>,
    /// Store that hosts share, `s3://BUCKET/PREFIX` or `file:///FOLDER`; secrets come from
    /// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,
}

/// What a host that works for others tells of itself.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Other hosts")]
pub struct MetricsArgs {
    /// Serve metrics for Prometheus at this address, such as `0.0.0.0:9100`: `/metrics`, and `/healthz` and
    /// `/livez` for who watches processes; whoever reaches it may read
    #[arg(long, value_name = "ADDRESS")]
    pub metrics: Option<SocketAddr>,
}
