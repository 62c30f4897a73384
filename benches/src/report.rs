//! How figures are shown.

use serde_json::{Value, json};

use crate::figure::{Aim, Figure, Peer, Role, Spread, Unit};

const HEAD: [&str; 8] = ["what", "dbmig", "limit", "Diesel", "last landed", "others", "aim", "met"];

/// A table in Markdown. A cell has what the peer needs, and dbmig's as a multiple of it, with the
/// quartiles of the rounds.
pub(crate) fn table(figures: &[Figure]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut table = line(&HEAD.map(str::to_owned));
    table.push_str("| --- | --: | --: | --: | --: | --: | --: | --: |\n");
    table.extend(figures.iter().map(|figure| line(&cells(figure))));
    table
}

fn cells(figure: &Figure) -> [String; 8] {
    let peers = |column: &dyn Fn(Role) -> bool| {
        let cells: Vec<_> = figure.peers.iter().filter(|peer| column(peer.role)).collect();
        let cells: Vec<_> = cells.into_iter().map(|peer| cell(figure.unit, peer)).collect();
        if cells.is_empty() { "–".to_owned() } else { cells.join("; ") }
    };
    [
        format!("{}: {}", figure.bench, figure.case),
        amount(figure.unit, figure.ours),
        peers(&|role| matches!(role, Role::Limit(_))),
        peers(&|role| role == Role::Diesel),
        peers(&|role| role == Role::Baseline),
        peers(&|role| matches!(role, Role::Ours | Role::Other(_))),
        aim(figure),
        figure.is_met().map_or("–", |met| if met { "yes" } else { "**no**" }).to_owned(),
    ]
}

fn cell(unit: Unit, peer: &Peer) -> String {
    let name = match peer.role {
        Role::Limit(name) | Role::Other(name) => format!("{name} "),
        Role::Ours | Role::Baseline | Role::Diesel => String::new(),
    };
    format!("{name}{}: {}", amount(unit, peer.amount), spread(peer.ratio))
}

fn spread(Spread { low, median, high }: Spread) -> String {
    if low == high { format!("{median:.2}") } else { format!("{median:.2} ({low:.2}–{high:.2})") }
}

fn amount(unit: Unit, value: f64) -> String {
    match unit {
        Unit::RoundTrips | Unit::Crates | Unit::Allocations if value.fract() == 0.0 => {
            format!("{value:.0}")
        }
        Unit::RoundTrips | Unit::Crates | Unit::Allocations => format!("{value:.2}"),
        Unit::Bytes => format!("{:.0} kB", value / 1000.0),
        Unit::Instructions => format!("{:.2} M", value / 1e6),
        Unit::Milliseconds if value < 100.0 => format!("{value:.1} ms"),
        Unit::Milliseconds => format!("{value:.0} ms"),
        Unit::Mebibytes => format!("{value:.1} MiB"),
    }
}

fn aim(figure: &Figure) -> String {
    match figure.aim {
        Aim::Count(most) => format!("≤ {}", amount(figure.unit, most)),
        Aim::Ratio(to, most) => format!("≤ {most} × {}", name(to)),
        Aim::Gate(to, most) => format!("must be ≤ {most} × {}", name(to)),
        Aim::None => "–".to_owned(),
    }
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Ours => "dbmig",
        Role::Baseline => "last landed",
        Role::Diesel => "Diesel",
        Role::Limit(name) | Role::Other(name) => name,
    }
}

/// An array with one object for each figure.
pub(crate) fn json(figures: &[Figure]) -> Value {
    figures.iter().map(object).collect()
}

fn object(figure: &Figure) -> Value {
    let peer = |peer: &Peer| {
        json!({
            "name": name(peer.role),
            "needs": peer.amount,
            "ratio": peer.ratio.median,
            "quartiles": [peer.ratio.low, peer.ratio.high],
        })
    };
    json!({
        "bench": figure.bench,
        "case": figure.case,
        "unit": match figure.unit {
            Unit::RoundTrips => "round trips",
            Unit::Crates => "crates",
            Unit::Bytes => "bytes",
            Unit::Instructions => "instructions",
            Unit::Allocations => "allocations",
            Unit::Milliseconds => "ms",
            Unit::Mebibytes => "MiB",
        },
        "dbmig": figure.ours,
        "peers": figure.peers.iter().map(peer).collect::<Vec<_>>(),
        "aim": match figure.aim {
            Aim::Count(most) => json!({ "count": most }),
            Aim::Ratio(to, most) | Aim::Gate(to, most) => json!({ "of": name(to), "ratio": most }),
            Aim::None => Value::Null,
        },
        "met": figure.is_met(),
    })
}
