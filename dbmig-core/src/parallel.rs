//! Work on many migrations at once: a thousand of them are three thousand small files.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::thread;

/// With fewer for each, a thread costs more than it spares.
const EACH: usize = 64;

/// `work` on each of `items`, in their order, by as many threads as there are processors.
#[cfg(feature = "files")]
pub(crate) fn map<'i, T: Sync, R: Send>(
    items: &'i [T],
    work: impl Fn(&'i T) -> R + Sync,
) -> Vec<R> {
    match threads(items.len()) {
        0 | 1 => items.iter().map(work).collect(),
        threads => on_threads(items, threads, thread::Builder::new, work),
    }
}

/// [`map`], never on the thread that asks: what is on others has a stack of that many bytes.
#[cfg(feature = "infer")]
pub(crate) fn map_deep<'i, T: Sync, R: Send>(
    items: &'i [T],
    stack: usize,
    work: impl Fn(&'i T) -> R + Sync,
) -> Vec<R> {
    let builder = || thread::Builder::new().stack_size(stack);
    on_threads(items, threads(items.len()).max(1), builder, work)
}

fn threads(items: usize) -> usize {
    // To ask the system costs more than a small folder.
    if items < 2 * EACH {
        return 1;
    }
    let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    processors.min(items / EACH)
}

/// Where the system has no thread to give, what it was for is done here.
fn on_threads<'i, T: Sync, R: Send>(
    items: &'i [T],
    threads: usize,
    builder: impl Fn() -> thread::Builder,
    work: impl Fn(&'i T) -> R + Sync,
) -> Vec<R> {
    let work = &work;
    let start = |part: &'i [T]| part.iter().map(work).collect::<Vec<_>>();
    let start = &start;
    thread::scope(|scope| {
        let parts = items.chunks(items.len().div_ceil(threads).max(1));
        let running: Vec<_> =
            parts.map(|part| (part, builder().spawn_scoped(scope, move || start(part)))).collect();
        let parts = running.into_iter().map(|(part, running)| match running {
            Ok(running) => running.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => start(part),
        });
        parts.flatten().collect()
    })
}

#[cfg(all(test, feature = "scan"))]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_the_items() {
        for count in [0, 1, EACH, 2 * EACH, 1000, 1001] {
            let items: Vec<_> = (0..count).collect();
            let doubled: Vec<_> = items.iter().map(|item| item * 2).collect();
            assert_eq!(map(&items, |item| item * 2), doubled);
            assert_eq!(map_deep(&items, 1 << 20, |item| item * 2), doubled);
        }
    }
}
