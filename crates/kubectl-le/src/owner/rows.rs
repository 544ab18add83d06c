//! Answers, one a key, printed as they come: there may be millions.

use std::io::{self, BufWriter, Stdout, Write as _};

use le_cli::{Format, plain};
use serde::Serialize;

use super::Holders;

/// How wide the columns of the table are at the least.
const WIDTHS: (usize, usize) = (40, 32);

/// Prints the answers.
pub(super) struct Rows<'a> {
    out: BufWriter<Stdout>,
    format: Format,
    holders: Option<&'a Holders>,
    count: usize,
}

#[derive(Serialize)]
struct Row<'a> {
    key: &'a str,
    bucket: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    holder: Option<Option<&'a str>>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(format: Format, holders: Option<&'a Holders>) -> Self {
        Self { out: BufWriter::with_capacity(1 << 16, io::stdout()), format, holders, count: 0 }
    }

    pub(super) fn add(&mut self, key: &str, bucket: &str) -> io::Result<()> {
        let holder = self.holders.map(|holders| holders.get(bucket).and_then(Option::as_deref));
        self.count += 1;
        match self.format {
            Format::Json => {
                self.out.write_all(if self.count == 1 { b"[\n  " } else { b",\n  " })?;
                serde_json::to_writer(&mut self.out, &Row { key, bucket, holder }).map_err(io::Error::from)
            }
            Format::Yaml => {
                let row = serde_yaml::to_string(&[Row { key, bucket, holder }]).map_err(io::Error::other)?;
                self.out.write_all(row.as_bytes())
            }
            Format::Table | Format::Wide => {
                if self.count == 1 {
                    self.line("KEY", "BUCKET", self.holders.map(|_| "HOLDER"))?;
                }
                let who = holder.map(|holder| holder.map_or("nobody".to_owned(), plain));
                self.line(&plain(key), bucket, who.as_deref())
            }
        }
    }

    fn line(&mut self, key: &str, bucket: &str, holder: Option<&str>) -> io::Result<()> {
        match holder {
            Some(holder) => {
                writeln!(self.out, "{key:<0$}  {bucket:<1$}  {holder}", WIDTHS.0, WIDTHS.1)
            }
            None => writeln!(self.out, "{key:<0$}  {bucket}", WIDTHS.0),
        }
    }

    pub(super) fn finish(&mut self) -> io::Result<()> {
        match (self.format, self.count) {
            (Format::Json, 0) => self.out.write_all(b"[]\n")?,
            (Format::Json, _) => self.out.write_all(b"\n]\n")?,
            (Format::Yaml, 0) => self.out.write_all(b"[]\n")?,
            _ => {}
        }
        self.out.flush()
    }
}
