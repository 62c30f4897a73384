//! Executes a command: the same for `cargo dbmig` and for an app.

use std::time::Duration;

use dbmig_core::plan::{Plan, Target};
use dbmig_core::status::State;
use dbmig_core::{MigrationSet, Version};

use super::args::{Allowed, BaselineArgs, Command};
use super::confirm::{Asked, Confirmation, confirm};
use super::effect::Effect;
use super::exit::Exit;
use super::json;
use super::lasting;
use super::output::Output;
use super::progress::Progress;
use super::signals::end_when_silent;
use super::{repair, show, sync, verify};
use crate::backoff::patiently;
use crate::connect::{connect_to_read, connect_with};
use crate::database::Database;
use crate::error::Error;
use crate::event::Event;
use crate::options::Options;
use crate::report::Report;
use crate::runner::{Runner, wait_at};
use crate::url::DatabaseUrl;

/// What a command works on.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// How the user calls this program, for messages: `cargo dbmig`, `myapp migrate`.
    pub program: &'a str,
    /// The migrations.
    pub set: &'a MigrationSet,
    /// Where they come from.
    pub origin: Origin,
    /// What smells in them; told with the plans that they are part of.
    pub warnings: &'a [(Version, String)],
    /// The database.
    pub url: &'a DatabaseUrl,
    /// How a run behaves.
    pub options: Options,
    /// Whether the user has confirmed beforehand.
    pub confirmation: Confirmation,
    /// Where and how results are told.
    pub output: Output,
    /// How long the database may owe an answer: then the process ends with exit code 75.
    pub answer_timeout: Duration,
}

/// Where the migrations of a command come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A directory, which has all that was ever applied from it, unless somebody has deleted some.
    Directory,
    /// A program, which may be older than the database that it meets.
    Embedded,
}

/// Executes `command` and tells its result.
pub fn execute(command: &Command, context: &Context<'_>) -> Exit {
    match try_execute(command, context) {
        Ok(exit) => exit,
        Err(error) => context.output.error(&error, context.program),
    }
}

fn try_execute(command: &Command, context: &Context<'_>) -> Result<Exit, Error> {
    lasting::refuse_others(command, context.url)?;
    if let Effect::Loses(what) = command.effect()
        && let Err(exit) =
            confirm(&context.output, context.url, what, Asked::FarAway, context.confirmation)
    {
        return Ok(exit);
    }
    if let Command::Wait(args) = command {
        return wait(context, args.timeout);
    }
    end_when_silent(&context.options.control, context.output, context.answer_timeout);
    let db = &mut *open(command, context)?;
    match command {
        Command::Run(args) if args.dry_run => plan(db, context, &args.target(), args.allowed),
        Command::Run(args) => {
            let report = run(db, context, &args.target(), args.allowed)?;
            tell_missing(context, report.missing.iter());
            Ok(finished(context, &report))
        }
        Command::Revert(args) if args.dry_run => {
            plan(db, context, &args.target(), Allowed::default())
        }
        Command::Revert(args) => {
            Ok(finished(context, &run(db, context, &args.target(), Allowed::default())?))
        }
        Command::Redo(args) if args.dry_run => {
            plan(db, context, &Target::Redo(args.how_many.extent()), Allowed::default())
        }
        Command::Redo(args) => {
            let target = Target::Redo(args.how_many.extent());
            Ok(finished(context, &run(db, context, &target, Allowed::default())?))
        }
        Command::Plan(args) => plan(db, context, &args.target(), args.allowed),
        Command::Status(args) => status(db, context, args.check),
        Command::Pending(args) => pending(db, context, args.check),
        Command::History(args) => {
            let rows = context.runner().history(db, args.limit.get())?;
            context.output.json(&json::Runs::new(&rows));
            show::history(&context.output, &rows);
            Ok(Exit::Done)
        }
        Command::Verify(_) => verify::verify(db, context),
        Command::Repair(args) => {
            let (output, program) = (&context.output, context.program);
            match args.what.repair() {
                None => repair::explain(&context.runner(), db, output, program),
                Some(wanted) if args.dry_run => {
                    repair::preview(&context.runner(), db, output, &wanted)
                }
                Some(wanted) => repair::settle(&mut context.runner(), db, output, &wanted),
            }
        }
        Command::Baseline(args) => baseline(db, context, args),
        Command::Sync(args) => sync::sync(db, context, *args),
        Command::Wait(args) => wait(context, args.timeout),
    }
}

/// Opens its connections itself: the database need not be there yet.
fn wait(context: &Context<'_>, timeout: Duration) -> Result<Exit, Error> {
    // The time-out holds for a connection that hangs, too.
    let patience = context.answer_timeout.min(timeout);
    end_when_silent(&context.options.control, context.output, patience);
    let mut progress = Progress::new(context.output);
    let Context { set, options, url, .. } = context;
    let mut observe = |event: &Event<'_>| progress.observe(event);
    let result = wait_at(set, options, url, timeout, &mut observe);
    progress.end();
    let report = result?;
    context.output.json(&json::Reached::new(&report));
    match report.ahead.len() {
        0 => context.output.line("the schema is there"),
        count => {
            let noun = show::plural(count, "migration", "migrations");
            context.output.line(format!("the schema is there, and {count} {noun} ahead"));
        }
    }
    if !report.breaking.is_empty() {
        context.output.warning(format!(
            "this version may not be able to live with {}; it goes on because breaking_ahead is `warn`",
            report.breaking.join(", "),
        ));
    }
    Ok(Exit::Done)
}

fn open(command: &Command, context: &Context<'_>) -> Result<Box<dyn Database>, Error> {
    let Options { connect_wait, control, .. } = &context.options;
    let mut progress = Progress::new(context.output);
    let mut observe = |event: &Event<'_>| progress.observe(event);
    let opened = patiently(*connect_wait, control, &mut observe, || match command.effect() {
        Effect::Writes => connect_with(context.url, control),
        Effect::Reads | Effect::Waits | Effect::Loses(_) => connect_to_read(context.url, control),
    });
    progress.end();
    opened
}

impl<'a> Context<'a> {
    pub(super) fn runner(&self) -> Runner<'a> {
        Runner::new(self.set, self.options.clone())
    }

    /// What the program itself allows, the arguments need not say again.
    fn runner_with(&self, allowed: Allowed) -> Runner<'a> {
        let policy = allowed.over(self.options.policy);
        Runner::new(self.set, Options { policy, ..self.options.clone() })
    }
}

fn run(
    db: &mut dyn Database,
    context: &Context<'_>,
    target: &Target,
    allowed: Allowed,
) -> Result<Report, Error> {
    let mut progress = Progress::new(context.output);
    let observe = |event: &Event<'_>| {
        if let Event::Planned { plan } = event {
            warn(context, plan);
        }
        progress.observe(event);
    };
    let result = context.runner_with(allowed).observe(observe).run(db, target);
    progress.end();
    result
}

/// An image may well be older than the database that it meets; a directory lacks what was deleted
/// from it, or what another branch has applied.
pub(super) fn tell_missing<'n>(context: &Context<'_>, names: impl Iterator<Item = &'n String>) {
    let names: Vec<_> = names.map(String::as_str).collect();
    if context.origin == Origin::Embedded || names.is_empty() {
        return;
    }
    context.output.warning(format!(
        "applied, and not among the migrations here: {}. Deleted, or of another branch? `{} verify` says what \
         can be done",
        names.join(", "),
        context.program,
    ));
}

/// What the steps of `plan` would play.
pub(super) fn scripts(
    db: &mut dyn Database,
    context: &Context<'_>,
    plan: &Plan<'_>,
) -> Result<Vec<show::ShownStep>, Error> {
    let mut shown = Vec::with_capacity(plan.steps.len());
    context.runner().resolve(db, plan, |step, resolved| {
        shown.push(show::ShownStep::of(step, resolved));
    })?;
    Ok(shown)
}

/// Not with every command for ever: what is applied cannot be changed any more.
pub(super) fn warn(context: &Context<'_>, plan: &Plan<'_>) {
    let concerned = |version: &Version| plan.steps.iter().any(|step| step.version() == version);
    let warnings = context.warnings.iter().filter(|(version, _)| concerned(version));
    warnings.for_each(|(_, warning)| context.output.warning(warning));
}

fn finished(context: &Context<'_>, report: &Report) -> Exit {
    context.output.json(&json::Finished::new(report).with_missing(report));
    let parts: Vec<_> =
        [(report.reverted().count(), "reverted"), (report.applied().count(), "applied")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, verb)| {
                format!("{verb} {count} {}", show::plural(count, "migration", "migrations"))
            })
            .collect();
    context.output.line(match parts.as_slice() {
        [] => "nothing to do".to_owned(),
        parts => parts.join(", "),
    });
    Exit::Done
}

fn plan(
    db: &mut dyn Database,
    context: &Context<'_>,
    target: &Target,
    allowed: Allowed,
) -> Result<Exit, Error> {
    let runner = context.runner_with(allowed);
    let plan = runner.plan(db, target)?;
    warn(context, &plan);
    let shown = scripts(db, context, &plan)?;
    context.output.json(&json::Planned::new(&plan, &shown));
    show::plan(&context.output, &plan, &shown);
    Ok(Exit::Done)
}

fn status(db: &mut dyn Database, context: &Context<'_>, check: bool) -> Result<Exit, Error> {
    let entries = context.runner().status(db)?;
    let holder = context.runner().holder(db)?;
    let ledger = context.runner().ledger(db)?;
    context.output.json(&json::Standing::new(&entries, holder.as_deref(), Some(&ledger)));
    show::status(&context.output, &entries);
    if !ledger.is_obvious() {
        context.output.line(format!("the ledger is {ledger}"));
    }
    if let Some(holder) = holder {
        context.output.line(format!("a run is going on: {holder}"));
    }
    let found = entries.iter().any(|entry| is_found(entry.state, context.origin));
    Ok(if check && found { Exit::Found } else { Exit::Done })
}

/// Whether `--check` takes it for something that somebody has to look after.
const fn is_found(state: State, origin: Origin) -> bool {
    match (state, origin) {
        (State::Applied | State::Unverified, _) | (State::Missing, Origin::Embedded) => false,
        (State::Pending | State::Drifted | State::Interrupted, _)
        | (State::Missing, Origin::Directory) => true,
    }
}

fn pending(db: &mut dyn Database, context: &Context<'_>, check: bool) -> Result<Exit, Error> {
    let mut entries = context.runner().status(db)?;
    entries.retain(|e| {
        e.state == State::Pending
            || (e.state == State::Interrupted && context.set.get(&e.version).is_some())
    });
    context.output.json(&json::Standing::new(&entries, None, None));
    if entries.is_empty() {
        context.output.line("nothing pending");
    }
    entries.iter().for_each(|entry| context.output.line(&entry.name));
    Ok(if check && !entries.is_empty() { Exit::Found } else { Exit::Done })
}

fn baseline(
    db: &mut dyn Database,
    context: &Context<'_>,
    args: &BaselineArgs,
) -> Result<Exit, Error> {
    let mut runner = context.runner();
    if args.dry_run {
        let wanted = runner.baseline_plan(db, args.to.as_ref())?;
        let done = wanted.into_iter().map(crate::report::Done::planned).collect();
        let report = Report { done, ..Report::default() };
        context.output.json(&json::Finished::new(&report));
        report.applied().for_each(|name| context.output.line(format!("would enter {name}")));
        let count = report.done.len();
        context.output.line(format!("{count} to enter as applied, nothing done yet"));
        return Ok(Exit::Done);
    }
    let report = runner.baseline(db, args.to.as_ref())?;
    context.output.json(&json::Finished::new(&report));
    report.applied().for_each(|name| context.output.note(format!("entered {name}")));
    let count = report.done.len();
    let noun = show::plural(count, "migration", "migrations");
    context.output.line(match count {
        0 => "nothing to do".to_owned(),
        _ => format!("entered {count} {noun} as applied, without running any"),
    });
    Ok(Exit::Done)
}
