//! The C libraries that the app is linked with, as Debian's packages.

use std::collections::{BTreeMap, BTreeSet};

use dbmig_core::Dialect;

/// Packages for building, and for running what was built.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Libraries {
    pub(super) build: Vec<&'static str>,
    pub(super) run: Vec<&'static str>,
}

/// What `dependencies` link, of the database `dialect` and of each other one that is built in.
pub(super) fn of(dialect: Dialect, dependencies: &BTreeMap<String, BTreeSet<String>>) -> Libraries {
    let has = |name: &str, feature: &str| {
        dependencies.get(name).is_some_and(|features| features.contains(feature))
    };
    let mut libraries = Libraries::default();
    for each in Dialect::ALL {
        let is_built_in = ["diesel", "dbmig-runtime"].iter().any(|name| has(name, each.name()));
        if each != dialect && !is_built_in {
            continue;
        }
        let (bundled, source, build, run) = match each {
            // Compiling OpenSSL takes perl and make; without it, nothing but the compiler.
            Dialect::Postgres => {
                (has("pq-sys", "bundled"), &["perl", "make"][..], "libpq-dev", "libpq5")
            }
            // Always the system's: the source of the other one is under the GPL.
            Dialect::Mysql => (false, &[][..], "libmariadb-dev", "libmariadb3"),
            Dialect::Sqlite => {
                (has("libsqlite3-sys", "bundled"), &[][..], "libsqlite3-dev", "libsqlite3-0")
            }
        };
        if bundled {
            libraries.build.extend(source);
        } else {
            libraries.build.extend([build, "pkg-config"]);
            libraries.run.push(run);
        }
    }
    libraries.build.sort_unstable();
    libraries.build.dedup();
    libraries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(dialect: Dialect, dependencies: &[(&str, &[&str])]) -> (String, String) {
        let dependencies = dependencies.iter().map(|(name, features)| {
            (name.to_string(), features.iter().map(ToString::to_string).collect())
        });
        let libraries = super::of(dialect, &dependencies.collect());
        (libraries.build.join(" "), libraries.run.join(" "))
    }

    #[test]
    fn what_is_compiled_in_is_not_installed() {
        let words = |build: &str, run: &str| (build.to_owned(), run.to_owned());
        let system = words("libpq-dev pkg-config", "libpq5");
        assert_eq!(of(Dialect::Postgres, &[]), system);
        assert_eq!(of(Dialect::Postgres, &[("pq-sys", &["bundled"])]), words("make perl", ""));
        assert_eq!(of(Dialect::Sqlite, &[("libsqlite3-sys", &["bundled"])]), words("", ""));
        assert_eq!(of(Dialect::Mysql, &[]), words("libmariadb-dev pkg-config", "libmariadb3"));
        let both: &[(&str, &[&str])] =
            &[("diesel", &["postgres", "sqlite"]), ("libsqlite3-sys", &["bundled"])];
        assert_eq!(of(Dialect::Postgres, both), system);
    }
}
