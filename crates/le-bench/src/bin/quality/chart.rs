//! A chart with lines, as SVG.

use std::fmt::Write as _;

/// A line of a chart.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 320.0;
/// Left, right, above and below what is drawn.
const MARGINS: [f64; 4] = [60.0, 20.0, 40.0, 40.0];
const COLOURS: [&str; 3] = ["#c0392b", "#2471a3", "#1e8449"];

/// Draws lines over a logarithmic axis from left to right, and one from zero upwards.
pub(crate) fn draw(title: &str, lines: &[Line]) -> String {
    let all = || lines.iter().flat_map(|line| &line.points);
    let most = all().map(|point| point.1).fold(1.0, f64::max);
    let (least, last) =
        all().fold((f64::MAX, 1.0_f64), |(least, last), point| (least.min(point.0), last.max(point.0)));
    let [left, right, above, below] = MARGINS;
    let x = |value: f64| left + (value / least).ln() / (last / least).ln() * (WIDTH - left - right);
    let y = |value: f64| HEIGHT - below - value / most * (HEIGHT - above - below);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<text x=\"{left}\" y=\"20\" font-size=\"14\">{title}</text>\n"
    );
    let mut put = |line: String| {
        svg.push_str(&line);
        svg.push('\n');
    };
    for step in 0..=4 {
        let value = most * f64::from(step) / 4.0;
        let at = y(value);
        put(format!("<path d=\"M{left} {at:.1}H{}\" stroke=\"#ddd\"/>", WIDTH - right));
        put(format!(
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{value:.0} %</text>",
            left - 6.0,
            at + 4.0
        ));
    }
    for (value, _) in lines.first().map(|line| &*line.points).unwrap_or_default() {
        put(format!(
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{value}</text>",
            x(*value),
            HEIGHT - 20.0
        ));
    }
    put(format!("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">buckets</text>", WIDTH - right, HEIGHT - 4.0));
    for ((line, colour), row) in lines.iter().zip(COLOURS).zip(0..) {
        let mut path = String::new();
        for (index, (at, value)) in line.points.iter().enumerate() {
            let _ = write!(path, "{}{:.1} {:.1}", if index == 0 { "M" } else { "L" }, x(*at), y(*value));
        }
        put(format!("<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>"));
        put(format!(
            "<text x=\"{}\" y=\"{}\" fill=\"{colour}\">{}</text>",
            left + 12.0,
            above + 14.0 + 16.0 * f64::from(row),
            line.name
        ));
    }
    svg + "</svg>\n"
}
