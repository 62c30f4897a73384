//! One directory, embedded for each of the databases.

pub(crate) mod postgres {
    dbmig_runtime::embed_migrations!("tests/fixtures/portable", Postgres);
}
pub(crate) mod mysql {
    dbmig_runtime::embed_migrations!("tests/fixtures/portable", Mysql);
}
pub(crate) mod sqlite {
    dbmig_runtime::embed_migrations!("tests/fixtures/portable", Sqlite);
}
