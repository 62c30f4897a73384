//! What tells one build of a version from another: the git revision, read without git.

use std::fs;
use std::path::{Path, PathBuf};

/// The commit that is checked out.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Revision {
    /// Its hash, as far as people write it.
    pub(super) id: String,
    /// The files that change when another one is checked out, or a new one is made. All of them are
    /// there: a missing one would rerun the build script each time.
    pub(super) watched: Vec<PathBuf>,
}

/// As many digits name a commit in a large repository.
const DIGITS: usize = 12;
/// References may lead to others; git itself stops at five.
const DEPTH: usize = 5;

/// The commit that is checked out in the repository that `folder` is in.
pub(super) fn revision(folder: &Path) -> Option<Revision> {
    let repository = Repository::around(folder)?;
    let mut watched = vec![repository.own.join("HEAD")];
    let mut text = fs::read_to_string(&watched[0]).ok()?;
    for _ in 0..DEPTH {
        let Some(name) = text.trim().strip_prefix("ref:").map(str::trim) else { break };
        let path = repository.common.join(name);
        text = match fs::read_to_string(&path) {
            Ok(text) => {
                watched.push(path);
                text
            }
            // The next commit makes a file of it.
            Err(_) => {
                let packed = repository.common.join("packed-refs");
                let hash = packed_hash(&fs::read_to_string(&packed).ok()?, name)?;
                watched.push(packed);
                watched.extend(path.ancestors().find(|folder| folder.is_dir()).map(Path::to_owned));
                hash
            }
        };
    }
    let hash = text.trim();
    let is_hash = hash.len() >= 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| Revision { id: hash[..DIGITS].to_owned(), watched })
}

fn packed_hash(packed: &str, name: &str) -> Option<String> {
    let mut lines = packed.lines().filter_map(|line| line.split_once(' '));
    lines.find(|(_, packed)| packed.trim() == name).map(|(hash, _)| hash.to_owned())
}

/// Where git keeps what is needed.
struct Repository {
    /// What belongs to this checkout: `HEAD`.
    own: PathBuf,
    /// What all checkouts share: branches.
    common: PathBuf,
}

impl Repository {
    fn around(folder: &Path) -> Option<Self> {
        let entry = folder.ancestors().map(|folder| folder.join(".git")).find(|it| it.exists())?;
        if entry.is_dir() {
            return Some(Self { own: entry.clone(), common: entry });
        }
        // A worktree, or a submodule.
        let text = fs::read_to_string(&entry).ok()?;
        let own = entry.parent()?.join(text.trim().strip_prefix("gitdir:")?.trim());
        let common = match fs::read_to_string(own.join("commondir")) {
            Ok(path) => own.join(path.trim()),
            Err(_) => own.clone(),
        };
        Some(Self { own, common })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn git(folder: &Path, args: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=a", "-c", "user.email=a@b.invalid"]).args(args);
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(name);
        }
        let output = command.current_dir(folder).output().expect("git is installed");
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// What git says itself, in each form that it gives a checkout.
    #[test]
    fn it_is_the_commit_that_git_names() {
        let root = tempfile::tempdir().unwrap();
        let main = root.path().join("main");
        let package = main.join("crates/app");
        fs::create_dir_all(&package).unwrap();
        assert_eq!(revision(&package), None, "no repository");
        git(&main, &["init", "--quiet", "--initial-branch", "feature/x"]);
        assert_eq!(revision(&package), None, "no commit");
        let commit = |folder: &Path| {
            git(folder, &["commit", "--quiet", "--allow-empty", "--message", "x"]);
        };
        let same = |folder: &Path, what: &str| {
            let found = revision(folder).unwrap_or_else(|| panic!("{what}"));
            assert_eq!(found.id, git(folder, &["rev-parse", "HEAD"])[..DIGITS], "{what}");
            assert!(found.watched.iter().all(|path| path.exists()), "{what}: {found:?}");
            found
        };
        commit(&main);
        let loose = same(&package, "a branch");
        assert!(loose.watched[1].ends_with(".git/refs/heads/feature/x"), "{loose:?}");
        git(&main, &["pack-refs", "--all"]);
        let packed = same(&package, "a packed branch");
        assert!(packed.watched[1].ends_with("packed-refs"), "{packed:?}");
        assert!(packed.watched[2].is_dir(), "a commit makes a file in it: {packed:?}");
        commit(&main);
        assert_ne!(same(&package, "a packed branch that went on").id, packed.id);
        let other = root.path().join("other");
        git(&main, &["worktree", "add", "--quiet", "-b", "y", other.to_str().unwrap()]);
        commit(&other);
        same(&other, "a worktree");
        same(&package, "beside a worktree");
        git(&main, &["checkout", "--quiet", "--detach"]);
        same(&package, "detached");
    }
}
