//! What the database says: both tables, and the catalogue where a statement was in flight.

use std::time::Duration;

use dbmig_core::plan::{History, Interrupted, SEPARATOR};
use diesel::QueryResult;

use crate::database::Database;
use crate::database::assertion::{Breach, expect};
use crate::database::engine::{Activity, Engine};
use crate::database::envelope::{Limits, Part, TransactionSetting};
use crate::database::lock::Fence;
use crate::error::Error;
use crate::history::{self, StoredScripts};
use crate::tables::Tables;

#[cfg(feature = "cli")]
mod anew;
mod seek;

pub(crate) use seek::{Seek, locate_again};

/// What the database said at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    /// Where the two tables are.
    pub(crate) tables: Tables,
    /// What they hold.
    pub(crate) history: History,
    /// The stored ways back, where a decision needs them.
    pub(crate) stored: StoredScripts,
    /// [`Engine::mark`](crate::database::engine::Engine::mark) at that moment.
    pub(crate) mark: String,
    /// What the catalogue said: the expressions that it was asked, and the answers.
    states: Vec<(String, String)>,
}

impl Snapshot {
    /// Statements that fail on a server where it is not so.
    pub(crate) fn expected(&self, engine: &dyn Engine) -> String {
        let Some(mark) = engine.mark(&self.tables) else { return String::new() };
        let dialect = engine.dialect();
        let same = |(expression, seen): (&str, &str)| {
            expect(dialect, &format!("{expression} = {}", dialect.literal(seen)), Breach::Changed)
        };
        let states = self.states.iter().map(|(asked, said)| same((asked, said)));
        [expect(dialect, &engine.there(&self.tables), Breach::Changed), same((&mark, &self.mark))]
            .into_iter()
            .chain(states)
            .collect()
    }
}

/// Whether the server that writes says the same as `look`, and `more` holds there: one message, with
/// a transaction, which no proxy sends anywhere else.
pub(crate) fn is_confirmed(
    db: &mut dyn Database,
    snapshot: &Snapshot,
    fence: &Fence,
    (name, more): (&str, &[String]),
) -> QueryResult<bool> {
    let engine = db.engine();
    let more = more.iter().map(|it| expect(engine.dialect(), it, Breach::Changed));
    let rows: String = std::iter::once(snapshot.expected(engine)).chain(more).collect();
    if rows.is_empty() {
        return Ok(true);
    }
    let setting = TransactionSetting {
        tables: &snapshot.tables,
        nesting: db.nesting(),
        ownership: db.ownership(),
        name,
        fence,
        limits: Limits::default(),
        part: Part::Middle,
    };
    let envelope = engine.envelope(&setting);
    let Err(error) = db.execute(&envelope.around(&rows)) else { return Ok(true) };
    let _ = db.execute(&envelope.abort);
    if Breach::Changed.caused(&error) { Ok(false) } else { Err(error) }
}

/// Reads ledger and history. Reads only.
pub(crate) fn read(db: &mut dyn Database, seek: &Seek<'_>) -> Result<Snapshot, Error> {
    let tables = seek.locate(db)?;
    let snapshot = read_at(db, tables)?;
    seek.judged(db, snapshot)
}

/// Reads the catalogue, too, where a statement was in flight. Reads only.
pub(crate) fn read_with_catalog(db: &mut dyn Database, seek: &Seek<'_>) -> Result<Snapshot, Error> {
    let snapshot = read(db, seek)?;
    with_catalog(db, snapshot)
}

/// Reads ledger, history and catalogue once more where `seen` has them, whichever session it is. Reads
/// only.
pub(crate) fn read_again(db: &mut dyn Database, seen: &Tables) -> Result<Snapshot, Error> {
    let tables = locate_again(db, seen)?;
    let snapshot = read_at(db, tables)?;
    with_catalog(db, snapshot)
}

/// Reads ledger and history, and makes sure that the server that writes says the same: for what is
/// refused, or not done, on that ground alone.
///
/// # Errors
/// [`Error::Lagging`] where it does not.
pub(crate) fn read_confirmed(db: &mut dyn Database, seek: &Seek<'_>) -> Result<Snapshot, Error> {
    let snapshot = read(db, seek)?;
    confirm(db, &snapshot)?;
    Ok(snapshot)
}

/// Makes sure that the server that writes says the same as `snapshot`. A server that does not write has
/// nothing else to say.
pub(crate) fn confirm(db: &mut dyn Database, snapshot: &Snapshot) -> Result<(), Error> {
    if snapshot.tables.obstacle.is_some() {
        return Ok(());
    }
    match is_confirmed(db, snapshot, &Fence::default(), ("dbmig", &[])) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Error::Lagging { waited: Duration::ZERO }),
        Err(error) => Err(Error::database("confirm what was read")(error)),
    }
}

fn read_at(db: &mut dyn Database, tables: Tables) -> Result<Snapshot, Error> {
    match history::read(db, &tables) {
        Ok((history, mark)) => Ok(Snapshot {
            tables,
            history,
            stored: StoredScripts::default(),
            mark,
            states: Vec::new(),
        }),
        Err(_) if history::is_readable_where_written(db, &tables) => {
            Err(Error::Lagging { waited: Duration::ZERO })
        }
        Err(error) => Err(error),
    }
}

fn with_catalog(db: &mut dyn Database, mut snapshot: Snapshot) -> Result<Snapshot, Error> {
    for run in &mut snapshot.history.interrupted {
        run.catalog_now = catalog_now(db, &snapshot.tables, run, &mut snapshot.states)?;
    }
    Ok(snapshot)
}

/// What the catalogue says now of what the statement in flight is about.
fn catalog_now(
    db: &mut dyn Database,
    tables: &Tables,
    run: &Interrupted,
    asked: &mut Vec<(String, String)>,
) -> Result<Option<String>, Error> {
    let Some(effect) = run.in_flight(tables.dialect) else { return Ok(None) };
    let engine = db.engine();
    let session = run.session.as_deref().unwrap_or_default();
    let looking = || Error::database("look for what an earlier run has left");
    // While it is at work the catalogue says nothing yet, and asking may wait for its end.
    if let Activity::Working(_) = engine.activity(db, session).map_err(looking())? {
        return Ok(None);
    }
    let mut states = Vec::new();
    for object in effect.objects() {
        let Some(expression) = engine.catalog_state(tables, object) else { return Ok(None) };
        let rows = db.query(&format!("SELECT {expression}"));
        let rows = rows.map_err(looking())?;
        let said = rows.first().map(|row| row.text(0).to_owned()).unwrap_or_default();
        asked.push((expression, said.clone()));
        states.push(said);
    }
    Ok((!states.is_empty()).then(|| states.join(&SEPARATOR.to_string())))
}

/// An expression for the same, to be kept with the cursor before the statement begins.
pub(crate) fn catalog_expression(
    db: &dyn Database,
    tables: &Tables,
    statement: &dbmig_core::sql::Statement<'_>,
) -> Option<String> {
    let engine = db.engine();
    let effect = dbmig_core::sql::effect::StatementEffect::of(tables.dialect, statement);
    let states: Option<Vec<_>> =
        effect.objects().iter().map(|object| engine.catalog_state(tables, object)).collect();
    let states = states.filter(|states| !states.is_empty())?;
    let separator = tables.dialect.literal(&SEPARATOR.to_string());
    Some(match states.as_slice() {
        [one] => one.clone(),
        all => engine.concat(&all.join(&format!(", {separator}, "))),
    })
}
