//! One migration as one line.

use super::text::escape_first;
use super::{FileSum, FileSums, LockEntry, Note, settings, verdict};
use crate::escape::{escape, unescape};
use crate::impact::{Losses, ReversalVerdict};
use crate::migration::Settings;
use crate::scan::Rule;
use crate::{Checksum, Version};

const SETTINGS: &str = "settings ";
const LOSES: &str = "loses ";
const WARNS: &str = "warns";
const CHECKSUM: &str = "checksum ";
const UP: &str = "up ";
const DOWN: &str = "down ";
const METADATA: &str = "metadata ";

/// What a reviewer wants to read stands first, what only programs read last.
pub(super) fn write(entry: &LockEntry, text: &mut String) {
    let mut parts = vec![
        escape_first(entry.version.as_str()),
        escape(&entry.name).into_owned(),
        verdict::compatibility(&entry.compatibility, &entry.settings),
        verdict::reversibility(&entry.reversibility, &entry.settings),
    ];
    if entry.settings != Settings::DEFAULT {
        parts.push(format!("{SETTINGS}{}", settings::write(&entry.settings)));
    }
    if let ReversalVerdict::Lossy(Losses::Known(losses)) = &entry.reversibility.reversal {
        parts.extend(losses.iter().map(|loss| format!("{LOSES}{}", verdict::loss(loss))));
    }
    for Note { rule, text } in &entry.notes {
        let rule = rule.map_or_else(String::new, |rule| format!("({})", rule.key()));
        parts.push(format!("{WARNS}{rule} {}", escape(text)));
    }
    let FileSums { up, down, metadata } = &entry.files;
    parts.push(format!("{CHECKSUM}{}", entry.checksum));
    parts.push(format!("{UP}{up}"));
    parts.extend(down.map(|sum| format!("{DOWN}{sum}")));
    parts.extend(metadata.map(|sum| format!("{METADATA}{sum}")));
    text.push_str(&parts.join("\t"));
    text.push('\n');
}

/// Where in the line something is wrong, and what.
pub(super) type Wrong<'t> = (&'t str, &'static str);

/// Reads what [`write`] has written.
pub(super) fn read(line: &str) -> Result<LockEntry, Wrong<'_>> {
    let mut parts = Parts { rest: Some(line) };
    let version = parts.next("the version is missing")?;
    let name = parts.next("the name is missing")?;
    let compatibility = parts.next("the compatibility is missing")?;
    let reversibility = parts.next("the reversibility is missing")?;
    let settings = match parts.next_if(SETTINGS) {
        None => Settings::DEFAULT,
        Some(said) => settings::read(said).ok_or((said, "these settings are not understood"))?,
    };
    let mut losses = Vec::new();
    while let Some(loss) = parts.next_if(LOSES) {
        losses.push(verdict::read_loss(loss).ok_or((loss, "this loss is not understood"))?);
    }
    let mut notes = Vec::new();
    while let Some(said) = parts.next_if(WARNS) {
        notes.push(note(said).ok_or((said, "this warning is not understood"))?);
    }
    let sum = parts.next_if(CHECKSUM).ok_or_else(|| parts.here("the checksum is missing"))?;
    let checksum = Checksum::from_hex(sum).ok_or((sum, "this is no checksum"))?;
    let up = parts.sum(UP)?.ok_or_else(|| parts.here("the checksum of up.sql is missing"))?;
    let files = FileSums { up, down: parts.sum(DOWN)?, metadata: parts.sum(METADATA)? };
    if let Some(more) = parts.rest {
        return Err((more, "this part is not understood"));
    }
    let plain = unescape(name);
    let of_name = Version::of_directory(&plain).ok();
    let of_name = of_name.filter(|of_name| of_name.as_str() == unescape(version));
    Ok(LockEntry {
        version: of_name.ok_or((version, "this is not the version of the name behind it"))?,
        name: plain,
        compatibility: verdict::read_compatibility(compatibility, &settings)
            .ok_or((compatibility, "this compatibility is not understood"))?,
        reversibility: verdict::read_reversibility(reversibility, &settings, losses)
            .ok_or((reversibility, "this reversibility is not understood"))?,
        settings,
        notes,
        checksum,
        files,
    })
}

/// `(transaction-control) up.sql:1:1: ..`, or without a rule ` up.sql:1:1: ..`
fn note(text: &str) -> Option<Note> {
    if let Some(text) = text.strip_prefix(' ') {
        return Some(Note { rule: None, text: unescape(text) });
    }
    let (key, text) = text.strip_prefix('(')?.split_once(") ")?;
    let rule = Rule::ALL.into_iter().find(|rule| rule.key() == key)?;
    Some(Note { rule: Some(rule), text: unescape(text) })
}

/// The parts of a line that are left.
struct Parts<'t> {
    rest: Option<&'t str>,
}

impl<'t> Parts<'t> {
    fn next(&mut self, missing: &'static str) -> Result<&'t str, Wrong<'t>> {
        let rest = self.rest.ok_or(("", missing))?;
        let (part, rest) = match rest.split_once('\t') {
            Some((part, rest)) => (part, Some(rest)),
            None => (rest, None),
        };
        self.rest = rest;
        Ok(part)
    }

    /// The next part without its word, if it begins with it.
    fn next_if(&mut self, word: &str) -> Option<&'t str> {
        self.rest.filter(|rest| rest.starts_with(word))?;
        self.next("").ok()?.strip_prefix(word)
    }

    fn sum(&mut self, word: &str) -> Result<Option<FileSum>, Wrong<'t>> {
        let Some(text) = self.next_if(word) else { return Ok(None) };
        FileSum::from_hex(text).map(Some).ok_or((text, "this is no checksum"))
    }

    fn here(&self, what: &'static str) -> Wrong<'t> {
        (self.rest.unwrap_or_default(), what)
    }
}
