//! A chart with lines over numbers of buckets, as SVG.

use std::fmt::Write as _;

/// A line of a chart.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Line {
    name: String,
    colour: usize,
    is_dashed: bool,
    points: Vec<(f64, f64)>,
}

impl Line {
    /// Begins a line, in one of six colours.
    pub fn new(name: impl Into<String>, colour: usize) -> Self {
        Self { name: name.into(), colour: colour % COLOURS.len(), is_dashed: false, points: Vec::new() }
    }

    /// Makes it a dashed line.
    #[must_use]
    pub fn dashed(mut self) -> Self {
        self.is_dashed = true;
        self
    }

    /// Goes on to a point.
    pub fn push(&mut self, x: f64, y: f64) {
        self.points.push((x, y));
    }
}

/// What stands upwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Axis {
    /// Percent, from zero.
    Percent,
    /// Powers of ten.
    Logarithmic,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 320.0;
/// Left, right, above and below what is drawn.
const MARGINS: [f64; 4] = [60.0, 20.0, 40.0, 40.0];
const COLOURS: [&str; 6] = ["#c0392b", "#2471a3", "#1e8449", "#7d3c98", "#b9770e", "#17202a"];

/// Draws lines over a logarithmic axis from left to right, of numbers of buckets.
#[must_use]
pub fn draw(title: &str, axis: Axis, lines: &[Line]) -> String {
    let all = || lines.iter().flat_map(|line| &line.points);
    let most = all().map(|point| point.1).fold(1.0, f64::max);
    let (least, last) =
        all().fold((f64::MAX, 1.0_f64), |(least, last), point| (least.min(point.0), last.max(point.0)));
    let [left, right, above, below] = MARGINS;
    let x = |value: f64| left + (value / least).ln() / (last / least).ln() * (WIDTH - left - right);
    let low = decade(all().map(|point| point.1).fold(most, f64::min)).floor();
    let high = decade(most).ceil().max(low + 1.0);
    let share = |value: f64| match axis {
        Axis::Percent => value / most,
        Axis::Logarithmic => ((decade(value) - low) / (high - low)).max(0.0),
    };
    let y = |value: f64| HEIGHT - below - share(value) * (HEIGHT - above - below);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<text x=\"{left}\" y=\"20\" font-size=\"14\">{title}</text>\n"
    );
    let mut put = |line: String| {
        svg.push_str(&line);
        svg.push('\n');
    };
    let marks: Vec<(f64, String)> = match axis {
        Axis::Percent => {
            let at = |step: i32| most * f64::from(step) / 4.0;
            (0..=4).map(|step| (at(step), format!("{:.0} %", at(step)))).collect()
        }
        Axis::Logarithmic => {
            let powers = (low as i32)..=(high as i32);
            powers.map(|power| 10_f64.powi(power)).map(|value| (value, format!("{value}"))).collect()
        }
    };
    for (value, mark) in marks {
        let at = y(value);
        put(format!("<path d=\"M{left} {at:.1}H{}\" stroke=\"#ddd\"/>", WIDTH - right));
        put(format!("<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{mark}</text>", left - 6.0, at + 4.0));
    }
    for (value, _) in lines.first().map(|line| &*line.points).unwrap_or_default() {
        put(format!(
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{value}</text>",
            x(*value),
            HEIGHT - 20.0
        ));
    }
    put(format!("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">buckets</text>", WIDTH - right, HEIGHT - 4.0));
    for (line, row) in lines.iter().zip(0..) {
        let colour = COLOURS[line.colour];
        let dashes = if line.is_dashed { " stroke-dasharray=\"6 4\"" } else { "" };
        let mut path = String::new();
        for (index, (at, value)) in line.points.iter().enumerate() {
            let _ = write!(path, "{}{:.1} {:.1}", if index == 0 { "M" } else { "L" }, x(*at), y(*value));
        }
        put(format!("<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dashes}/>"));
        put(format!(
            "<text x=\"{}\" y=\"{}\" fill=\"{colour}\">{}</text>",
            left + 12.0,
            above + 14.0 + 16.0 * f64::from(row),
            line.name
        ));
    }
    svg + "</svg>\n"
}

/// Which power of ten it is; what is next to nothing is a thousandth.
fn decade(value: f64) -> f64 {
    value.max(0.001).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_through_its_points_and_larger_is_higher() {
        for axis in [Axis::Percent, Axis::Logarithmic] {
            let mut line = Line::new("ours", 0).dashed();
            line.push(1.0, 1.0);
            line.push(10.0, 100.0);
            let svg = draw("title", axis, &[line]);
            let path = svg.lines().find(|line| line.contains("stroke-dasharray")).expect("the line is drawn");
            let points = path.split('"').nth(1).expect("it has a path");
            let (first, last) = points[1..].split_once('L').expect("of two points");
            let height = |point: &str| point.split(' ').nth(1).and_then(|y| y.parse::<f64>().ok());
            assert!(height(first) > height(last), "{points}");
        }
    }
}
