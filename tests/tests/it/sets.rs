//! Sets of migrations: one directory, embedded for each of the databases, and sets that a test
//! makes up.

use dbmig_core::migration::{
    Body, DeclaredCompatibility, Down, Execution, Script, Settings, SqlBody,
};
use dbmig_runtime::{Backend, Migration, Migrations, Version};

pub(crate) mod postgres {
    dbmig_runtime::embed_migrations!("tests/fixtures/portable", Postgres);
}
pub(crate) mod mysql {
    dbmig_runtime::embed_migrations!("tests/fixtures/portable", Mysql);
}
pub(crate) mod sqlite {
    dbmig_runtime::embed_migrations!("tests/fixtures/portable", Sqlite);
}

/// A set of these names and scripts, as a build embeds it: in memory that is never given back.
/// Where a name ends with `_alone`, it runs statement by statement; with `_breaking`, it is that; with
/// `_restart`, it is compatible after one.
pub(crate) fn made_up<B: Backend>(
    migrations: impl IntoIterator<Item = (String, String)>,
) -> &'static Migrations<B> {
    let migration = |(name, sql): (String, String)| {
        let alone = name.ends_with("_alone");
        let execution = if alone { Execution::Statements } else { Execution::Transaction };
        let breaking = name.ends_with("_breaking");
        let compatibility = match (breaking, name.ends_with("_restart")) {
            (true, _) => DeclaredCompatibility::Breaking,
            (false, true) => DeclaredCompatibility::AfterRestart,
            (false, false) => DeclaredCompatibility::Compatible,
        };
        let checksum = dbmig_core::Checksum::of(B::DIALECT, &sql);
        let up = Script { path: format!("migrations/{name}/up.sql").into(), text: sql.into() };
        Migration {
            impact: dbmig_core::impact::ImpactText::UNREAD,
            version: Version::of_directory(&name).unwrap(),
            name: name.into(),
            body: Body::Sql(SqlBody { up, down: Down::Missing }),
            settings: Settings { execution, compatibility, ..Settings::DEFAULT },
            checksum,
        }
    };
    let all: Vec<_> = migrations.into_iter().map(migration).collect();
    Box::leak(Box::new(Migrations::from_static(all.leak())))
}

/// The same from texts.
pub(crate) fn of<B: Backend>(migrations: &[(&str, &str)]) -> &'static Migrations<B> {
    made_up(migrations.iter().map(|(name, sql)| ((*name).to_owned(), (*sql).to_owned())))
}
