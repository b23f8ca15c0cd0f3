//! Curves over a logarithmic axis as SVG.

use std::fmt::Write as _;

/// A named curve.
pub(crate) struct Curve {
    pub(crate) name: &'static str,
    /// Where on the logarithmic axis, and how high.
    pub(crate) points: Vec<(usize, f64)>,
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 190.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 50.0;
const COLOURS: [&str; 8] =
    ["#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#3ca951", "#a463f2", "#9c6b4e", "#9498a0"];

/// The curves, with the titles of the vertical and the horizontal axis.
pub(crate) fn plot(vertical: &str, horizontal: &str, curves: &[Curve]) -> String {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let log = |at: usize| f64::from(u32::try_from(at).unwrap_or(u32::MAX)).log10();
    let first = points().map(|(at, _)| log(*at)).fold(f64::MAX, f64::min);
    let last = points().map(|(at, _)| log(*at)).fold(f64::MIN, f64::max).max(first + 1.0);
    let highest = points().map(|(_, value)| *value).fold(1.0, f64::max) * 1.1;
    let x = |at: usize| LEFT + (log(at) - first) / (last - first) * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BOTTOM - value / highest * (HEIGHT - TOP - BOTTOM);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"11\" fill=\"#808080\">\n"
    );
    // Writing to a text cannot fail.
    let mut line = |text: String| _ = writeln!(svg, "{text}");
    for step in 0..=4 {
        let value = highest * f64::from(step) / 4.0;
        let (from, to, at) = (LEFT, WIDTH - RIGHT, y(value));
        line(format!(
            "<path d=\"M{from:.1} {at:.1}H{to:.1}\" stroke=\"#80808040\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{value:.0}</text>",
            from - 6.0,
            at + 4.0,
        ));
    }
    let mut places: Vec<_> = points().map(|(at, _)| *at).collect();
    places.sort_unstable();
    places.dedup();
    for at in places {
        let (place, below) = (x(at), HEIGHT - BOTTOM + 16.0);
        line(format!("<text x=\"{place:.1}\" y=\"{below}\" text-anchor=\"middle\">{at}</text>"));
    }
    let middle = f64::midpoint(LEFT, WIDTH - RIGHT);
    line(format!(
        "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{horizontal}</text>",
        HEIGHT - 12.0
    ));
    line(format!("<text x=\"8\" y=\"12\">{vertical}</text>"));
    for ((curve, colour), row) in curves.iter().zip(COLOURS.iter().cycle()).zip(1_u8..) {
        let way: Vec<_> = curve
            .points
            .iter()
            .map(|(at, value)| format!("{:.1},{:.1}", x(*at), y(*value)))
            .collect();
        let (label, height) = (WIDTH - RIGHT + 14.0, TOP + 16.0 * f64::from(row));
        line(format!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\
             <text x=\"{label}\" y=\"{height}\" fill=\"{colour}\">{}</text>",
            way.join(" "),
            curve.name,
        ));
    }
    svg.push_str("</svg>\n");
    svg
}
