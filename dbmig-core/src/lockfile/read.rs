//! From the text of a lock file to what it holds.

use super::entry;
use super::{
    DIGEST_KEY, FORMAT, FORMAT_KEY, INFERENCE_KEY, LockFile, ParseError, ParseErrorKind, Section,
    conflict, digest,
};
use crate::sql::Position;
use crate::{Checksum, Dialect};

const BYTE_ORDER_MARK: char = '\u{feff}';

pub(super) fn lock(text: &str) -> Result<LockFile, ParseError> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    // Before all else: what stands between the marks is no mistake of its own.
    if let Some(line) = text.lines().position(conflict::is_mark) {
        return Err(at(line, 0, ParseErrorKind::Conflict));
    }
    let mut reader = Reader { lock: LockFile::default(), format: false };
    let mut lines = text.lines().enumerate();
    for (index, line) in lines.by_ref() {
        if let Some(written) = line.strip_prefix(DIGEST_KEY) {
            let before = line.as_ptr() as usize - text.as_ptr() as usize;
            if Checksum::from_hex(written.trim()) != Some(digest(&text[..before])) {
                return Err(at(index, 0, ParseErrorKind::Digest));
            }
            let behind = lines.find(|(_, line)| !line.is_empty());
            let wrong = ParseErrorKind::Line("nothing stands behind the digest");
            return behind.map_or(Ok(reader.lock), |(index, _)| Err(at(index, 0, wrong)));
        }
        reader.line(index, line)?;
    }
    Err(at(text.lines().count(), 0, ParseErrorKind::NoDigest))
}

/// The databases that the text has a section for, whatever else is in it.
#[cfg(all(feature = "codegen", not(feature = "scan")))]
pub(crate) fn dialects(text: &str) -> Vec<Dialect> {
    text.lines().filter_map(section).map(|section| section.dialect).collect()
}

struct Reader {
    lock: LockFile,
    /// Whether its line was read.
    format: bool,
}

impl Reader {
    fn line(&mut self, index: usize, line: &str) -> Result<(), ParseError> {
        let wrong = |what| at(index, 0, ParseErrorKind::Line(what));
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if let Some(format) = line.strip_prefix(FORMAT_KEY) {
            self.format = format.trim().parse() == Ok(FORMAT);
            let unknown = ParseErrorKind::Format(format.trim().to_owned());
            return if self.format { Ok(()) } else { Err(at(index, 0, unknown)) };
        }
        if !self.format {
            return Err(wrong("this is no lock file of dbmig, or its first line is missing"));
        }
        if line.starts_with('[') {
            let section = section(line).ok_or_else(|| wrong("this section is not understood"))?;
            if self.lock.section(section.dialect).is_some() {
                return Err(wrong("this section is there twice"));
            }
            self.lock.sections.push(section);
            return Ok(());
        }
        let Some(section) = self.lock.sections.last_mut() else {
            return Err(wrong("a migration stands before the first section"));
        };
        let entry = entry::read(line).map_err(|(part, what)| {
            let column = (part.as_ptr() as usize).checked_sub(line.as_ptr() as usize);
            let column = column.filter(|column| *column <= line.len() && !part.is_empty());
            let before = line.get(..column.unwrap_or(line.len())).unwrap_or(line);
            at(index, before.chars().count(), ParseErrorKind::Line(what))
        })?;
        match section.entries.last() {
            Some(last) if last.version >= entry.version => {
                Err(wrong("the migrations are not in the order of their versions"))
            }
            _ => {
                section.entries.push(entry);
                Ok(())
            }
        }
    }
}

/// `[sqlite] inference 1`
fn section(line: &str) -> Option<Section> {
    let (dialect, rest) = line.strip_prefix('[')?.split_once("] ")?;
    let dialect = Dialect::ALL.into_iter().find(|one| one.name() == dialect)?;
    let inference = rest.strip_prefix(INFERENCE_KEY)?.strip_prefix(' ')?.parse().ok()?;
    Some(Section { dialect, inference, entries: Vec::new() })
}

/// Lines and columns are counted from 1.
fn at(line: usize, column: usize, kind: ParseErrorKind) -> ParseError {
    let counted = |index: usize| u32::try_from(index + 1).unwrap_or(u32::MAX);
    let position = Position { line: counted(line), column: counted(column) };
    ParseError { position, kind }
}
