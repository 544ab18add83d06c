//! Asks a replica for its probes and metrics, as a kubelet and a Prometheus do.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// What a kubelet waits by default.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a replica said at one moment; `None` where it did not answer.
#[derive(Clone, Debug)]
pub(super) struct Look {
    livez: Option<(u16, String)>,
    metrics: Option<String>,
    /// Seconds since 1970.
    at: f64,
}

impl Look {
    /// Asks the replica that serves at this address.
    pub(super) async fn at(address: SocketAddr) -> Self {
        let (livez, metrics) = tokio::join!(get(address, "/livez"), get(address, "/metrics"));
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        Self { livez, metrics: metrics.map(|(_, body)| body), at }
    }

    /// Tells whether the probe succeeds.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.livez, Some((200, _)))
    }

    /// Says what the probe says: the status, its first line, and where all is well that of the bucket.
    pub(super) fn livez(&self, bucket: &str) -> String {
        let Some((status, body)) = &self.livez else { return format!("no answer within {PATIENCE:?}") };
        let mut lines = body.lines();
        let first = lines.next().unwrap_or_default();
        match lines.find(|line| line.starts_with(&format!("{bucket:?}:"))) {
            Some(line) if *status == 200 => format!("{status} {first}; {line}"),
            _ => format!("{status} {first}"),
        }
    }

    /// Returns the value of a series, of which `LABEL` stands for the label with the bucket.
    pub(super) fn value(&self, series: &str, bucket: &str) -> Option<f64> {
        let series = self::series(series, bucket);
        let lines = self.metrics.as_deref()?.lines();
        let mut values = lines.filter_map(|line| line.strip_prefix(&series)?.strip_prefix(' ')?.parse().ok());
        values.next()
    }

    /// Returns how long ago the last renewal was, in seconds.
    pub(super) fn since_renewal(&self, bucket: &str) -> Option<f64> {
        let renewed = self.value("leader_election_last_renewal_timestamp_seconds{LABEL}", bucket)?;
        (renewed > 0.0).then_some(self.at - renewed)
    }
}

/// Writes a series with the label of the bucket in place of `LABEL`.
pub(super) fn series(series: &str, bucket: &str) -> String {
    series.replacen("LABEL", &format!("name={bucket:?}"), 1)
}

/// Gets a page; `None` where no whole answer comes in time.
async fn get(address: SocketAddr, path: &str) -> Option<(u16, String)> {
    let asked = async {
        let mut connection = TcpStream::connect(address).await?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: replica\r\n\r\n");
        connection.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    let answer = timeout(PATIENCE, asked).await.ok()?.ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(livez: Option<(u16, &str)>, metrics: &str) -> Look {
        let livez = livez.map(|(status, body)| (status, body.to_owned()));
        Look { livez, metrics: Some(metrics.to_owned()), at: 100.0 }
    }

    #[test]
    fn a_series_is_found_by_its_labels() {
        let metrics = "# HELP a b\na{name=\"x\"} 1\na{name=\"y\"} 2\nb_total{name=\"y\",how=\"z\"} 3\nc 4\n\
                       leader_election_last_renewal_timestamp_seconds{name=\"y\"} 97.5\n";
        let look = look(None, metrics);
        let value = |series| look.value(series, "y");
        assert_eq!(
            (value("a{LABEL}"), value("b_total{LABEL,how=\"z\"}"), value("c")),
            (Some(2.0), Some(3.0), Some(4.0))
        );
        assert_eq!((value("d"), look.since_renewal("y"), look.since_renewal("x")), (None, Some(2.5), None));
    }

    #[test]
    fn a_probe_is_told_in_one_line() {
        let ok = look(Some((200, "ok\n\"x\": waits\n\"y\": leads\n")), "");
        assert_eq!((ok.livez("y"), ok.is_live()), ("200 ok; \"y\": leads".to_owned(), true));
        let bad = look(Some((503, "it stands still\n\"y\": it stands still\n")), "");
        assert_eq!((bad.livez("y"), bad.is_live()), ("503 it stands still".to_owned(), false));
        assert_eq!(look(None, "").livez("y"), "no answer within 1s");
    }
}
