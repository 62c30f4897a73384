//! Work on many migrations at once: a thousand of them are three thousand small files.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::thread;

/// With fewer for each, a thread costs more than it spares.
const EACH: usize = 64;

/// `work` on each of `items`, in their order, by as many threads as there are processors.
pub(super) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = processors.min(items.len() / EACH);
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    let work = &work;
    thread::scope(|scope| {
        let start = |part: &'_ [T]| part.iter().map(work).collect::<Vec<_>>();
        let parts = items.chunks(items.len().div_ceil(threads));
        let running: Vec<_> = parts.map(|part| scope.spawn(move || start(part))).collect();
        let parts =
            running.into_iter().map(|part| part.join().unwrap_or_else(|p| resume_unwind(p)));
        parts.flatten().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_the_items() {
        for count in [0, 1, EACH, 2 * EACH, 1000, 1001] {
            let items: Vec<_> = (0..count).collect();
            let doubled: Vec<_> = items.iter().map(|item| item * 2).collect();
            assert_eq!(map(&items, |item| item * 2), doubled);
        }
    }
}
