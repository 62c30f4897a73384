//! A lock file in which Git has left both sides of a merge.

use super::{FORMAT_KEY, LockFile, Section, entry};
use crate::{Dialect, Version};

/// What one side of the merge has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// The versions of its migrations, in their order, and their names; of each database.
    pub entries: Vec<(Dialect, Version, String)>,
}

impl Side {
    pub(super) fn of(lock: &LockFile) -> Self {
        let of_section = |section: &Section| {
            let dialect = section.dialect;
            let entries = section.entries.iter();
            let entries = entries.map(|entry| (dialect, entry.version.clone(), entry.name.clone()));
            entries.collect::<Vec<_>>()
        };
        Self { entries: lock.sections.iter().flat_map(of_section).collect() }
    }
}

/// Whether this line is a mark of Git's.
pub(super) fn is_mark(line: &str) -> bool {
    Mark::of(line).is_some()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Ours,
    Base,
    Theirs,
    End,
}

impl Mark {
    fn of(line: &str) -> Option<Self> {
        let marked = |mark: &str| {
            let behind = line.strip_prefix(mark);
            behind.is_some_and(|behind| behind.is_empty() || behind.starts_with(' '))
        };
        match line.as_bytes().first()? {
            b'<' if marked("<<<<<<<") => Some(Self::Ours),
            b'|' if marked("|||||||") => Some(Self::Base),
            b'=' if marked("=======") => Some(Self::Theirs),
            b'>' if marked(">>>>>>>") => Some(Self::End),
            _ => None,
        }
    }
}

/// Our side and theirs, as far as they can be told; none where there is no conflict.
///
/// What is not understood is passed over: the files say what there is, this only tells who has added
/// what.
pub fn sides(text: &str) -> Option<[Side; 2]> {
    text.lines().any(is_mark).then(|| {
        let mut sides = [Side::default(), Side::default()];
        let mut within = None;
        // Each side may have sections of its own.
        let mut dialects = [None; 2];
        for line in text.lines() {
            if let Some(mark) = Mark::of(line) {
                within = (mark != Mark::End).then_some(mark);
                continue;
            }
            let of: &[usize] = match within {
                None | Some(Mark::End) => &[0, 1],
                Some(Mark::Ours) => &[0],
                Some(Mark::Theirs) => &[1],
                Some(Mark::Base) => &[],
            };
            for &side in of {
                match section(line) {
                    Some(dialect) => dialects[side] = dialect,
                    None => {
                        let entry = entry::read(line).ok();
                        let known = dialects[side].zip(entry);
                        let known = known.map(|(d, entry)| (d, entry.version, entry.name));
                        sides[side].entries.extend(known);
                    }
                }
            }
        }
        sides
    })
}

/// The database of a line that begins a section; a section of an unknown one has none.
fn section(line: &str) -> Option<Option<Dialect>> {
    let name = line.strip_prefix('[').filter(|_| !line.starts_with(FORMAT_KEY))?;
    let (name, _) = name.split_once(']')?;
    Some(Dialect::ALL.into_iter().find(|dialect| dialect.name() == name))
}
