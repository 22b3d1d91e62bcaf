//! Percent-format notebooks: reading, Jinja, filtering, writing.
