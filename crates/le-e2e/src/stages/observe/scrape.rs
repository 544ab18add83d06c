//! Metrics as Prometheus reads them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a scrape may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// One metric: its type, and its series by their labels.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Metric {
    pub(super) kind: String,
    pub(super) series: BTreeMap<BTreeMap<String, String>, f64>,
}

impl Metric {
    /// The names of the labels that its series have.
    pub(super) fn labels(&self) -> BTreeSet<&str> {
        self.series.keys().flat_map(BTreeMap::keys).map(String::as_str).collect()
    }

    /// The value of the series with this label alone.
    pub(super) fn value(&self, name: &str) -> Option<f64> {
        self.series.get(&BTreeMap::from([("name".to_owned(), name.to_owned())])).copied()
    }
}

/// Scrapes a process. The format is the older one, which is what is answered to who does not ask for another, or OpenMetrics.
pub(super) async fn scrape(address: SocketAddr) -> anyhow::Result<BTreeMap<String, Metric>> {
    let asked = async {
        let mut connection = TcpStream::connect(address).await?;
        // With HTTP/1.0 the answer comes in one piece.
        connection.write_all(b"GET /metrics HTTP/1.0\r\nhost: process\r\n\r\n").await?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await?;
        anyhow::Ok(answer)
    };
    let answer = timeout(PATIENCE, asked).await.context("a scrape takes too long")??;
    let (head, body) = answer.split_once("\r\n\r\n").context("a scrape is no HTTP")?;
    anyhow::ensure!(head.split(' ').nth(1) == Some("200"), "a scrape is refused: {head}");
    parse(body)
}

/// Reads metrics with simple values; parts of histograms stand under names of their own.
fn parse(text: &str) -> anyhow::Result<BTreeMap<String, Metric>> {
    let (mut metrics, mut kinds) = (BTreeMap::<String, Metric>::new(), BTreeMap::new());
    for line in text.lines() {
        if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|line| line.split_once(' ')) {
            kinds.insert(name.to_owned(), kind.to_owned());
        }
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        let (series, value) = line.rsplit_once(' ').with_context(|| format!("{line:?} has no value"))?;
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        let labels = labels.trim_end_matches('}').split("\",").filter(|label| !label.is_empty());
        let labels = labels.map(|label| {
            let (key, value) = label.split_once("=\"").with_context(|| format!("{line:?} is no series"))?;
            anyhow::Ok((key.to_owned(), value.trim_end_matches('"').to_owned()))
        });
        let metric = metrics.entry(name.to_owned()).or_default();
        // OpenMetrics names a counter without what its series end in.
        let kind = kinds.get(name).or_else(|| kinds.get(name.strip_suffix("_total")?));
        metric.kind = kind.cloned().unwrap_or_default();
        metric.series.insert(labels.collect::<anyhow::Result<_>>()?, value.parse()?);
    }
    Ok(metrics)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_are_read_alike() {
        let older = "# HELP a x\n# TYPE a counter\na_total{name=\"x\"} 1\n";
        let older = older.replace("TYPE a ", "TYPE a_total ");
        let newer = "# HELP a x.\n# TYPE a counter\na_total{name=\"x\"} 1\n# EOF\n";
        let read = parse(&older).unwrap();
        assert_eq!(read, parse(newer).unwrap());
        let metric = &read["a_total"];
        assert_eq!(
            (metric.kind.as_str(), metric.labels(), metric.value("x")),
            ("counter", ["name"].into(), Some(1.0))
        );
        let two = &parse("b{name=\"x\",how=\"y z\"} 2.5\nc 3\n").unwrap();
        assert_eq!(
            (two["b"].labels(), two["b"].value("x"), two["c"].labels().len()),
            (["how", "name"].into(), None, 0)
        );
        assert!(parse("nothing\n").is_err());
    }
}
