//! What is judged compatible, against PostgreSQL's own parser: a list of its statements that are
//! harmless, written without a look at the other one.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use dbmig_core::Dialect;
use dbmig_core::embed::migrations;
use dbmig_core::impact::Verdict;
use dbmig_core::infer::infer;
use dbmig_core::migration::{Body, Down, Migration, Script, SqlBody};
use dbmig_core::sql::split;
use pg_query::NodeEnum as Node;
use pg_query::protobuf::{
    AlterTableCmd, AlterTableType, ColumnDef, ConstrType, ObjectType, SelectStmt,
};
use proptest::prelude::*;

#[path = "../../../../dbmig-core/tests/verdicts/cases.rs"]
#[expect(dead_code, reason = "the text will do here")]
mod cases;

fn is_compatible(text: &str) -> bool {
    let script = Script { path: "up.sql".into(), text: text.to_owned().into() };
    let [migration] = migrations(&["1", "1", "", "", "", "", ""], &[0; 32], &[]);
    let body = Body::Sql(SqlBody { up: script, down: Down::Missing });
    let found = infer(Dialect::Postgres, &[Migration { body, ..migration }]);
    found[0].compatibility.verdict == Verdict::Compatible
}

/// Whether nobody who knew the schema before can notice the statement.
fn is_harmless(statement: &Node) -> bool {
    match statement {
        // Something new: it is an error where there is one.
        Node::CreateStmt(_)
        | Node::CreateTableAsStmt(_)
        | Node::CreateEnumStmt(_)
        | Node::CompositeTypeStmt(_)
        | Node::CreateRangeStmt(_)
        | Node::CreateDomainStmt(_)
        | Node::CreateSeqStmt(_)
        | Node::CreateSchemaStmt(_)
        | Node::CreateExtensionStmt(_)
        | Node::CreateRoleStmt(_)
        | Node::CreateStatsStmt(_)
        | Node::CreateForeignTableStmt(_)
        | Node::CreateFdwStmt(_)
        | Node::CreateAmStmt(_)
        | Node::CreatePublicationStmt(_)
        | Node::CreatedbStmt(_) => true,
        Node::DefineStmt(define) => !define.replace,
        // Whether there is one, and what it was, no single statement shows.
        Node::ViewStmt(_) | Node::CreateFunctionStmt(_) => true,
        // What is estimated, and who an object belongs to.
        Node::AlterFunctionStmt(alter) => has_only(&alter.actions, &["cost", "rows"]),
        Node::AlterStatsStmt(_) | Node::AlterExtensionContentsStmt(_) => true,
        Node::AlterDomainStmt(alter) => alter.subtype == "V",
        Node::RenameStmt(rename) => {
            matches!(
                rename.rename_type(),
                ObjectType::ObjectStatisticExt | ObjectType::ObjectPolicy
            )
        }
        Node::DropStmt(drop) => drop.remove_type() == ObjectType::ObjectStatisticExt,
        Node::IndexStmt(index) => !index.unique,
        Node::AlterTableStmt(alter) => {
            alter.cmds.iter().all(|cmd| match cmd.node.as_ref().unwrap() {
                Node::AlterTableCmd(cmd) => is_harmless_cmd(cmd),
                _ => false,
            })
        }
        Node::AlterEnumStmt(alter) => alter.old_val.is_empty(),
        // Rights, texts, statistics.
        Node::GrantStmt(grant) => grant.is_grant,
        Node::GrantRoleStmt(grant) => grant.is_grant,
        Node::AlterDefaultPrivilegesStmt(alter) => alter.action.as_ref().unwrap().is_grant,
        Node::CommentStmt(_)
        | Node::VacuumStmt(_)
        | Node::RefreshMatViewStmt(_)
        | Node::ReindexStmt(_)
        | Node::ClusterStmt(_)
        | Node::CheckPointStmt(_) => true,
        // The session's own.
        Node::VariableSetStmt(_)
        | Node::VariableShowStmt(_)
        | Node::TransactionStmt(_)
        | Node::LockStmt(_)
        | Node::DiscardStmt(_)
        | Node::DeallocateStmt(_)
        | Node::ListenStmt(_)
        | Node::UnlistenStmt(_)
        | Node::NotifyStmt(_) => true,
        Node::AlterSeqStmt(alter) => {
            has_only(&alter.options, &["as", "start", "cache", "maxvalue", "owned_by"])
        }
        Node::ExplainStmt(explain) => explain.options.is_empty(),
        Node::SelectStmt(select) => only_reads(select),
        Node::CopyStmt(copy) => !copy.is_from && !copy.is_program,
        _ => false,
    }
}

fn has_only(options: &[pg_query::protobuf::Node], names: &[&str]) -> bool {
    options.iter().all(|option| {
        matches!(option.node.as_ref().unwrap(), Node::DefElem(option) if names.contains(&&*option.defname))
    })
}

fn is_harmless_cmd(cmd: &AlterTableCmd) -> bool {
    use AlterTableType as T;
    match cmd.subtype() {
        T::AtAddColumn => match cmd.def.as_ref().unwrap().node.as_ref().unwrap() {
            Node::ColumnDef(column) => is_harmless_column(column),
            _ => false,
        },
        // `SET DEFAULT` has a value, `DROP DEFAULT` none.
        T::AtColumnDefault => cmd.def.is_some(),
        T::AtSetStatistics
        | T::AtSetOptions
        | T::AtResetOptions
        | T::AtSetIdentity
        | T::AtAttachPartition
        | T::AtSetStorage
        | T::AtSetCompression
        | T::AtSetRelOptions
        | T::AtResetRelOptions
        | T::AtClusterOn
        | T::AtDropCluster
        | T::AtReplicaIdentity
        | T::AtSetTableSpace
        | T::AtSetAccessMethod
        | T::AtSetLogged
        | T::AtSetUnLogged
        | T::AtValidateConstraint => true,
        // What is unique already, or only of columns that are new.
        T::AtAddConstraint => match cmd.def.as_ref().unwrap().node.as_ref().unwrap() {
            Node::Constraint(constraint) => {
                constraint.contype() == ConstrType::ConstrUnique && !constraint.indexname.is_empty()
            }
            _ => false,
        },
        _ => false,
    }
}

/// Who does not name the column gets a value that is allowed, or NULL where it may be.
fn is_harmless_column(column: &ColumnDef) -> bool {
    let kinds: Vec<_> = column
        .constraints
        .iter()
        .map(|constraint| match constraint.node.as_ref().unwrap() {
            Node::Constraint(constraint) => constraint.contype(),
            other => panic!("{other:?}"),
        })
        .collect();
    let has = |kind: ConstrType| kinds.contains(&kind);
    let serial = column.type_name.as_ref().is_some_and(|name| {
        name.names.iter().any(|part| match part.node.as_ref() {
            Some(Node::String(name)) => name.sval.to_lowercase().contains("serial"),
            _ => false,
        })
    });
    let filled = serial || has(ConstrType::ConstrIdentity) || has(ConstrType::ConstrDefault);
    let never_null = has(ConstrType::ConstrNotnull) || has(ConstrType::ConstrPrimary);
    (filled || !never_null) && !(has(ConstrType::ConstrDefault) && has(ConstrType::ConstrForeign))
}

/// No `WITH` writes; what it calls is judged by the golden cases.
fn only_reads(select: &SelectStmt) -> bool {
    let tables = select.with_clause.iter().flat_map(|with| &with.ctes);
    tables.into_iter().all(|table| match table.node.as_ref().unwrap() {
        Node::CommonTableExpr(table) => {
            match table.ctequery.as_ref().unwrap().node.as_ref().unwrap() {
                Node::SelectStmt(select) => only_reads(select),
                _ => false,
            }
        }
        _ => false,
    })
}

/// What PostgreSQL says to a statement that is judged compatible; nothing where it refuses it.
fn contradiction(text: &str) -> Option<String> {
    let parsed = pg_query::parse(text, 0).ok()?;
    let statements = parsed.protobuf.stmts.iter();
    let mut nodes = statements.map(|raw| raw.stmt.as_ref().unwrap().node.as_ref().unwrap());
    let other = nodes.find(|node| !is_harmless(node))?;
    is_compatible(text).then(|| format!("judged compatible: {text}\nPostgreSQL: {other:?}"))
}

fn golden() -> Vec<String> {
    let text = cases::text(Dialect::Postgres, "up.sql");
    let statements = split(Dialect::Postgres, &text).unwrap();
    statements.iter().map(|statement| statement.text.to_owned()).collect()
}

#[test]
fn the_golden_cases() {
    let statements = golden();
    let refused: Vec<_> =
        statements.iter().filter(|text| pg_query::parse(text, 0).is_err()).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    let wrong: Vec<_> = statements.iter().filter_map(|text| contradiction(text)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let compatible = statements.iter().filter(|text| is_compatible(text)).count();
    assert!(compatible > 60, "{compatible}");
}

/// What PostgreSQL installs for its extensions, if it is here: SQL that nobody wrote for this.
#[test]
fn installed_scripts() {
    let versions = fs::read_dir("/usr/share/postgresql").into_iter().flatten();
    let mut wrong = Vec::new();
    for version in versions.map(|entry| entry.unwrap().path()) {
        for file in fs::read_dir(version.join("extension")).into_iter().flatten() {
            let file = file.unwrap().path();
            if file.extension().is_some_and(|extension| extension == "sql") {
                wrong.extend(contradictions(&file));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn contradictions(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let lines = text.split_inclusive('\n').filter(|line| !line.starts_with('\\'));
    let text: String = lines.collect();
    let statements = split(Dialect::Postgres, &text).unwrap_or_default();
    statements.iter().filter_map(|statement| contradiction(statement.text)).collect()
}

/// A golden statement, maimed: words left out, put twice, or taken from another one.
fn maimed() -> impl Strategy<Value = String> {
    let statement = || prop::sample::select(golden());
    (statement(), statement(), any::<[prop::sample::Index; 4]>(), 0..4_u8).prop_map(
        |(one, other, at, how)| {
            let words: Vec<_> = one.split_inclusive(' ').collect();
            let others: Vec<_> = other.split_inclusive(' ').collect();
            let place = |index: usize, words: &[&str]| at[index].index(words.len() + 1);
            let (from, to) = (place(0, &words), place(1, &words));
            let (from, to) = (from.min(to), from.max(to));
            let (begin, end) = (place(2, &others), place(3, &others));
            let (begin, end) = (begin.min(end), begin.max(end));
            let middle: &[&str] = match how {
                0 => &[],
                1 => &words[from..to],
                2 => &others[begin..end],
                _ => &others[begin..],
            };
            let tail = if how == 3 { &[][..] } else { &words[to..] };
            let head = if how == 1 { &words[..to] } else { &words[..from] };
            [head, middle, tail].concat().join(" ")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn maimed_statements(text in maimed()) {
        let wrong = contradiction(&text);
        prop_assert!(wrong.is_none(), "{}", wrong.unwrap_or_default());
    }
}
