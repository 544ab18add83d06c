//! Tables, in a terminal of any width.

use le_cli::Table;

fn lines(width: u16) -> Vec<String> {
    let mut table = Table::new(["BUCKET", "STATE", "HOLDER", "POD", "RENEWED"]).within(width).breaking(2);
    table.row([
        "00-of-03",
        "held",
        "widgets-operator-7d9c5bd78f-aaaaa_0c9f1a2b…",
        "running",
        "<2s",
        "12",
        "0.3",
    ]);
    table.row(["01-of-03", "\u{1b}[31mexpired\u{1b}[0m", "-", "-", "-"]);
    let drawn = anstream::adapter::strip_str(&table.to_string()).to_string();
    drawn.lines().map(str::to_owned).collect()
}

#[test]
fn a_narrow_terminal_breaks_cells_and_loses_nothing() {
    for width in [60, 80, 120] {
        let lines = lines(width);
        assert!(lines.iter().all(|line| line.chars().count() <= usize::from(width)), "{width}: {lines:#?}");
        let all: String = lines.join("").chars().filter(|character| !character.is_whitespace()).collect();
        for word in ["00-of-03", "expired", "running", "<2s"] {
            assert!(all.contains(word), "{width}: {word} is lost: {lines:#?}");
        }
    }
}

#[test]
fn columns_stand_under_each_other_whatever_colours_are_in_them() {
    let lines = lines(120);
    assert_eq!(lines.len(), 3, "{lines:#?}");
    let column = lines[0].find("HOLDER").unwrap();
    assert!(lines[1][column..].starts_with("widgets-operator"), "{lines:#?}");
    assert!(lines[2][column..].starts_with("-  "), "{lines:#?}");
}
