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
            queue: queue.or_else(|| Self::shared_queue(config)),
            store: store.or_else(|| config.get(&SHARED_STORE)),
        }
    }

    /// Returns the queue that the configuration names.
    pub(crate) fn shared_queue(config: &Config) -> Option<String> {
        config.get(&SHARED_QUEUE)
    }

    /// Tells whether other hosts take part.
    pub(crate) const fn are_named(&self) -> bool {
        self.queue.is_some()
    }
}
