//! Course specification and sources to a course model.
