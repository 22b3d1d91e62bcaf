//! Where queue and store of many hosts are. Principal type: [`HostsSettings`].

use clx_config::Config;
use clx_config::setting::{SHARED_QUEUE, SHARED_STORE};

use crate::args::hosts::HostsArgs;

/// Queue and store that many hosts share, if any are named.
#[derive(Debug, Clone, Default)]
pub(crate) struct HostsSettings {
    pub(crate) queue: Option<String>,
    pub(crate) store: Option<String>,
}

impl HostsSettings {
    pub(crate) fn new(args: &HostsArgs, config: &Config) -> Self {
        let HostsArgs { queue, store } = args.clone();
        Self {
            queue: queue.or_else(|| config.get(&SHARED_QUEUE)),
            store: store.or_else(|| config.get(&SHARED_STORE)),
        }
    }

    /// Tells whether other hosts take part.
    pub(crate) const fn are_named(&self) -> bool {
        self.queue.is_some()
    }
}
