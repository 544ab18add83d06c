//! The keys that end a run while the table is on the screen.

use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyModifiers};
use tokio_util::sync::CancellationToken;

/// How often to see whether anybody still wants to know.
const PATIENCE: Duration = Duration::from_millis(100);

/// Cancels `interrupted` on Ctrl-C and on `q`: on a terminal whose keys a program reads, Ctrl-C is no signal but a key.
pub(super) fn watch(interrupted: CancellationToken) -> std::io::Result<()> {
    let watch = move || {
        while !interrupted.is_cancelled() {
            match event::poll(PATIENCE)
                .and_then(|ready| if ready { event::read().map(Some) } else { Ok(None) })
            {
                Ok(Some(Event::Key(key))) if ends(key) => interrupted.cancel(),
                Ok(_) => {}
                // No keys can be read: signals still end the run.
                Err(_) => return,
            }
        }
    };
    std::thread::Builder::new().name("keys".to_owned()).spawn(watch).map(drop)
}

fn ends(key: KeyEvent) -> bool {
    match key.code {
        KeyCode::Char('q') => true,
        KeyCode::Char('c') => key.modifiers.contains(KeyModifiers::CONTROL),
        _ => false,
    }
}
