//! Beside Diesel: its tools and ours on one directory and one database.

mod alternate;
mod drop_in;
mod layouts;
mod source;

use dbmig_tests::{Backend, Project, TestDatabase, database};

/// A project that Diesel's CLI has set up, and its database.
struct Case {
    project: Project,
    database: TestDatabase,
}

impl Case {
    /// As its users begin: `diesel setup`.
    fn new(backend: Backend) -> Self {
        let case = Self { project: crate::project(), database: database(backend) };
        case.project.remove("migrations");
        case.diesel(&["setup"]);
        case
    }

    fn backend(&self) -> Backend {
        self.database.backend()
    }

    /// `diesel ARGS`, which must succeed.
    #[track_caller]
    fn diesel(&self, args: &[&str]) -> String {
        self.project.diesel_on(&self.database, args).success().stdout
    }

    /// `cargo dbmig ARGS`, which must succeed.
    #[track_caller]
    fn dbmig(&self, args: &[&str]) -> String {
        self.project.dbmig_on(&self.database, args).success().stdout
    }

    /// What `cargo dbmig ARGS`, which must succeed, has done.
    #[track_caller]
    fn done(&self, args: &[&str]) -> Vec<String> {
        self.project.done(&self.database, args)
    }

    /// A migration as `diesel migration generate` makes it, with SQL.
    fn generate(&self, (version, name, up, down): (&str, &str, &str, &str)) {
        self.diesel(&["migration", "generate", name, "--version", version]);
        self.project.migration(&format!("{version}_{name}"), up, down);
    }

    fn ledger(&self) -> Vec<String> {
        self.database.column("SELECT version FROM __diesel_schema_migrations ORDER BY version")
    }

    /// Diesel's first migration, which it writes for PostgreSQL only.
    fn setup_migration(&self) -> Option<&'static str> {
        (self.backend() == Backend::Postgres).then_some(SETUP)
    }

    /// The lines that begin with `start` and a space, without it.
    fn lines<'t>(text: &'t str, start: &str) -> Vec<&'t str> {
        let lines = text.lines().filter_map(|line| line.trim().strip_prefix(start));
        // Behind the name stands what the migration means for others.
        lines.map(|line| line.trim().split("  ").next().unwrap_or_default()).collect()
    }
}

/// One that was applied, as [`Case::done`] tells it.
fn up(migration: Migration) -> String {
    format!("up {}", directory(migration))
}

/// One that was reverted.
fn down(migration: Migration) -> String {
    format!("down {}", directory(migration))
}

const SETUP: &str = "00000000000000_diesel_initial_setup";

/// Version, name, up and down.
type Migration = (&'static str, &'static str, &'static str, &'static str);

const USERS: Migration = (
    "2026-01-01-100000-0000",
    "create_users",
    "CREATE TABLE users (\n  id INTEGER NOT NULL PRIMARY KEY,\n  name VARCHAR(40) NOT NULL\n);\n",
    "DROP TABLE users;\n",
);

const POSTS: Migration = (
    "2026-01-02-100000-0000",
    "create_posts",
    "CREATE TABLE posts (\n  id INTEGER NOT NULL PRIMARY KEY,\n  author INTEGER NOT NULL \
     REFERENCES users (id)\n);\nINSERT INTO users (id, name) VALUES (1, 'it''s; me');\n",
    "DROP TABLE posts;\nDELETE FROM users;\n",
);

const EMAIL: Migration = (
    "2026-01-03-100000-0000",
    "add_email",
    "ALTER TABLE users ADD COLUMN email VARCHAR(99);\n",
    "ALTER TABLE users DROP COLUMN email;\n",
);

const TAGS: Migration = (
    "2026-01-04-100000-0000",
    "create_tags",
    "CREATE TABLE tags (name VARCHAR(40) NOT NULL PRIMARY KEY);\nCREATE INDEX by_name ON tags (name);\n",
    "DROP TABLE tags;\n",
);

fn directory(migration: Migration) -> String {
    format!("{}_{}", migration.0, migration.1)
}
