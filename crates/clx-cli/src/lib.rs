//! The clx command.
