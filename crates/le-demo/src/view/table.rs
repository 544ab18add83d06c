//! Draws the board.

use le_cli::LeaseState;
use le_core::BucketName;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style, Stylize};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Block, Paragraph, Row, Table};

use super::Board;
use crate::stamp::Stamp;

/// Draws the whole screen.
pub(super) fn render(frame: &mut Frame<'_>, board: &Board) {
    let buckets = u16::try_from(board.rows.len()).unwrap_or(u16::MAX).saturating_add(3);
    let troubles = u16::try_from(board.troubles.len()).unwrap_or(u16::MAX);
    let [head, rows, last, bad] = Layout::vertical([
        Constraint::Length(3),
        Constraint::Length(buckets),
        Constraint::Min(4),
        Constraint::Length(troubles),
    ])
    .areas(frame.area());
    let now = Stamp::now();
    frame.render_widget(Paragraph::new(header(board, now)), head);
    render_buckets(frame, rows, board, now);
    render_handovers(frame, last, board);
    let troubles: Vec<Line<'_>> =
        board.troubles.iter().map(|trouble| Line::from(trouble.as_str()).red()).collect();
    frame.render_widget(Paragraph::new(troubles), bad);
}

fn header(board: &Board, now: Stamp) -> Text<'static> {
    let elapsed = now.since(board.start).as_secs();
    let counts = board.counts;
    Text::from(vec![
        Line::from(format!(
            "leader election   {elapsed} s of {} s   Ctrl-C ends it",
            board.duration.as_secs()
        ))
        .bold(),
        Line::from(format!(
            "{} objects, {} generations, {} not handled yet, {} handled again by the next leader, {} stale writes",
            counts.objects, counts.generations, counts.unhandled, counts.resynced, counts.stale
        )),
        Line::from(board.replicas.join("   ")),
    ])
}

fn render_buckets(frame: &mut Frame<'_>, area: Rect, board: &Board, now: Stamp) {
    let rows = board.rows.iter().map(|(bucket, row)| {
        let renewed =
            row.lease.as_ref().map(|(_, at)| format!("{:>5.1} s ago", now.since(*at).as_secs_f64()));
        let state = row.state(&board.living, now);
        let holder = row.lease.as_ref().and_then(|(lease, _)| lease.holder.as_deref());
        let cells = [
            short(bucket).to_owned(),
            state.map_or("-", LeaseState::as_str).to_owned(),
            holder.map_or_else(|| "-".to_owned(), le_cli::plain),
            format!("{:>5}", row.token),
            renewed.unwrap_or_default(),
            format!("{:>8}", row.handled),
        ];
        let is_held = state == Some(LeaseState::Held);
        Row::new(cells).style(holder.filter(|_| is_held).map_or(Style::new().red(), place_color))
    });
    let widths = [
        Constraint::Length(14),
        Constraint::Length(9),
        Constraint::Length(16),
        Constraint::Length(6),
        Constraint::Length(12),
        Constraint::Length(9),
    ];
    let head = Row::new(["bucket", "state", "holder", " term", "   renewed", " handled"]);
    let table = Table::new(rows, widths).header(head.add_modifier(Modifier::BOLD)).block(Block::bordered());
    frame.render_widget(table, area);
}

fn render_handovers(frame: &mut Frame<'_>, area: Rect, board: &Board) {
    let lines: Vec<Line<'_>> = board
        .handovers
        .iter()
        .map(|(at, handover)| {
            Line::from(format!(
                "{:>6.1} s  {}  {}  from {:<12} to {:<12} in {:.3} s",
                at.since(board.start).as_secs_f64(),
                handover.kind.signal(),
                short(&handover.bucket),
                handover.from,
                handover.to,
                handover.took.as_secs_f64()
            ))
        })
        .collect();
    frame.render_widget(Paragraph::new(lines).block(Block::bordered().title("last hand-overs")), area);
}

/// Leaves out what the names of all the buckets begin with.
fn short(bucket: &BucketName) -> &str {
    bucket.as_str().rsplit('.').next().unwrap_or_default()
}

/// Gives all the processes in one place one colour.
fn place_color(holder: &str) -> Style {
    const COLORS: [Color; 6] =
        [Color::Green, Color::Cyan, Color::Yellow, Color::Magenta, Color::Blue, Color::White];
    let place = holder.parse().map_or(0, |replica: crate::report::Replica| replica.place as usize);
    Style::new().fg(COLORS[place % COLORS.len()])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use serde_json::json;

    use super::*;
    use crate::ledger::{Handover, Kind, Written};
    use crate::report::Replica;
    use crate::view::board::tests::{held, lease};

    fn drawn(board: &Board, width: u16, height: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| render(frame, board)).unwrap();
        terminal.backend().to_string()
    }

    #[test]
    fn the_table_shows_holder_term_renewal_and_count_of_each_bucket_and_the_last_handovers() {
        let mut board = Board::new(["b.00-of-02".into(), "b.01-of-02".into()], Duration::from_secs(60));
        board.lease(held("b.00-of-02", "1"), Stamp::now());
        board.set_replicas(vec![], BTreeSet::from(["replica-0.1".to_owned()]));
        board.led(&"b.00-of-02".into(), 37);
        (0..5).for_each(|_| board.written(&"b.00-of-02".into(), Written::Handled));
        board.trouble("replica-2.1 ended by itself".to_owned());
        let [from, to] = [1, 2].map(|place| Replica { place, life: 1 });
        let took = Duration::from_millis(3012);
        board.handed_over(
            Stamp::now(),
            Handover { kind: Kind::Kill, bucket: "b.01-of-02".into(), from, to, took },
        );
        let drawn = drawn(&board, 80, 20);
        let row = drawn.lines().find(|line| line.contains("00-of-02")).unwrap();
        for cell in ["held", "replica-0.1", "37", "0.0 s ago", "5"] {
            assert!(row.contains(cell), "{cell} is not in {row}");
        }
        assert!(drawn.contains("SIGKILL  01-of-02  from replica-1.1  to replica-2.1  in 3.012 s"), "{drawn}");
        assert!(drawn.contains("replica-2.1 ended by itself"));
    }

    #[test]
    fn a_lease_stands_in_the_words_of_kubectl_le_status() {
        let names: Vec<_> = (0..5).map(|index| format!("b.{index:02}-of-05")).collect();
        let mut board = Board::new(names.iter().map(|name| name.as_str().into()), Duration::from_secs(60));
        let lives = "replica-0.1".to_owned();
        board.set_replicas(vec![], BTreeSet::from([lives]));
        let long_ago = Stamp::at_millis(0);
        let odd = json!({ "holderIdentity": "replica-0.1", "leaseDurationSeconds": -3 });
        let gone = json!({
            "holderIdentity": "replica-7.1", "leaseDurationSeconds": 3, "renewTime": "2026-01-01T00:00:00.000000Z",
        });
        board.lease(held(&names[0], "1"), Stamp::now());
        board.lease(lease(&names[1], "1", json!({})), Stamp::now());
        board.lease(held(&names[2], "1"), long_ago);
        board.lease(lease(&names[3], "1", gone), Stamp::now());
        board.lease(lease(&names[4], "1", odd), Stamp::now());
        let drawn = drawn(&board, 80, 20);
        let word = |name: &String| {
            let row = drawn.lines().find(|line| line.contains(short(&name.as_str().into()))).unwrap();
            row.split_whitespace().nth(1).unwrap().trim_matches(['│', '"']).to_owned()
        };
        let words: Vec<String> = names.iter().map(word).collect();
        let known: Vec<&str> = LeaseState::ALL.iter().map(|state| state.as_str()).collect();
        assert_eq!(words, known, "{drawn}");
    }

    #[test]
    fn a_screen_that_is_too_small_is_no_reason_to_panic() {
        let board = Board::new((0..2000).map(|n| format!("b.{n}").into()), Duration::from_secs(60));
        drawn(&board, 1, 1);
        drawn(&board, 20, 3);
    }
}
