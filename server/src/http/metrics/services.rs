//! What services count themselves, read when somebody asks.

use std::{fmt, sync::Arc};

use backend::{Backend, db};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};

use crate::{accept::Gate, http::sockets};

/// Reads the backend's and the accept loop's own counters.
pub(super) struct Services {
    backend: Arc<Backend>,
    gate: Gate,
}

impl Services {
    pub(super) fn new(backend: Arc<Backend>, gate: Gate) -> Self {
        Self { backend, gate }
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services").finish_non_exhaustive()
    }
}

impl Collector for Services {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let (hub, db) = (self.backend.hub.stats(), self.backend.db.stats());
        for (name, help, value) in [
            (
                "connections",
                "TCP connections, sockets included",
                self.gate.connections(),
            ),
            ("hub_connections", "Live connections", hub.connections),
            ("hub_topics", "Topics that somebody follows", hub.topics),
            (
                "hub_subscriptions",
                "Connections following a topic, over all topics",
                hub.subscriptions,
            ),
            (
                "hub_queued_bytes",
                "Bytes that wait for live connections to take them",
                hub.queued_bytes,
            ),
            ("db_writes_waiting", "Jobs that wait to write", db.writes_waiting),
            ("db_reads_waiting", "Jobs that wait to read", db.reads_waiting),
        ] {
            one(
                &mut encoder,
                name,
                help,
                &ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX)),
            )?;
        }
        for (name, help, value) in [
            (
                "connections_refused",
                "Connections turned away by a cap",
                self.gate.turned_away(),
            ),
            ("hub_publications", "Publications", hub.published),
            (
                "password_hashes",
                "Password hashes made or verified",
                self.backend.accounts.hashes(),
            ),
        ] {
            one(&mut encoder, name, help, &ConstCounter::new(value))?;
        }
        let mut sockets =
            encoder.encode_descriptor("sockets", "Open sockets by kind", None, MetricType::Gauge)?;
        for (kind, open) in sockets::counts() {
            let open = ConstGauge::new(i64::try_from(open).unwrap_or(i64::MAX));
            open.encode(sockets.encode_family(&[("kind", kind)])?)?;
        }
        histogram(
            &mut encoder,
            "db_commit_jobs",
            "Jobs a commit",
            &db.batch_sizes,
            1.0,
        )?;
        histogram(
            &mut encoder,
            "db_commit_seconds",
            "Time a commit took",
            &db.commit_micros,
            1e-6,
        )
    }
}

fn one(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    metric: &impl EncodeMetric,
) -> fmt::Result {
    metric.encode(encoder.encode_descriptor(name, help, None, metric.metric_type())?)
}

/// `unit` is what one of the counted units is of the shown ones: microseconds become seconds.
#[expect(
    clippy::cast_precision_loss,
    reason = "a figure for people; 2^53 microseconds are centuries"
)]
fn histogram(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    counted: &db::Histogram,
    unit: f64,
) -> fmt::Result {
    let bounds = counted
        .bounds
        .iter()
        .map(|bound| *bound as f64 * unit)
        .chain([f64::MAX]);
    let buckets: Vec<_> = bounds.zip(counted.counts.iter().copied()).collect();
    let count = counted.counts.iter().sum();
    encoder
        .encode_descriptor(name, help, None, MetricType::Histogram)?
        .encode_histogram::<NoLabelSet>(counted.sum as f64 * unit, count, &buckets, None)
}
