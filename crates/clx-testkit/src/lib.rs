//! Temp courses, fake handlers and tree comparison for tests.
