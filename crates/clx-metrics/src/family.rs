//! Metrics with labels. Principal type: [`Labels`].

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::metric::Metric;

/// Names and values of labels, in the order of [`Metric::labels`].
pub(crate) type Labels = Vec<(&'static str, String)>;

/// Gives the labels of a metric their values.
pub(crate) fn labels(metric: &Metric, values: &[&str]) -> Labels {
    let pairs = metric.labels.iter().zip(values);
    pairs.map(|(name, value)| (*name, (*value).to_owned())).collect()
}

/// Adds a gauge with its values of this moment.
pub(crate) fn add_gauge(registry: &mut Registry, metric: &Metric, rows: &[(Vec<&str>, f64)]) {
    let family = Family::<Labels, Gauge<f64, AtomicU64>>::default();
    for (values, value) in rows {
        family.get_or_create(&labels(metric, values)).set(*value);
    }
    registry.register(metric.stem(), metric.help, family);
}
