//! What the database says: both tables, and the catalogue where a statement was in flight.

use dbmig_core::plan::{History, Interrupted, SEPARATOR};

use crate::backend::Database;
use crate::backend::engine::Activity;
use crate::backend::tables::Tables;
use crate::error::Error;
use crate::history;

mod seek;

pub(crate) use seek::{Seek, locate_again};

/// What the database said at one moment.
#[derive(Clone, Debug)]
pub struct Look {
    /// Where the two tables are.
    pub(crate) tables: Tables,
    /// What they hold.
    pub(crate) history: History,
    /// [`Engine::mark`](crate::backend::engine::Engine::mark) at that moment.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "others compare nothing"))]
    pub(crate) mark: String,
}

/// Looks at the two tables. Reads only.
pub(crate) fn look(db: &mut dyn Database, seek: &Seek<'_>) -> Result<Look, Error> {
    let tables = seek.locate(db)?;
    look_at(db, tables)
}

/// Looks into the catalogue, too, where a statement was in flight. Reads only.
pub(crate) fn look_closely(db: &mut dyn Database, seek: &Seek<'_>) -> Result<Look, Error> {
    let look = look(db, seek)?;
    closely(db, look)
}

/// The same once more in the same place, whichever session it is. Reads only.
pub(crate) fn look_again(db: &mut dyn Database, seen: &Tables) -> Result<Look, Error> {
    let tables = locate_again(db, seen)?;
    let look = look_at(db, tables)?;
    closely(db, look)
}

fn look_at(db: &mut dyn Database, tables: Tables) -> Result<Look, Error> {
    let (history, mark) = history::read(db, &tables)?;
    Ok(Look { tables, history, mark })
}

fn closely(db: &mut dyn Database, mut look: Look) -> Result<Look, Error> {
    for run in &mut look.history.interrupted {
        run.sight = sight(db, &look.tables, run)?;
    }
    Ok(look)
}

/// What the catalogue says now of what the statement in flight is about.
fn sight(
    db: &mut dyn Database,
    tables: &Tables,
    run: &Interrupted,
) -> Result<Option<String>, Error> {
    let Some(effect) = run.in_flight(tables.dialect) else { return Ok(None) };
    let engine = db.engine();
    let session = run.session.as_deref().unwrap_or_default();
    let looking = || Error::database("look for what an earlier run has left");
    // While it is at work the catalogue says nothing yet, and asking may wait for its end.
    if let Activity::Working(_) = engine.activity(db, session).map_err(looking())? {
        return Ok(None);
    }
    let mut sights = Vec::new();
    for object in effect.objects() {
        let Some(expression) = engine.sight(tables, object) else { return Ok(None) };
        let rows = db.query(&format!("SELECT {expression}"));
        let rows = rows.map_err(looking())?;
        sights.push(rows.first().map(|row| row.text(0).to_owned()).unwrap_or_default());
    }
    Ok((!sights.is_empty()).then(|| sights.join(&SEPARATOR.to_string())))
}

/// An expression for the same, to be kept with the cursor before the statement begins.
pub(crate) fn sight_before(
    db: &dyn Database,
    tables: &Tables,
    statement: &dbmig_core::sql::Statement<'_>,
) -> Option<String> {
    let engine = db.engine();
    let effect = dbmig_core::sql::effect::Effect::of(tables.dialect, statement);
    let sights: Option<Vec<_>> =
        effect.objects().iter().map(|object| engine.sight(tables, object)).collect();
    let sights = sights.filter(|sights| !sights.is_empty())?;
    let separator = tables.dialect.literal(&SEPARATOR.to_string());
    Some(match sights.as_slice() {
        [one] => one.clone(),
        all => engine.concat(&all.join(&format!(", {separator}, "))),
    })
}
