//! What libFuzzer says while it runs.

use std::collections::VecDeque;
use std::fmt;

/// What is known from the lines so far.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) executions: u64,
    inputs: u64,
    artifact: Option<String>,
    tail: VecDeque<String>,
}

/// How many lines are shown of a run that crashed.
const TAIL: usize = 60;

impl Log {
    /// Takes in a line: `#4096 REDUCE cov: 12 ft: 20 corp: 7/90b ...`, a statistic at the end, or what a crash says.
    pub(super) fn take(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix('#') {
            let mut words = rest.split_ascii_whitespace();
            let Some(Ok(executions)) = words.next().map(str::parse) else { return self.keep(line) };
            self.executions = executions;
            let corpus = words.skip_while(|word| *word != "corp:").nth(1);
            let inputs = corpus.and_then(|corpus| corpus.split('/').next()?.parse().ok());
            self.inputs = inputs.unwrap_or(self.inputs);
            return;
        }
        if let Some(number) = line.strip_prefix("stat::number_of_executed_units:") {
            self.executions = number.trim().parse().unwrap_or(self.executions);
        }
        // `artifact_prefix='fuzz/artifacts/t/'; Test unit written to fuzz/artifacts/t/crash-0123`. What is only slow is none.
        let written = line.split_once("Test unit written to ").map(|(_, path)| path.trim());
        if let Some(path) = written.filter(|path| !path.contains("slow-unit-")) {
            self.artifact = Some(path.to_owned());
        }
        self.keep(line);
    }

    fn keep(&mut self, line: &str) {
        if self.tail.len() == TAIL {
            self.tail.pop_front();
        }
        self.tail.push_back(line.to_owned());
    }

    /// Returns where the input lies that crashed the target.
    pub(super) fn artifact(&self) -> Option<&str> {
        self.artifact.as_deref()
    }

    /// Returns the last lines that told more than progress.
    pub(super) fn tail(&self) -> String {
        self.tail.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} executions, {} inputs worth keeping", self.executions, self.inputs)?;
        self.artifact.as_ref().map_or(Ok(()), |artifact| write!(f, ", crashed: {artifact}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(lines: &[&str]) -> Log {
        let mut log = Log::default();
        lines.iter().for_each(|line| log.take(line));
        log
    }

    #[test]
    fn progress_is_read_and_the_statistic_at_the_end_counts() {
        let lines = [
            "INFO: Seed: 7",
            "#2\tINITED cov: 5 ft: 6 corp: 1/1b",
            "#4096\tREDUCE cov: 9 ft: 20 corp: 7/90b lim: 4",
        ];
        assert_eq!(log(&lines).to_string(), "4096 executions, 7 inputs worth keeping");
        assert_eq!(log(&["#4096\tpulse", "stat::number_of_executed_units: 5000"]).executions, 5000);
    }

    #[test]
    fn a_crash_is_told_with_its_input_and_what_is_slow_is_no_crash() {
        let line = |path: &str| format!("artifact_prefix='a/'; Test unit written to {path}");
        assert_eq!(log(&[&line("a/crash-01")]).artifact(), Some("a/crash-01"));
        assert_eq!(log(&[&line("a/slow-unit-01")]).artifact(), None);
        assert!(
            log(&["thread panicked at x", &line("a/oom-1")]).tail().starts_with("thread panicked at x\n")
        );
    }
}
