//! Where the two tables are: the one place where that is decided.

use dbmig_core::MigrationSet;
use dbmig_core::plan::is_home;

#[cfg(feature = "cli")]
use super::anew::judge_anew;
use super::{Snapshot, read_at};
use crate::database::Database;
use crate::database::place::{FoundLedger, Location, Matter, PlaceDoubt, Readability, Sought};
use crate::error::{Error, LedgerInDoubt, LedgerSeen};
use crate::history;
#[cfg(feature = "cli")]
use crate::options::Judge;
use crate::options::Options;
use crate::tables::{Chosen, LEDGER, Presence, Tables};

/// What the place of the two tables depends on, beside the session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seek<'a> {
    set: &'a MigrationSet,
    /// [`Options::ledger_schema`], else what Cargo.toml said when the set was compiled in.
    schema: Option<&'a str>,
    /// Who judges anew what older rules have found.
    #[cfg(feature = "cli")]
    judge: Option<Judge>,
}

impl<'a> Seek<'a> {
    pub(crate) fn of(set: &'a MigrationSet, options: &'a Options) -> Self {
        let schema = options.ledger_schema.as_deref().or_else(|| set.ledger_schema());
        Self {
            set,
            schema,
            #[cfg(feature = "cli")]
            judge: options.judge,
        }
    }

    /// With today's verdicts, where they are at hand: in an app they never are.
    #[cfg(not(feature = "cli"))]
    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "with the commands it differs"
    )]
    pub(super) fn judged(
        &self,
        _db: &mut dyn Database,
        snapshot: Snapshot,
    ) -> Result<Snapshot, Error> {
        Ok(snapshot)
    }

    /// With today's verdicts, where they are at hand.
    #[cfg(feature = "cli")]
    pub(super) fn judged(
        &self,
        db: &mut dyn Database,
        mut snapshot: Snapshot,
    ) -> Result<Snapshot, Error> {
        if let Some(judge) = self.judge {
            judge_anew(db, (&snapshot.tables, &mut snapshot.history), self.set, judge)?;
        }
        Ok(snapshot)
    }

    pub(crate) fn sought(&self) -> Sought<'a> {
        self.schema.map_or(Sought::Session, Sought::Setting)
    }

    /// Where the two tables are. Reads only.
    pub(crate) fn locate(&self, db: &mut dyn Database) -> Result<Tables, Error> {
        match find(db, self.sought())? {
            Location::InDoubt(doubt) => self.settle(db, doubt),
            found => certain(found, self.sought(), db),
        }
    }

    /// A ledger elsewhere is not in doubt if it says itself why it is there; all others are refused.
    fn settle(&self, db: &mut dyn Database, doubt: PlaceDoubt) -> Result<Tables, Error> {
        if let Some(tables) = self.home(db, &doubt)? {
            return Ok(tables);
        }
        let seen = doubt.ledgers.iter().map(|ledger| self.see(db, &doubt.here, ledger));
        let seen = seen.collect::<Result<Vec<_>, _>>()?;
        let matters = |ledger: &LedgerSeen| match doubt.matter {
            Matter::Any => true,
            Matter::Related => ledger.rows.is_none() || ledger.known > 0,
        };
        if !seen.iter().any(matters) {
            return Ok(doubt.here);
        }
        Err(Error::LedgerInDoubt(Box::new(LedgerInDoubt {
            dialect: doubt.here.dialect,
            first: doubt.here.schema,
            ledgers: seen,
        })))
    }

    /// The only ledger, if a migration of its own has created the schema that now comes before it.
    /// Whoever owns such tables could claim that, so they must be trusted.
    fn home(&self, db: &mut dyn Database, doubt: &PlaceDoubt) -> Result<Option<Tables>, Error> {
        let PlaceDoubt { here, ledgers, .. } = doubt;
        let [ledger] = ledgers.as_slice() else { return Ok(None) };
        if here.ledger == Presence::Present || here.history == Presence::Present {
            return Ok(None);
        }
        let engine = db.engine();
        let Ok(Location::At(tables)) = engine.locate(db, Sought::Again(&ledger.schema)) else {
            return Ok(None);
        };
        if tables.foreign.is_some() || tables.history == Presence::Absent {
            return Ok(None);
        }
        let creators = engine.creators(db, &tables, &here.schema);
        let creators = creators.map_err(Error::database("read the history"))?;
        let snapshot = read_at(db, tables)?;
        let is_home = is_home(self.set, &snapshot.history, &creators);
        let chosen = Chosen::Origin { first: here.schema.clone() };
        Ok(is_home.then_some(Tables { chosen, ..snapshot.tables }))
    }

    /// How much it holds, where reading that is safe.
    fn see(
        &self,
        db: &mut dyn Database,
        here: &Tables,
        ledger: &FoundLedger,
    ) -> Result<LedgerSeen, Error> {
        let table = Tables { schema: ledger.schema.clone(), ..here.clone() }.qualified(LEDGER);
        let (rows, known) = match ledger.reading {
            Readability::Unsafe => (None, 0),
            Readability::Safe => {
                let versions = history::versions(db, &table)?;
                let known = versions.iter().filter(|version| self.set.get(version).is_some());
                (Some(versions.len()), known.count())
            }
        };
        let (schema, owner) = (ledger.schema.clone(), ledger.owner.clone());
        Ok(LedgerSeen { schema, table, owner, rows, known })
    }
}

/// Where another session of the same run finds what the first one has seen. Reads only.
pub(crate) fn locate_again(db: &mut dyn Database, seen: &Tables) -> Result<Tables, Error> {
    let sought = Sought::Again(&seen.schema);
    let found = find(db, sought)?;
    Ok(Tables { chosen: seen.chosen.clone(), ..certain(found, sought, db)? })
}

fn find(db: &mut dyn Database, sought: Sought<'_>) -> Result<Location, Error> {
    db.engine().locate(db, sought).map_err(Error::database("find the migrations' tables"))
}

fn certain(found: Location, sought: Sought<'_>, db: &dyn Database) -> Result<Tables, Error> {
    match found {
        Location::At(tables) => Ok(tables),
        Location::InDoubt(doubt) => Err(Error::OtherSchema {
            before: sought.schema().unwrap_or_default().to_owned(),
            now: doubt.here.schema,
        }),
        Location::NoSchema => Err(Error::NoLedgerSchema {
            dialect: db.engine().dialect(),
            schema: sought.schema().unwrap_or_default().to_owned(),
        }),
    }
}
