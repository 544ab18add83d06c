//! What Prometheus' own tool says about the metrics.

use std::io::Write;
use std::process::{Command, Stdio};

use prometheus_client::encoding::prometheus_text;

use crate::metrics::Scraped;

#[test]
fn promtool_finds_nothing_to_complain_about() {
    let scraped = Scraped::new();
    let _candidates = ["a", "b"].map(|bucket| scraped.candidate(bucket));
    scraped.flush();
    // The tool reads the older text format, which the registry writes from the same metrics.
    let mut text = String::new();
    prometheus_text::encode(&mut text, &scraped.registry).unwrap();
    assert!(text.contains("# TYPE leader_election_slowpath_total counter\n"), "{text}");
    let piped = Stdio::piped;
    let tool = Command::new("promtool").args(["check", "metrics"]).stdin(piped()).stderr(piped()).spawn();
    let Ok(mut tool) = tool else {
        println!("skipped: there is no `promtool` here; Debian's package `prometheus` has it");
        return;
    };
    tool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let said = tool.wait_with_output().unwrap();
    let words = String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success() && words.is_empty(), "{words}");
}
