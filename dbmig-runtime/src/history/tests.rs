//! The table is created as every released dbmig has created it: what is added later, comes by itself.

use super::create;
use crate::database::Backend;
use crate::tables::{Chosen, Presence, Sessions, Tables};

/// The statement for the schema `s`.
fn created<B: Backend>() -> String {
    let tables = Tables {
        dialect: B::DIALECT,
        schema: "s".to_owned(),
        current: "s".to_owned(),
        chosen: Chosen::Only,
        ledger: Presence::Absent,
        history: Presence::Absent,
        foreign: None,
        obstacle: None,
        cluster: None,
        sessions: Sessions::OfEach,
        session: Vec::new(),
    };
    create(B::ENGINE, &tables)
}

#[cfg(feature = "postgres")]
#[test]
fn postgres() {
    assert_eq!(
        created::<crate::Postgres>(),
        "CREATE TABLE IF NOT EXISTS \"s\".\"__dbmig_history\" (id BIGINT GENERATED ALWAYS AS \
         IDENTITY PRIMARY KEY, format SMALLINT NOT NULL, version VARCHAR(50) NOT NULL, name TEXT \
         NOT NULL, direction TEXT NOT NULL, state TEXT NOT NULL, execution TEXT NOT NULL, \
         checksum TEXT NOT NULL, statements_total INTEGER NOT NULL, statements_started INTEGER \
         NOT NULL, statements_done INTEGER NOT NULL, script TEXT NOT NULL, down_script TEXT, \
         compatible TEXT, reversible TEXT, outlook TEXT, settings TEXT, down_checksum TEXT, \
         signature TEXT, started_at TIMESTAMPTZ NOT NULL, ended_at TIMESTAMPTZ, app TEXT, host \
         TEXT, database_user TEXT, session TEXT, sighted TEXT, error TEXT, note TEXT)"
    );
}

#[cfg(feature = "mysql")]
#[test]
fn mysql() {
    assert_eq!(
        created::<crate::Mysql>(),
        "CREATE TABLE IF NOT EXISTS `s`.`__dbmig_history` (id BIGINT AUTO_INCREMENT PRIMARY KEY, \
         format SMALLINT NOT NULL, version VARCHAR(50) NOT NULL, name TEXT NOT NULL, direction \
         VARCHAR(8) NOT NULL, state VARCHAR(16) NOT NULL, execution VARCHAR(16) NOT NULL, \
         checksum CHAR(64) NOT NULL, statements_total INT NOT NULL, statements_started INT NOT \
         NULL, statements_done INT NOT NULL, script LONGTEXT NOT NULL, down_script LONGTEXT, \
         compatible VARCHAR(16), reversible VARCHAR(16), outlook LONGTEXT, settings TEXT, \
         down_checksum CHAR(64), signature CHAR(64), started_at DATETIME(3) NOT NULL, ended_at \
         DATETIME(3), app TEXT, host TEXT, database_user TEXT, session TEXT, sighted LONGTEXT, \
         error LONGTEXT, note TEXT, KEY dbmig_history_version (version)) ENGINE = InnoDB \
         ROW_FORMAT = DYNAMIC DEFAULT CHARSET = utf8mb4"
    );
}

#[cfg(feature = "sqlite")]
#[test]
fn sqlite() {
    assert_eq!(
        created::<crate::Sqlite>(),
        "CREATE TABLE IF NOT EXISTS \"s\".\"__dbmig_history\" (id INTEGER PRIMARY KEY, \
         format INTEGER NOT NULL, version VARCHAR(50) NOT NULL, name TEXT NOT \
         NULL, direction TEXT NOT NULL, state TEXT NOT NULL, execution TEXT NOT NULL, checksum \
         TEXT NOT NULL, statements_total INTEGER NOT NULL, statements_started INTEGER NOT NULL, \
         statements_done INTEGER NOT NULL, script TEXT NOT NULL, down_script TEXT, compatible \
         TEXT, reversible TEXT, outlook TEXT, settings TEXT, down_checksum TEXT, signature TEXT, \
         started_at TEXT NOT NULL, ended_at TEXT, app TEXT, host TEXT, database_user TEXT, \
         session TEXT, sighted TEXT, error TEXT, note TEXT)"
    );
}
