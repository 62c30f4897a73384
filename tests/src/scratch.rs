//! Temporary folders that are gone after the test process, however it ends.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

struct Scratch {
    root: TempDir,
    /// Its standard input is the pipe whose end tells it that this process is gone.
    _guard: Child,
}

/// A new folder, removed when the value is dropped, and at the latest after the test process.
pub fn folder() -> TempDir {
    static SCRATCH: OnceLock<Scratch> = OnceLock::new();
    let scratch = SCRATCH.get_or_init(|| {
        let root = tempfile::Builder::new().prefix("dbmig-scratch-").tempdir().unwrap();
        let guard = guard(root.path());
        Scratch { root, _guard: guard }
    });
    tempfile::Builder::new().prefix("").tempdir_in(scratch.root.path()).unwrap()
}

/// A shell that waits for the end of its input, which even `kill -9` of this process brings about,
/// and then removes the folder.
fn guard(root: &Path) -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", r#"cat >/dev/null; rm -rf "$1""#, "dbmig-scratch"]).arg(root);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    crate::servers::detach(&mut command);
    command.spawn().expect("`sh` starts")
}
