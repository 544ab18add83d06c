//! What was found in a configuration.

use anstyle::{AnsiColor, Style};
use le_cli::{Format, Table, go_form};
use le_config::{Config, ConfigErrors, Parser, keys};
use serde::Serialize;

use super::CheckArgs;
use super::findings::{Finding, mistake, spelling, warnings};
use super::lines::Lines;
use super::numbers::Numbers;
use crate::Code;
use crate::config_map::Data;

/// A configuration looked at.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    pub(super) errors: Vec<Finding>,
    pub(super) warnings: Vec<Finding>,
    /// Absent where there are errors: then nothing holds.
    pub(super) values: Vec<Effective>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) numbers: Option<Numbers>,
}

/// A value that holds.
#[derive(Debug, Serialize)]
pub(super) struct Effective {
    key: String,
    value: String,
    /// `default`, or the key that it was read from.
    from: String,
}

impl Report {
    /// Looks at a file.
    pub(super) fn of_text(text: &str, args: &CheckArgs) -> anyhow::Result<Self> {
        let lines = Lines::of(text);
        match le_config::data_from_yaml(text) {
            Ok(data) => Self::of_data(data, &lines, args),
            Err(errors) => Ok(Self::of_errors(&errors, &Data::new(), &lines)),
        }
    }

    /// Looks at data.
    pub(super) fn of_data(data: Data, lines: &Lines, args: &CheckArgs) -> anyhow::Result<Self> {
        let config = match Parser::new(args.max_buckets)?.parse_all(&data) {
            Ok(config) => config,
            Err(errors) => {
                let mut report = Self::of_errors(&errors, &data, lines);
                report.warnings = warnings(&data, lines, None, None);
                return Ok(report);
            }
        };
        Ok(Self {
            errors: Vec::new(),
            warnings: warnings(&data, lines, Some(config.buckets()), args.replicas),
            values: values(&config, &data),
            numbers: Some(Numbers::of(&config)),
        })
    }

    fn of_errors(errors: &ConfigErrors, data: &Data, lines: &Lines) -> Self {
        let errors = errors.as_slice().iter().map(|error| mistake(error, data, lines)).collect();
        Self { errors, warnings: Vec::new(), values: Vec::new(), numbers: None }
    }

    /// Draws it.
    pub(super) fn draw(&self, format: Format) -> anyhow::Result<String> {
        if let Some(written) = format.write(self)? {
            return Ok(written);
        }
        let mut text = String::new();
        for (findings, word, colour) in
            [(&self.errors, "error", AnsiColor::Red), (&self.warnings, "warning", AnsiColor::Yellow)]
        {
            let style = Style::new().bold().fg_color(Some(colour.into()));
            for Finding { line, message } in findings {
                let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
                text.push_str(&format!("{style}{word}{style:#}: {place}{message}\n"));
            }
        }
        if !text.is_empty() && !self.values.is_empty() {
            text.push('\n');
        }
        if !self.values.is_empty() {
            let mut table = Table::new(["KEY", "VALUE", "FROM"]);
            for value in &self.values {
                table.row([le_cli::plain(&value.key), le_cli::plain(&value.value), value.from.clone()]);
            }
            text.push_str(&format!("{table:#}"));
        }
        if let Some(numbers) = &self.numbers {
            let mut table = Table::new(["WHAT FOLLOWS", ""]);
            for row in numbers.rows() {
                table.row(row);
            }
            text.push_str(&format!("\n{table:#}"));
        }
        Ok(text)
    }

    pub(super) fn code(&self, strict: bool) -> Code {
        match (self.errors.is_empty(), self.warnings.is_empty()) {
            (false, _) => Code::Failed,
            (true, false) if strict => Code::Warned,
            _ => Code::Done,
        }
    }
}

fn values(config: &Config, data: &Data) -> Vec<Effective> {
    let from = |key: &str| {
        let written = spelling(data, key);
        match data.contains_key(written) {
            false => "default".to_owned(),
            true if written == key => "key".to_owned(),
            true => format!("legacy key {written}"),
        }
    };
    let value = |key: &str, value: String| Effective { key: key.to_owned(), value, from: from(key) };
    let timing = config.timing();
    let mut values = vec![
        value(keys::BUCKETS, config.buckets().to_string()),
        value(keys::LEASE_DURATION, go_form(timing.lease_duration())),
        value(keys::RENEW_DEADLINE, go_form(timing.renew_deadline())),
        value(keys::RETRY_PERIOD, go_form(timing.retry_period())),
    ];
    for (prefix, to) in config.map_lease_prefix() {
        let key = format!("{}{prefix}", keys::MAP_LEASE_PREFIX);
        values.push(Effective { key, value: to.clone(), from: "key".to_owned() });
    }
    values
}
