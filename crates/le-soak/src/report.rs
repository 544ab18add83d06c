//! Prints what came out.
#![expect(clippy::print_stdout, reason = "it is what the program is for")]

use std::time::Duration;

use le_soak::Compared;
use serde_json::{Value, json};

use crate::cli::Output;

/// What came out, in the form that both kinds of run share.
pub(crate) struct Report {
    /// How to run it again.
    pub(crate) seed: u64,
    pub(crate) took: Duration,
    /// Figures, by name.
    pub(crate) figures: Vec<(String, Value)>,
    pub(crate) compared: Vec<Compared>,
    /// What is wrong, one line each.
    pub(crate) wrong: Vec<String>,
}

/// How many things that are wrong are shown to people: the rest follows from the first, most often.
const SHOWN: usize = 30;

impl Report {
    /// Prints it, and tells whether all is well.
    pub(crate) fn print(mut self, output: Output) -> bool {
        for one in self.compared.iter().filter(|one| !one.is_equal()) {
            self.wrong.push(format!("{}: {} at the start, {} at the end", one.what, one.start, one.end));
        }
        match output {
            Output::Table => self.table(),
            Output::Json => println!("{}", self.json()),
        }
        self.wrong.is_empty()
    }

    fn table(&self) {
        let width = self.figures.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in &self.figures {
            println!("{name:width$}  {}", value.to_string().trim_matches('"'));
        }
        if !self.compared.is_empty() {
            let width = self.compared.iter().map(|one| one.what.len()).max().unwrap_or(0);
            println!("\n{:width$}  {:>10}  {:>10}  {:>7}", "", "start", "end", "more");
            for Compared { what, start, end, .. } in &self.compared {
                let one = Compared::new(what.as_str(), *start, *end);
                let mark = if one.is_equal() { "" } else { "  NOT EQUAL" };
                println!("{what:width$}  {start:>10}  {end:>10}  {:>6.1}%{mark}", one.growth());
            }
        }
        println!();
        for line in self.wrong.iter().take(SHOWN) {
            println!("WRONG  {line}");
        }
        let verdict = match self.wrong.len() {
            0 => "no rule was broken".to_owned(),
            count => format!("{count} things are wrong"),
        };
        println!("{verdict}; seed {}, {:.1} s", self.seed, self.took.as_secs_f64());
    }

    fn json(&self) -> Value {
        let figures: serde_json::Map<String, Value> = self.figures.iter().cloned().collect();
        json!({
            "seed": self.seed,
            "seconds": self.took.as_secs_f64(),
            "figures": figures,
            "compared": self.compared,
            "wrong": self.wrong,
        })
    }
}
