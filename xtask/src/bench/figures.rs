//! What the programs measured. Principal type: [`Figures`].

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::TaskError;
use crate::run::Program;

/// Figures of all rounds by side, measurement and name.
#[derive(Debug, Default)]
pub(super) struct Figures {
    samples: BTreeMap<(String, String, String), Vec<f64>>,
}

impl Figures {
    /// Runs a program and keeps the figures that it prints.
    pub(super) fn add(
        &mut self,
        side: &str,
        measurement: &str,
        program: &Program,
    ) -> Result<(), TaskError> {
        let printed: Value = serde_json::from_str(&program.read()?)
            .map_err(|source| TaskError::Json { command: program.shown(), source })?;
        for (name, value) in printed.as_object().into_iter().flatten() {
            self.insert(side, measurement, name, value.as_f64().unwrap_or(f64::NAN));
        }
        Ok(())
    }

    fn insert(&mut self, side: &str, measurement: &str, name: &str, value: f64) {
        let key = (side.to_owned(), measurement.to_owned(), name.to_owned());
        self.samples.entry(key).or_default().push(value);
    }

    /// Returns the median of a figure over all rounds, if it was measured.
    pub(super) fn median(&self, side: &str, measurement: &str, name: &str) -> Option<f64> {
        let key = (side.to_owned(), measurement.to_owned(), name.to_owned());
        let mut sample = self.samples.get(&key)?.clone();
        sample.sort_by(f64::total_cmp);
        let middle = sample.len() / 2;
        let is_even = sample.len().is_multiple_of(2);
        Some(if is_even {
            f64::midpoint(sample[middle - 1], sample[middle])
        } else {
            sample[middle]
        })
    }
}

#[cfg(test)]
impl Figures {
    /// Makes figures of one round.
    pub(super) fn of(figures: &[(&str, &str, &str, f64)]) -> Self {
        let mut made = Self::default();
        for &(side, measurement, name, value) in figures {
            made.insert(side, measurement, name, value);
        }
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_is_the_middle_of_all_rounds() {
        let mut figures = Figures::default();
        for (n, (value, median)) in [(3.0, 3.0), (1.0, 2.0), (9.0, 3.0)].into_iter().enumerate() {
            figures.insert("clx", "queue", "rate", value);
            assert_eq!(figures.median("clx", "queue", "rate"), Some(median), "{n}");
        }
        assert_eq!(figures.median("clx", "queue", "other"), None);
    }
}
