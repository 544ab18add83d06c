//! The report as people see it.

use anstyle::{AnsiColor, Style};
use le_cli::{Format, LeaseState, LeaseView, Table, harmless, plain};

use super::pods::PodState;
use super::report::{Report, Row};

/// How much of a UUID tells holders apart.
const ENOUGH: usize = 8;
/// How wide a terminal is that has room for all columns.
const ROOMY: u16 = 90;

/// Draws the report.
pub(super) fn draw(report: &Report, format: Format) -> anyhow::Result<String> {
    if let Some(written) = format.write(report)? {
        return Ok(written);
    }
    let wide = format == Format::Wide;
    let mut text = String::new();
    if report.leases.is_empty() {
        text.push_str("There is no Lease of an election here.\n");
    }
    for rows in report.leases.chunk_by(|a, b| group(&a.lease) == group(&b.lease)) {
        text.push_str(&heading(rows));
        text.push_str(&format!("{:#}", leases(rows, wide)));
        for row in rows.iter().filter(|row| !row.problems.is_empty()) {
            text.push_str(&format!("  ! {}: {}\n", plain(&row.lease.name), row.problems.join("; ")));
        }
        text.push('\n');
    }
    if !report.spread.is_empty() {
        text.push_str(&format!("{:#}", spread(report, wide)));
    }
    if let Some(why) = &report.pods_unknown {
        text.push_str(&format!("\nWhich pods live is not known: {}\n", harmless(why)));
    }
    Ok(text)
}

fn group(lease: &LeaseView) -> (&str, &str, &str) {
    (&lease.namespace, &lease.place.component, &lease.place.queue)
}

fn heading(rows: &[Row]) -> String {
    let Some(Row { lease, .. }) = rows.first() else { return String::new() };
    let (bold, place) = (Style::new().bold(), &lease.place);
    let led = rows.iter().filter(|row| row.live).count();
    let name = match &*place.queue {
        "" => plain(&place.component),
        queue => format!("{} / {}", plain(&place.component), plain(queue)),
    };
    format!("{bold}{name}{bold:#} in {}: {led} of {} led\n", plain(&lease.namespace), rows.len())
}

fn leases(rows: &[Row], wide: bool) -> Table {
    let mut headings = vec!["BUCKET", "STATE", "HOLDER", "POD", "RENEWED"];
    // Where there is little room it goes to the holders.
    let roomy = wide || le_cli::width().is_none_or(|width| width >= ROOMY);
    if roomy {
        headings.extend(["TERM", "PER DAY"]);
    }
    if wide {
        headings.extend(["SINCE", "DURATION", "LEASE"]);
    }
    let mut table = Table::new(headings).breaking(2);
    for row in rows {
        let lease = &row.lease;
        let mut cells = vec![
            bucket(lease),
            state(row.state),
            holder(lease.holder.as_deref(), wide),
            pod(row),
            if lease.holder.is_some() { row.age.to_string() } else { "-".to_owned() },
        ];
        if roomy {
            cells.push(number(lease.transitions));
            cells.push(row.transitions_per_day.map_or("-".to_owned(), |rate| format!("{rate:.1}")));
        }
        if wide {
            cells.push(lease.acquire_time.as_deref().map_or("-".to_owned(), plain));
            cells.push(lease.duration_seconds.map_or("-".to_owned(), |seconds| format!("{seconds}s")));
            cells.push(plain(&lease.name));
        }
        table.row(cells);
    }
    table
}

fn spread(report: &Report, wide: bool) -> Table {
    let mut table = Table::new(["COMPONENT", "QUEUE", "HOLDER", "BUCKETS"]).breaking(2);
    for share in &report.spread {
        let queue = if share.queue.is_empty() { "-".to_owned() } else { plain(&share.queue) };
        let who = share.holder.as_deref().map_or("nobody".to_owned(), |who| holder(Some(who), wide));
        table.row([plain(&share.component), queue, who, format!("{} of {}", share.buckets, share.of)]);
    }
    table
}

fn bucket(lease: &LeaseView) -> String {
    match lease.place.bucket {
        Some((index, of)) => format!("{index:02}-of-{of:02}"),
        None => "-".to_owned(),
    }
}

fn state(state: LeaseState) -> String {
    let colour = match state {
        LeaseState::Held => return state.to_string(),
        LeaseState::Expired | LeaseState::Gone => AnsiColor::Red,
        // Free, or malformed.
        _ => AnsiColor::Yellow,
    };
    let style = colour.on_default();
    format!("{style}{state}{style:#}")
}

/// The pod and as much of what follows as tells two processes of it apart; wide, all of it.
fn holder(holder: Option<&str>, wide: bool) -> String {
    let Some(holder) = holder else { return "-".to_owned() };
    match holder.split_once('_') {
        Some((pod, rest)) if !wide && rest.len() > ENOUGH => {
            let rest: String = rest.chars().take(ENOUGH).collect();
            plain(&format!("{pod}_{rest}…"))
        }
        _ => plain(holder),
    }
}

fn pod(row: &Row) -> String {
    match (&row.lease.holder, row.pod_state) {
        (None, _) => "-".to_owned(),
        // Somebody renews under a name that no pod has: a process elsewhere.
        (Some(_), PodState::Gone) if row.live => "none".to_owned(),
        (Some(_), state) => state.to_string(),
    }
}

fn number(number: Option<i64>) -> String {
    number.map_or("-".to_owned(), |number| number.to_string())
}
