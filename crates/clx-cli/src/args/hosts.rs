//! Arguments about other hosts. Principal type: [`HostsArgs`].

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
