//! One at a time in a folder.

use std::fs::File;
use std::path::Path;

/// Does `work` while no other program of ours works on `folder`. Where folders cannot be opened
/// (Windows), others may; `run` then names what came of it.
pub(crate) fn exclusively<R>(folder: &Path, work: impl FnOnce() -> R) -> R {
    let mut lock = File::open(folder).ok().map(fd_lock::RwLock::new);
    let _guard = lock.as_mut().and_then(|lock| lock.write().ok());
    work()
}
