//! Where the shapes of charts lie; the templates draw them. Each has its text in words, since a picture
//! says nothing to those who do not see it.

pub(crate) mod flow;
pub(crate) mod gantt;
pub(crate) mod history;
pub(crate) mod throughput;

use serde::Serialize;

/// A rectangle in the units of its picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Rect {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// Rounds to what can be seen, which keeps pages short.
fn tenth(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
