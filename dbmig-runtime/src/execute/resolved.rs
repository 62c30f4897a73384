//! A step with all that it executes. It is made here and nowhere else, so what a dry run shows is what a
//! run executes.

use dbmig_core::dialect::Ddl;
use dbmig_core::impact::Impact;
use dbmig_core::migration::{Down, Execution, Migration, Script, Settings};
use dbmig_core::plan::{
    Action, Blocked, DownScript, Step, Unresumable, UnresumableReason, same_so_far,
};
use dbmig_core::sql::control::TransactionControl;
use dbmig_core::sql::{SplitError, Statement, Statements, kind};
use dbmig_core::{Checksum, Dialect};

use crate::error::Error;
use crate::history::StoredScripts;
use crate::signature::StoredScript;

/// A step with its script, its statements, and the way in which they are executed.
pub(crate) struct Resolved<'a> {
    pub(crate) script: &'a Script,
    #[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "for those who show it"))]
    pub(crate) source: ScriptSource,
    pub(crate) statements: Statements<'a>,
    /// How many of them an earlier run has done.
    #[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "for those who show it"))]
    pub(crate) done_before: usize,
    pub(crate) execution: Execution,
    pub(crate) settings: Settings,
    pub(crate) impact: Impact,
    pub(crate) checksum: Checksum,
    /// The way back, which an apply stores.
    pub(crate) down: Option<String>,
}

/// Where a script comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScriptSource {
    /// The set.
    Set,
    /// The history: it was stored when the migration was applied.
    Stored,
}

/// Says what `step` executes. A stored script is one of `stored`.
pub(crate) fn resolve<'a>(
    dialect: Dialect,
    stored: &'a StoredScripts,
    step: &'a Step<'_>,
) -> Result<Resolved<'a>, Error> {
    let of_set = |migration: &'a Migration, script, down| {
        let facts = Facts {
            source: ScriptSource::Set,
            settings: migration.settings.clone(),
            impact: migration.consequences(),
            checksum: migration.checksum,
            down,
        };
        facts.with(dialect, step, script, script.statements(dialect))
    };
    match &step.action {
        Action::Apply(migration) => {
            of_set(migration, migration.up(), storable_down(migration, dialect))
        }
        Action::Revert { script: DownScript::InSet(migration), name, .. } => match migration.down()
        {
            Down::Script(script) => of_set(migration, script, None),
            Down::Missing => Err(Error::StoredScriptGone { name: name.clone() }),
        },
        Action::Revert { script: DownScript::Stored, version, name } => {
            let gone = || Error::StoredScriptGone { name: name.clone() };
            of_history(dialect, stored.get(version).ok_or_else(gone)?, step)
        }
    }
}

fn of_history<'a>(
    dialect: Dialect,
    stored: &'a StoredScript,
    step: &'a Step<'_>,
) -> Result<Resolved<'a>, Error> {
    let script = &stored.script;
    let statements = script.statements(dialect);
    if let Some(earlier_script) = step.earlier_script.as_ref().filter(|_| step.is_begun()) {
        let now = statements.as_deref().unwrap_or_default();
        same_so_far(dialect, earlier_script, &script.path, now, step.done_before)
            .map_err(|reason| unresumable(step, reason))?;
    }
    let facts = Facts {
        source: ScriptSource::Stored,
        settings: Settings {
            execution: stored.execution,
            ..Settings::from_history(&stored.settings)
        },
        impact: stored.impact.clone().read(),
        checksum: stored.applied,
        down: None,
    };
    facts.with(dialect, step, script, statements)
}

/// What is known of a step beside its script.
struct Facts {
    source: ScriptSource,
    settings: Settings,
    impact: Impact,
    checksum: Checksum,
    down: Option<String>,
}

impl Facts {
    fn with<'a>(
        self,
        dialect: Dialect,
        step: &Step<'_>,
        script: &'a Script,
        statements: Result<Statements<'a>, SplitError>,
    ) -> Result<Resolved<'a>, Error> {
        let statements =
            statements.map_err(|error| Error::Script { path: script.path.to_string(), error })?;
        let Self { source, settings, impact, checksum, down } = self;
        let execution = execution(dialect, settings.execution, &statements, step);
        let done_before = step.done_before;
        Ok(Resolved {
            script,
            source,
            statements,
            done_before,
            execution,
            settings,
            impact,
            checksum,
            down,
        })
    }
}

/// A transaction, unless it is not wanted, or would be none: where schema changes commit by
/// themselves, a script that holds one runs with a cursor. So does one that commits by itself, and
/// what an earlier run has begun that way, whatever the settings say now.
fn execution(
    dialect: Dialect,
    declared: Execution,
    statements: &[Statement<'_>],
    step: &Step<'_>,
) -> Execution {
    let is_one = || {
        let lasts = match dialect.ddl() {
            Ddl::Transactional => true,
            Ddl::CommitsImplicitly => statements.iter().all(|s| kind::is_rollbackable(dialect, s)),
        };
        lasts && TransactionControl::of(dialect, statements) == TransactionControl::Within
    };
    match declared {
        Execution::Transaction if !step.is_begun() && is_one() => Execution::Transaction,
        Execution::Transaction | Execution::Statements => Execution::Statements,
    }
}

fn unresumable(step: &Step<'_>, reason: UnresumableReason) -> Error {
    Error::Blocked(Blocked::Interrupted(Box::new(Unresumable {
        version: step.version().clone(),
        name: step.name().to_owned(),
        direction: step.direction(),
        reason,
    })))
}

/// What is no way back is not stored: that would promise one.
pub(crate) fn storable_down(migration: &Migration, dialect: Dialect) -> Option<String> {
    migration.way_back(dialect).ok().map(|script| script.text.to_string())
}
