//! A chart with lines on two logarithmic axes, as SVG. So small a picture needs no library.

use std::fmt::{self, Display, Formatter};

pub(crate) struct Chart {
    pub(crate) title: String,
    /// What the axes show.
    pub(crate) across: &'static str,
    pub(crate) up: &'static str,
    pub(crate) lines: Vec<Line>,
}

pub(crate) struct Line {
    pub(crate) name: String,
    /// All values are greater than 0.
    pub(crate) points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 400.0;
/// Room for the numbers, the title, the names of the lines.
const LEFT: f64 = 60.0;
const TOP: f64 = 40.0;
const RIGHT: f64 = 150.0;
const BOTTOM: f64 = 45.0;

/// Told apart by everybody, on white and on black (Okabe and Ito).
const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

/// A logarithmic axis from one power of ten to another, in picture coordinates.
struct Axis {
    powers: (i32, i32),
    from: f64,
    to: f64,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64> + Clone, from: f64, to: f64) -> Self {
        let low = values.clone().fold(f64::INFINITY, f64::min).log10().floor() as i32;
        let high = values.fold(0.0, f64::max).log10().ceil() as i32;
        Self { powers: (low, high.max(low + 1)), from, to }
    }

    fn at(&self, value: f64) -> f64 {
        let (low, high) = (f64::from(self.powers.0), f64::from(self.powers.1));
        self.from + (value.log10() - low) / (high - low) * (self.to - self.from)
    }

    fn powers(&self) -> impl Iterator<Item = f64> {
        (self.powers.0..=self.powers.1).map(|power| 10_f64.powi(power))
    }
}

impl Display for Chart {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let points = || self.lines.iter().flat_map(|line| line.points.iter());
        let x = Axis::over(points().map(|(x, _)| *x), LEFT, WIDTH - RIGHT);
        let y = Axis::over(points().map(|(_, y)| *y), HEIGHT - BOTTOM, TOP);
        writeln!(
            f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             font-family=\"sans-serif\" font-size=\"12\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
             <text x=\"{LEFT}\" y=\"22\" font-size=\"15\">{}</text>",
            escaped(&self.title)
        )?;
        self.grid(f, &x, &y)?;
        for (line, colour) in self.lines.iter().zip(COLOURS.iter().cycle()) {
            line.draw(f, colour, &x, &y)?;
        }
        self.names(f, &y)?;
        writeln!(f, "</svg>")
    }
}

impl Chart {
    fn grid(&self, f: &mut Formatter<'_>, x: &Axis, y: &Axis) -> fmt::Result {
        let (bottom, right) = (HEIGHT - BOTTOM, WIDTH - RIGHT);
        for power in x.powers() {
            let at = x.at(power);
            line(f, (at, TOP), (at, bottom))?;
            text(f, (at, bottom + 18.0), "middle", &power.to_string())?;
        }
        for power in y.powers() {
            let at = y.at(power);
            line(f, (LEFT, at), (right, at))?;
            text(f, (LEFT - 8.0, at + 4.0), "end", &power.to_string())?;
        }
        text(f, (f64::midpoint(LEFT, right), HEIGHT - 8.0), "middle", self.across)?;
        text(f, (LEFT - 8.0, TOP - 10.0), "end", self.up)
    }

    /// At the right end of the lines, but not on top of each other.
    fn names(&self, f: &mut Formatter<'_>, y: &Axis) -> fmt::Result {
        let last = |line: &Line| line.points.last().map_or(HEIGHT, |point| y.at(point.1));
        let mut names: Vec<_> = self
            .lines
            .iter()
            .zip(COLOURS.iter().cycle())
            .map(|(line, colour)| (last(line), &line.name, colour))
            .collect();
        names.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut lowest = 0.0;
        for (at, name, colour) in names {
            let at = f64::max(at + 4.0, lowest);
            lowest = at + 14.0;
            let (x, name) = (WIDTH - RIGHT + 8.0, escaped(name));
            writeln!(f, "<text x=\"{x:.1}\" y=\"{at:.1}\" fill=\"{colour}\">{name}</text>")?;
        }
        Ok(())
    }
}

impl Line {
    fn draw(&self, f: &mut Formatter<'_>, colour: &str, x: &Axis, y: &Axis) -> fmt::Result {
        let at = |&(across, up): &(f64, f64)| format!("{:.1},{:.1}", x.at(across), y.at(up));
        let points: Vec<_> = self.points.iter().map(at).collect();
        let points = points.join(" ");
        writeln!(
            f,
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>"
        )
    }
}

fn line(f: &mut Formatter<'_>, from: (f64, f64), to: (f64, f64)) -> fmt::Result {
    let ((x1, y1), (x2, y2)) = (from, to);
    writeln!(
        f,
        "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"#ddd\"/>"
    )
}

fn text(f: &mut Formatter<'_>, (x, y): (f64, f64), anchor: &str, text: &str) -> fmt::Result {
    let text = escaped(text);
    writeln!(f, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_the_axes_say() {
        let points = vec![(10.0, 1.0), (100.0, 10.0), (1000.0, 100.0)];
        let lines = vec![Line { name: "a < b".to_owned(), points }];
        let chart = Chart { title: "one".to_owned(), across: "n", up: "ms", lines }.to_string();
        // From corner to corner, through the middle.
        assert!(chart.contains("points=\"60.0,355.0 275.0,197.5 490.0,40.0\""), "{chart}");
        assert!(chart.contains(">a &lt; b</text>"), "{chart}");
    }
}
