//! What to type next where a plan is refused.

use dbmig_core::plan::{
    Blocked, Direction, Drifted, Irreversible, IrreversibleReason, Lowest, Unknown, Unresumable,
    UnresumableReason,
};

/// What to type next, for a front end that is called `program` (for example `cargo dbmig`).
pub(crate) fn of_blocked(blocked: &Blocked, program: &str) -> String {
    match blocked {
        Blocked::Drift(drifted) => of_drifted(drifted, program),
        Blocked::OutOfOrder { late, .. } => {
            let name = late.first().map_or("", |name| name.as_str());
            let title = name.split_once('_').map_or(name, |(_, title)| title);
            format!(
                "the usual cause is a merged branch. If no other database has it yet, give it a new version: \
                 `cargo dbmig new {title}` makes a directory, move the files of `{name}` there and remove it; \
                 or apply it as it is: `{program} run --allow-out-of-order`"
            )
        }
        Blocked::Diverged { revert, .. } => {
            let back = revert.as_ref().map_or_else(String::new, |count| {
                format!(
                    "; where data may be lost, `{program} revert -n {count}` takes back what is foreign, and \
                     what is newer"
                )
            });
            format!(
                "either two apps share this database: give each its own. Or two branches have met on it: \
                 merge them, then build again{back}. To apply what is pending all the same: `{program} run \
                 --allow-diverged`"
            )
        }
        Blocked::BelowFloor { breaking, refused } => {
            let version = breaking.last().map_or("", |one| one.version.as_str());
            let deploy = deploy(&Lowest::of(breaking, refused), breaking);
            format!(
                "{deploy}; or take them back with the scripts that the database holds: \
                 `{program} sync --down --dry-run` shows how. If this version can live with one of them \
                 all the same: `{program} repair --compatible {version}`; or let this version go on for now, \
                 which is noted in the history: DBMIG_BREAKING_AHEAD=warn"
            )
        }
        Blocked::DataLoss(_) => format!(
            "keep what is still needed elsewhere (a backup, another table), then `{program} sync --down \
             --allow-data-loss`; or deploy the newer version again"
        ),
        Blocked::UnknownVersion { .. } | Blocked::NotApplied { .. } => {
            format!("`{program} status` lists the versions")
        }
        Blocked::Irreversible(all) => irreversible(all),
        Blocked::Interrupted(unresumable) => of_stuck(unresumable, program),
    }
}

fn irreversible(all: &[Irreversible]) -> String {
    let gone = |one: &Irreversible| {
        use IrreversibleReason::{GoneWithoutStored, NotInSet};
        matches!(one.reason, GoneWithoutStored | NotInSet)
    };
    if all.iter().all(|one| matches!(one.reason, IrreversibleReason::Untrusted(_))) {
        return "a build that has these migrations reverts with its own scripts; or look at \
                what is stored (`down_script` in __dbmig_history), and revert by hand"
            .to_owned();
    }
    let broken = |one: &Irreversible| matches!(one.reason, IrreversibleReason::BrokenDown { .. });
    let how = if all.iter().all(gone) {
        "deploy the version that has them, or put the missing directories back"
    } else if all.iter().all(broken) {
        "mend the down.sql"
    } else {
        "write the missing down.sql"
    };
    format!("{how}, or write a new migration that changes the schema to what you want")
}

/// What to deploy instead, so that it has `breaking`.
fn deploy(lowest: &Lowest, breaking: &[Unknown]) -> String {
    let newest = breaking.last().map_or("", |one| one.name.as_str());
    match lowest {
        Lowest::OrLater(app) => format!("deploy {app} or a later version"),
        Lowest::Exactly(build) => format!("deploy {build}, or another build that has {newest}"),
        Lowest::Unknown => {
            format!("deploy a build that has {newest}, or put its directory back and build again")
        }
    }
}

/// What to type next about an interrupted run, for a front end that is called `program`.
pub(crate) fn of_stuck(unresumable: &Unresumable, program: &str) -> String {
    let version = &unresumable.version;
    let verb = match unresumable.direction {
        Direction::Up => "run",
        Direction::Down => "revert",
    };
    match &unresumable.reason {
        UnresumableReason::InFlight(place) => format!(
            "look in the database whether statement {} took effect. If it did: `{program} repair --done \
             {version}`; if it did not: `{program} repair --not-done {version}`. Then `{program} {verb}` \
             goes on",
            place.number,
        ),
        UnresumableReason::SessionGone(_) => format!(
            "undo by hand what the statements before it have changed, then `{program} repair --forget \
             {version}` and `{program} {verb}` begin again; or finish it by hand, then `{program} repair \
             --finish {version}`"
        ),
        UnresumableReason::Changed(place) => format!(
            "put the statements before and at {} back as they were and change only later ones, then \
             `{program} {verb}`; or undo them by hand, then `{program} repair --forget {version}`",
            place.position,
        ),
        UnresumableReason::Gone => format!(
            "deploy the version that has it, or put its directory back; or undo by hand what it has done, \
             then `{program} repair --forget {version}`"
        ),
        UnresumableReason::OtherWork => format!("finish it first: `{program} {verb}`"),
    }
}

/// So many commands are spelled out; `repair` lists the rest.
const SPELLED_OUT: usize = 3;

/// What settles all of `drifted`, oldest first.
pub(crate) fn of_drifted(drifted: &[Drifted], program: &str) -> String {
    let (it, its) = match drifted.len() {
        1 => ("the file says", "it"),
        _ => ("the files say", "them"),
    };
    let accept: Vec<_> = drifted
        .iter()
        .take(SPELLED_OUT)
        .map(|one| format!("`{program} repair --accept {}`", one.version))
        .collect();
    let rest = match drifted.len() > SPELLED_OUT {
        true => format!(" and so on (`{program} repair` lists them)"),
        false => String::new(),
    };
    let mut text = String::new();
    if drifted.iter().any(|one| one.applied_as.is_some()) {
        text += "if another app has applied it here, give each app a database of its own. Else: ";
    }
    text += &format!(
        "`{program} verify` shows what changed. Put the old text back and write a new migration; or, where the \
         database is as {it} now: {}{rest}",
        accept.join(", then "),
    );
    // The oldest one is the farthest.
    if let Some(count) = drifted.first().and_then(|one| one.redo) {
        text += &format!("; or, where data may be lost: `{program} redo -n {count}` reverts {its}");
        let newer = count.get().saturating_sub(drifted.len());
        text += match newer {
            0 => "",
            1 => " and a newer one",
            _ => " and all newer ones",
        };
        text += ", and applies what is here now";
    }
    text
}

#[cfg(test)]
mod tests;
