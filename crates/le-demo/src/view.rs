//! What is shown of a run: a live table, lines of text, or JSON.

mod board;
mod event;
mod json;
mod keys;
mod log;
mod screen;
mod table;
mod text;

use std::io::{IsTerminal, stdout};

use tokio_util::sync::CancellationToken;

pub(crate) use board::{Board, Counts};
pub(crate) use event::Event;
pub(crate) use log::Log;

use crate::cli::Output;
use crate::ledger::Summary;
use crate::stamp::Stamp;

use json::Json;
use screen::Screen;
use text::Text;

/// Shows a run in the form that was asked for, or else in the one that suits standard output.
#[derive(Debug)]
pub(crate) enum View {
    Json(Json),
    Text(Text),
    Screen(Screen),
}

impl View {
    /// Makes the view. Whoever looks may end the run through `interrupted`, as a reader of standard output does who goes away.
    pub(crate) fn new(
        output: Option<Output>,
        log: &Log,
        interrupted: &CancellationToken,
    ) -> anyhow::Result<Self> {
        Ok(match output {
            Some(Output::Json) => Self::Json(Json::new(interrupted.clone())),
            None if stdout().is_terminal() => Self::Screen(Screen::new(log.clone(), interrupted.clone())?),
            Some(Output::Text) | None => Self::Text(Text::new(interrupted.clone())),
        })
    }

    /// Shows what happened.
    pub(crate) fn event(&mut self, at: Stamp, event: &Event) {
        match self {
            Self::Json(json) => json.event(at, event),
            Self::Text(text) => text.event(at, event),
            Self::Screen(screen) => screen.event(event),
        }
    }

    /// Shows how things stand.
    pub(crate) fn draw(&mut self, board: &Board) -> std::io::Result<()> {
        match self {
            Self::Screen(screen) => screen.draw(board),
            Self::Json(_) | Self::Text(_) => Ok(()),
        }
    }

    /// Ends the view, with the summary as the last line where there is one.
    pub(crate) fn finish(self, summary: Option<Summary>) {
        match self {
            Self::Json(mut json) => {
                if let Some(summary) = summary {
                    json.event(Stamp::now(), &Event::Summary(summary));
                }
            }
            Self::Text(mut text) => text.finish(summary),
            Self::Screen(screen) => screen.finish(summary),
        }
    }
}
