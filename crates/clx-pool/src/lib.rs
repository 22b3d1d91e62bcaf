//! The pool manager: starts, watches and stops workers.
