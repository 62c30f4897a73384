//! What a lifecycle job of Qovery tells the stages after it: variables in a file that is read once the
//! job has ended with 0 (<https://www.qovery.com/docs/configuration/lifecycle-job>).

use std::path::PathBuf;

use dbmig_core::MigrationSet;
use dbmig_core::plan::Relation;
use serde_json::json;

use crate::report::Report;

/// Another folder than Qovery's, to see what would be written.
const FOLDER_VARIABLE: &str = "DBMIG_QOVERY_OUTPUT";

/// Writes the file where the folder is there, as it is in Qovery's jobs; in words, why it could not.
pub(super) fn write(verdict: Relation, report: &Report, set: &MigrationSet) -> Result<(), String> {
    let folder = std::env::var_os(FOLDER_VARIABLE).filter(|folder| !folder.is_empty());
    let folder = folder.map_or_else(|| PathBuf::from("/qovery-output"), PathBuf::from);
    if !folder.is_dir() {
        return Ok(());
    }
    let newest = set.as_slice().last().map_or("", |migration| &*migration.name);
    let variable = |value: String| json!({ "value": value, "sensitive": false });
    let variables = json!({
        "DBMIG_VERDICT": variable(verdict.name().to_owned()),
        "DBMIG_APPLIED": variable(report.applied().count().to_string()),
        "DBMIG_REVERTED": variable(report.reverted().count().to_string()),
        "DBMIG_NEWEST": variable(newest.to_owned()),
    });
    let path = folder.join("qovery-output.json");
    std::fs::write(&path, format!("{variables:#}\n"))
        .map_err(|error| format!("{} could not be written: {error}", path.display()))
}
