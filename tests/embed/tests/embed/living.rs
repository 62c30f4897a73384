//! A crate that lives: its migrations come, change and go between builds.

use std::fs;
use std::fs::File;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::app::{App, Way};

/// What of the build script's former run is left when the next build begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cache {
    Warm,
    Cold,
}

struct Change {
    what: &'static str,
    make: fn(&App),
    /// What the program prints after it.
    prints: &'static [&'static str],
}

const CHANGES: &[Change] = &[
    Change {
        what: "a directory is added",
        make: |app| app.migration("2_b", "SELECT 2", "SELECT -2"),
        prints: &["1_a/1/-1 Transaction", "2_b/2/-2 Transaction"],
    },
    Change {
        what: "up.sql is edited",
        make: |app| app.write("migrations/2_b/up.sql", "SELECT 22"),
        prints: &["1_a/1/-1 Transaction", "2_b/22/-2 Transaction"],
    },
    Change {
        what: "down.sql is edited",
        make: |app| app.write("migrations/2_b/down.sql", "SELECT -22"),
        prints: &["1_a/1/-1 Transaction", "2_b/22/-22 Transaction"],
    },
    Change {
        what: "metadata.toml is added",
        make: |app| app.write("migrations/2_b/metadata.toml", "run_in_transaction = false"),
        prints: &["1_a/1/-1 Transaction", "2_b/22/-22 Statements"],
    },
    Change {
        what: "metadata.toml is edited",
        make: |app| app.write("migrations/2_b/metadata.toml", "run_in_transaction = true"),
        prints: &["1_a/1/-1 Transaction", "2_b/22/-22 Transaction"],
    },
    Change {
        what: "down.sql is removed",
        make: |app| fs::remove_file(app.path("migrations/2_b/down.sql")).unwrap(),
        prints: &["1_a/1/-1 Transaction", "2_b/22/none Transaction"],
    },
    Change {
        what: "a directory is renamed",
        make: |app| fs::rename(app.path("migrations/2_b"), app.path("migrations/3_c")).unwrap(),
        prints: &["1_a/1/-1 Transaction", "3_c/22/none Transaction"],
    },
    Change {
        what: "a directory is removed",
        make: |app| fs::remove_dir_all(app.path("migrations/1_a")).unwrap(),
        prints: &["3_c/22/none Transaction"],
    },
    Change {
        what: "a directory is moved in whose times are old",
        make: |app| {
            app.write("elsewhere/up.sql", "SELECT 4");
            app.write("elsewhere/down.sql", "SELECT -4");
            for name in ["elsewhere/up.sql", "elsewhere/down.sql", "elsewhere"] {
                make_old(&app.path(name));
            }
            fs::rename(app.path("elsewhere"), app.path("migrations/4_d")).unwrap();
        },
        prints: &["3_c/22/none Transaction", "4_d/4/-4 Transaction"],
    },
    Change {
        what: "a file is replaced by one whose time is old",
        make: |app| {
            app.write("elsewhere.sql", "SELECT 44");
            make_old(&app.path("elsewhere.sql"));
            fs::rename(app.path("elsewhere.sql"), app.path("migrations/4_d/up.sql")).unwrap();
        },
        prints: &["3_c/22/none Transaction", "4_d/44/-4 Transaction"],
    },
    Change {
        what: "a directory is removed, and all times that are left are old",
        make: |app| {
            fs::remove_dir_all(app.path("migrations/3_c")).unwrap();
            make_all_old(app);
        },
        prints: &["4_d/44/-4 Transaction"],
    },
    Change {
        what: "a directory is renamed, and all times are old",
        make: |app| {
            fs::rename(app.path("migrations/4_d"), app.path("migrations/5_e")).unwrap();
            make_all_old(app);
        },
        prints: &["5_e/44/-4 Transaction"],
    },
    Change {
        what: "the last directory is removed",
        make: |app| fs::remove_dir_all(app.path("migrations/5_e")).unwrap(),
        prints: &[],
    },
];

/// One line for each migration: name, up, down, execution.
const PRINT: &str = r#"
mod migrations;

use dbmig_runtime::__private::migration::Down;

fn main() {
    for migration in migrations::ALL.set() {
        let down = match migration.down() {
            Down::Script(script) => &script.text,
            Down::Missing => "none",
        };
        let texts = format!("{}/{}/{down}", migration.name, migration.up().text);
        println!("{} {:?}", texts.replace("SELECT ", ""), migration.settings.execution);
    }
}
"#;

fn make_old(path: &Path) {
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    File::open(path).unwrap().set_modified(old).unwrap();
}

/// Directories too: what an unpacked archive or an image layer looks like.
fn make_all_old(app: &App) {
    for directory in fs::read_dir(app.path("migrations")).unwrap() {
        let directory = directory.unwrap().path();
        fs::read_dir(&directory).unwrap().for_each(|file| make_old(&file.unwrap().path()));
        make_old(&directory);
    }
    make_old(&app.path("migrations"));
}

fn live(name: &str, way: Way, cache: Cache) {
    let app = App::new(name, way);
    app.write("src/main.rs", PRINT);
    app.migration("1_a", "SELECT 1", "SELECT -1");
    app.build().assert_succeeded();
    assert_eq!(app.run(), "1_a/1/-1 Transaction\n");
    for change in CHANGES {
        (change.make)(&app);
        if cache == Cache::Cold {
            let clean = app.cargo(&["clean", "--offline", "-p", name]).output().unwrap();
            assert!(clean.status.success());
        }
        app.build().assert_succeeded();
        let printed: String = change.prints.iter().map(|line| format!("{line}\n")).collect();
        assert_eq!(app.run(), printed, "{}", change.what);
        // Nothing changed since: nothing is compiled.
        let again = app.build();
        assert_eq!(again.assert_succeeded().compiled, [""; 0], "{}", change.what);
    }
}

#[test]
fn with_the_macro() {
    live("living-macro-warm", Way::Macro, Cache::Warm);
}

#[test]
fn with_the_macro_and_a_cold_cache() {
    live("living-macro-cold", Way::Macro, Cache::Cold);
}

#[test]
fn with_the_build_script() {
    live("living-script-warm", Way::BuildScript, Cache::Warm);
}

#[test]
fn with_the_build_script_and_a_cold_cache() {
    live("living-script-cold", Way::BuildScript, Cache::Cold);
}

/// Cargo cannot see this change. When the crate is compiled for another reason, the macro does,
/// and says what helps.
#[test]
fn an_edit_in_place_with_an_old_time_is_refused_and_mended_by_touch() {
    let app = App::new("living-in-place", Way::Macro);
    app.write("src/main.rs", PRINT);
    app.migration("1_a", "SELECT 1", "SELECT -1");
    app.build().assert_succeeded();
    app.write("migrations/1_a/up.sql", "SELECT 11");
    make_all_old(&app);
    app.write("src/main.rs", format!("{PRINT}// edited\n"));
    let build = app.build();
    assert_eq!(build.errors.len(), 1, "{:#?}", build.errors);
    assert!(build.errors[0].starts_with("`migrations` is not what the build script saw"));
    assert!(build.errors[0].ends_with("run `touch migrations` and build again"));
    File::open(app.path("migrations")).unwrap().set_modified(SystemTime::now()).unwrap();
    app.build().assert_succeeded();
    assert_eq!(app.run(), "1_a/11/-1 Transaction\n");
}

/// A directory that is not there yet, or no longer, is noticed like any other change.
#[test]
fn the_directory_itself_comes_and_goes() {
    let app = App::new("living-directory", Way::Macro);
    app.write("src/main.rs", PRINT);
    fs::remove_dir(app.path("migrations")).unwrap();
    assert!(app.build().errors[0].starts_with("migrations: no such directory"));
    app.migration("1_a", "SELECT 1", "SELECT -1");
    app.build().assert_succeeded();
    assert_eq!(app.run(), "1_a/1/-1 Transaction\n");
    fs::rename(app.path("migrations"), app.path("elsewhere")).unwrap();
    assert!(app.build().errors[0].starts_with("migrations: no such directory"));
}
