//! A queue does what a model of it says, whatever it is asked to do in whatever order.
//!
//! A sequence of steps is done by the queue and by a model, which
//! keeps jobs in a list and knows nothing of databases; after each step both must tell the same. A sequence
//! that fails is shortened to the steps that matter before it is told. Principal function:
//! [`queue_model`].

mod compare;
mod driver;
mod model;
mod step;

use std::cell::Cell;

use proptest::collection::vec;
use proptest::test_runner::{Config, TestRunner};

use crate::queue_conformance::Subject;

/// Steps of a sequence at most.
const N_STEPS: usize = 60;

/// Compares `n_sequences` sequences.
///
/// # Panics
/// The queue does something else than the model.
pub fn queue_model(subject: &Subject, n_sequences: u32) {
    let config = Config { cases: n_sequences, failure_persistence: None, ..Config::default() };
    // Each sequence has a type of jobs of its own, so that none is disturbed by what another one left.
    let n_begun = Cell::new(0);
    let run = TestRunner::new(config).run(&vec(step::steps(), 1..N_STEPS), |steps| {
        n_begun.set(n_begun.get() + 1);
        driver::check(subject, &format!("model-{}", n_begun.get()), &steps);
        Ok(())
    });
    if let Err(difference) = run {
        panic!("{difference}");
    }
}
