//! The commands that a build names in its errors, and the sentences that name them.
//!
//! The macro and the build script know no front end that could say them: their user runs cargo. All
//! other remedies are made where commands are known, out of typed reasons.

/// Makes a directory of migrations.
const INIT: &str = "cargo dbmig init";

/// Writes the lock file.
pub const LOCK: &str = "cargo dbmig lock";

pub(crate) fn no_directory() -> String {
    format!("no such directory: create it with `{INIT}`, or name the one that holds the migrations")
}

#[cfg(any(test, all(feature = "codegen", not(feature = "scan"))))]
pub(crate) fn no_lock() -> String {
    format!(
        "there is no lock file: run `{LOCK}` and commit what it writes, or turn on the feature `infer` of \
         dbmig-runtime, so that each build reads the SQL itself"
    )
}

#[cfg(any(test, all(feature = "codegen", not(feature = "scan"))))]
pub(crate) fn no_section(dialect: crate::Dialect) -> String {
    format!(
        "it knows nothing of {dialect}: run `{LOCK} --backend {dialect}`, with one `--backend` for each database \
         that the directory is embedded for"
    )
}

#[cfg(any(test, all(feature = "codegen", not(feature = "scan"))))]
pub(crate) fn stale(what: &str) -> String {
    format!("it is stale: {what}: run `{LOCK}`")
}

/// `version` is the one that has written the lock file.
#[cfg(any(test, all(feature = "codegen", not(feature = "scan"))))]
pub(crate) fn other_rules(version: &str) -> String {
    format!(
        "{version} has judged the SQL, by other rules: run `{LOCK}` with the version that this build uses"
    )
}

/// A lock file with something wrong in it.
pub(crate) fn lock_anew(what: &str) -> String {
    format!("{what}: run `{LOCK}`")
}

pub(crate) fn lock_conflict() -> String {
    format!("Git has left a merge conflict here: run `{LOCK}`, which writes the file anew")
}

pub(crate) fn lock_format(format: &str) -> String {
    format!(
        "the format is {}, which this version of dbmig does not read: use the version that wrote it, or \
         run `{LOCK}`",
        format.escape_debug()
    )
}

pub(crate) fn lock_digest() -> String {
    format!(
        "the digest is not that of the lines above: the file was edited, or merged without a conflict; \
         run `{LOCK}`"
    )
}
