//! Tables for people: columns without lines, as wide as the terminal at most.

use std::fmt;

use anstyle::Style;
use comfy_table::{Cell, ColumnConstraint, ContentArrangement, presets};

/// How many columns of text there is room for: what COLUMNS says, or the terminal. `None` where it is no terminal.
#[must_use]
pub fn width() -> Option<u16> {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    said.or_else(|| terminal_size::terminal_size().map(|(width, _)| width.0)).filter(|width| *width > 0)
}

/// A table.
#[derive(Debug)]
pub struct Table {
    inner: comfy_table::Table,
    columns: usize,
}

impl Table {
    /// Makes a table with these headings. On a terminal it is no wider than that.
    pub fn new<'a>(headings: impl IntoIterator<Item = &'a str>) -> Self {
        let mut inner = comfy_table::Table::new();
        let headings: Vec<Cell> = headings.into_iter().map(Cell::new).collect();
        let columns = headings.len();
        inner.load_style(presets::NOTHING).set_header(headings);
        let mut table = Self { inner, columns };
        if let Some(width) = width() {
            table = table.within(width);
        }
        table
    }

    /// Lets only this column be broken where the table is too wide, counted from zero: words such as states stay whole.
    #[must_use]
    pub fn breaking(mut self, column: usize) -> Self {
        let whole = (0..self.columns).filter(|index| *index != column);
        for index in whole {
            if let Some(column) = self.inner.column_mut(index) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        self
    }

    /// Makes it no wider than this; text that does not fit goes on in the next line.
    #[must_use]
    pub fn within(mut self, width: u16) -> Self {
        self.inner.set_width(width).set_content_arrangement(ContentArrangement::Dynamic);
        self
    }

    /// Adds a row.
    pub fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.inner.add_row(cells.into_iter().map(|cell| Cell::new(cell.into())));
    }

    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }
}

/// With `{:#}` its headings are bold.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bold = if f.alternate() { Style::new().bold() } else { Style::new() };
        let mut text = String::new();
        for (index, line) in self.inner.lines().enumerate() {
            let line = line.strip_prefix(' ').unwrap_or(&line).trim_end();
            text.push_str(&if index == 0 { format!("{bold}{line}{bold:#}\n") } else { format!("{line}\n") });
        }
        f.write_str(&text)
    }
}
