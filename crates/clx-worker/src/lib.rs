//! The worker base: claim, heartbeat, cancel, report.
