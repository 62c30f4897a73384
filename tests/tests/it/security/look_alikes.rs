//! Tables of somebody else that look like ours: what is behind them does not run with our rights.

use dbmig_tests::{Backend, Project, TestDatabase, database};

use super::{as_role, intruder, plain_migrator};
use crate::project;

const LEDGER: &str = "__diesel_schema_migrations";
const HISTORY: &str = "__dbmig_history";

/// Tables with the columns of ours, which belong to an intruder, and a function of his that notes
/// for whom it runs.
struct Scene {
    project: Project,
    db: TestDatabase,
    intruder: String,
    plain: String,
}

impl Scene {
    /// `STEAL` is called as one that changes nothing, so that the planner calls it.
    fn new(backstage: &str) -> Self {
        let (project, db) = (project(), database(Backend::Postgres));
        project.migration("1_a", "CREATE TABLE a (id INTEGER)", "DROP TABLE a");
        let (intruder, plain) = (intruder(&db), plain_migrator(&db));
        let template = database(Backend::Postgres);
        project.dbmig_on(&template, &["run"]).success();
        let scene = Self { project, db, intruder, plain };
        scene.as_intruder(
            "CREATE TABLE loot (who TEXT); GRANT ALL ON loot TO PUBLIC; \
             CREATE FUNCTION note() RETURNS text LANGUAGE plpgsql AS \
             $$ BEGIN INSERT INTO public.loot VALUES (current_user); RETURN '1'; END $$; \
             CREATE FUNCTION steal() RETURNS text LANGUAGE plpgsql IMMUTABLE AS \
             $$ BEGIN RETURN public.note(); END $$; \
             CREATE FUNCTION steal_row() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN PERFORM public.note(); RETURN NEW; END $$",
        );
        for table in [LEDGER, HISTORY] {
            let columns = template.column(&format!(
                "SELECT column_name || ' ' || data_type FROM information_schema.columns \
                 WHERE table_name = '{table}' ORDER BY ordinal_position"
            ));
            scene.as_intruder(&format!("CREATE TABLE {table} ({})", columns.join(", ")));
        }
        scene.as_intruder(&format!(
            "INSERT INTO {LEDGER} (version) VALUES ('1'); INSERT INTO {HISTORY} (id, format, version, state) \
             VALUES (1, 1, '1', 'done'); {backstage}; GRANT SELECT ON {LEDGER}, {HISTORY} TO PUBLIC; \
             TRUNCATE loot"
        ));
        scene
    }

    fn as_intruder(&self, sql: &str) {
        self.db.execute(&format!("SET ROLE {}; {sql}", self.intruder));
    }

    /// Each command ends with this code, and has run nothing of the intruder's.
    fn refuse(&self, commands: &[&[&str]], code: i32, words: &str) {
        for command in commands {
            let output = as_role(&self.project, &self.db, &self.plain, "one", command);
            let looted = self.db.column("SELECT who FROM loot");
            assert!(looted.is_empty(), "{command:?} ran it as {looted:?}");
            let refused = output.expect(code).stderr;
            assert!(refused.contains(words), "{command:?}: {refused}");
        }
    }
}

/// A view in the place of `table`, whose first column is `value`.
fn view(table: &str, value: &str) -> String {
    format!(
        "ALTER TABLE {table} RENAME TO real_one; CREATE VIEW {table} AS SELECT * FROM real_one; \
         DO $do$ DECLARE columns text; BEGIN SELECT string_agg(CASE WHEN attname = 'version' \
         THEN '{value}::varchar AS version' ELSE attname END, ', ' ORDER BY attnum) INTO columns \
         FROM pg_attribute WHERE attrelid = 'real_one'::regclass AND attnum > 0; \
         DROP VIEW {table}; EXECUTE 'CREATE VIEW {table} AS SELECT ' || columns || ' FROM real_one'; END $do$"
    )
}

const READING: &[&[&str]] = &[
    &["run"],
    &["status"],
    &["plan"],
    &["history"],
    &["verify"],
    &["revert"],
    &["repair"],
    &["run", "--lock", "lease"],
];

#[test]
fn what_is_behind_a_look_alike_is_not_run_by_reading_it() {
    for table in [LEDGER, HISTORY] {
        let policy = |table| {
            format!(
                "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; \
                 CREATE POLICY p ON {table} USING (note() IS NOT NULL)"
            )
        };
        for backstage in [
            view(table, "note()"),
            view(table, "steal()"),
            policy(table),
            format!("CREATE INDEX ON {table} ((steal()))"),
            format!("CREATE INDEX ON {table} (version) WHERE steal() = '1'"),
            format!("CREATE STATISTICS s ON (steal()), (version || 'x') FROM {table}"),
            format!("CREATE TABLE part () INHERITS ({table}); {}", policy("part")),
            format!(
                "CREATE TYPE v AS (of text); CREATE FUNCTION text(v) RETURNS text LANGUAGE sql \
                 AS 'SELECT note()'; CREATE CAST (v AS text) WITH FUNCTION text(v); \
                 ALTER TABLE {table} ALTER version TYPE v USING row(version)::v"
            ),
        ] {
            let scene = Scene::new(&backstage);
            scene.refuse(READING, 1, "is not the plain table that it should be");
        }
    }
}

/// With the right to write to some columns only, or to delete only, a trigger would run as well.
#[test]
fn a_look_alike_of_our_tables_is_not_written_to() {
    for rights in ["ALL", "INSERT (version)", "DELETE"] {
        let scene = Scene::new("SELECT 1");
        scene.as_intruder(&format!(
            "DROP TABLE {HISTORY}; DELETE FROM {LEDGER}; \
             CREATE TRIGGER s BEFORE INSERT OR DELETE ON {LEDGER} FOR EACH ROW EXECUTE FUNCTION steal_row(); \
             GRANT {rights} ON {LEDGER} TO PUBLIC"
        ));
        let (code, words) = match rights {
            "ALL" => (4, "OWNER TO"),
            _ => (1, "permission denied for \"public\"."),
        };
        scene.refuse(&[&["run"], &["run", "--lock", "lease"]], code, words);
        let belongs = format!("belongs to `{}`", scene.intruder);
        scene.refuse(&[&["run"]], code, &belongs);
        scene.as_intruder(&format!("INSERT INTO {LEDGER} (version) VALUES ('1'); TRUNCATE loot"));
        scene.refuse(&[&["revert"]], code, &belongs);
    }
}

#[test]
fn a_look_alike_of_the_lease_is_neither_written_to_nor_read() {
    let lease = "CREATE TABLE __dbmig_lease (id INTEGER PRIMARY KEY, token BIGINT, holder TEXT, doing TEXT, \
                 since TIMESTAMPTZ, expires_at TIMESTAMPTZ); INSERT INTO __dbmig_lease \
                 SELECT id, 0, 'x', 'x', '1970-01-02', '1970-01-02' FROM generate_series(1, 2) id; ";
    let drop = format!("DROP TABLE {LEDGER}, {HISTORY}");
    let trigger = "CREATE TRIGGER s BEFORE UPDATE ON __dbmig_lease FOR EACH ROW EXECUTE FUNCTION steal_row(); \
                   GRANT ALL ON __dbmig_lease TO PUBLIC";
    let policy = "ALTER TABLE __dbmig_lease ENABLE ROW LEVEL SECURITY; \
                  CREATE POLICY p ON __dbmig_lease USING (note() IS NOT NULL); \
                  GRANT SELECT ON __dbmig_lease TO PUBLIC";
    for (backstage, code, words) in [
        (trigger, 4, "\"__dbmig_lease\" belongs to"),
        (policy, 1, "is not the plain table that it should be"),
    ] {
        let scene = Scene::new("SELECT 1");
        scene.as_intruder(&format!("{drop}; {lease}{backstage}"));
        scene.refuse(&[&["run", "--lock", "lease"]], code, words);
        // Where no lease is asked for, it does not matter.
        as_role(&scene.project, &scene.db, &scene.plain, "one", &["run"]).success();
        scene.refuse(&[&["revert", "--lock", "lease"]], code, words);
        assert!(scene.db.column("SELECT who FROM loot").is_empty());
    }
}
