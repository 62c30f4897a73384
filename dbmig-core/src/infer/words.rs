//! The words of a body, with those of the texts in it.

use crate::Dialect;
use crate::sql::Statement;
use crate::sql::token::{Token, TokenKind};

/// A text and its tokens.
#[derive(Clone, Debug)]
pub(in crate::infer) struct Words {
    dialect: Dialect,
    text: String,
    words: Vec<Word>,
}

#[derive(Clone, Debug)]
struct Word {
    kind: TokenKind,
    /// Bytes of the text.
    from: usize,
    to: usize,
    /// A word in lower case, a name without its quotes, a symbol as it is.
    key: String,
}

impl Words {
    pub(in crate::infer) fn of(statement: &Statement<'_>) -> Self {
        Self::made_of(statement, statement.text, statement.tokens())
    }

    /// Of a text that was a string in the statement.
    pub(in crate::infer) fn read(statement: &Statement<'_>, text: &str) -> Self {
        Self::made_of(statement, text, statement.tokens_of(text))
    }

    fn made_of<'p>(
        statement: &Statement<'_>,
        text: &str,
        tokens: impl Iterator<Item = Token<'p>>,
    ) -> Self {
        let words = tokens.map(|token| Word {
            kind: token.kind,
            from: token.offset,
            to: token.end(),
            key: key(&token),
        });
        Self { dialect: statement.dialect(), words: words.collect(), text: text.to_owned() }
    }

    /// All words, with those of strings in their place: a body, or what it executes.
    pub(in crate::infer) fn opened(statement: &Statement<'_>) -> Self {
        Self::of(statement).open(statement, 3)
    }

    fn open(self, statement: &Statement<'_>, depth: usize) -> Self {
        let outer = self;
        let (dialect, text) = (statement.dialect(), String::new());
        let mut all = Self { dialect, text, words: Vec::new() };
        for word in &outer.words {
            let inner = (word.kind == TokenKind::String && depth > 0)
                .then(|| unquoted(&outer.text[word.from..word.to]))
                .flatten();
            match inner {
                Some(inner) => {
                    let inner = Self::read(statement, &inner).open(statement, depth - 1);
                    all.words.extend(inner.words);
                }
                None => all.words.push(word.clone()),
            }
        }
        all
    }

    pub(in crate::infer) const fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub(in crate::infer) fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether the word there is this keyword.
    pub(in crate::infer) fn is(&self, at: usize, keyword: &str) -> bool {
        self.words.get(at).is_some_and(|word| word.kind == TokenKind::Word && word.key == keyword)
    }

    pub(in crate::infer) fn any(&self, at: usize, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is(at, keyword))
    }

    pub(in crate::infer) fn phrase(&self, at: usize, keywords: &[&str]) -> bool {
        keywords.iter().enumerate().all(|(offset, keyword)| self.is(at + offset, keyword))
    }

    pub(in crate::infer) fn symbol(&self, at: usize, symbol: &str) -> bool {
        self.words.get(at).is_some_and(|word| word.kind == TokenKind::Symbol && word.key == symbol)
    }

    pub(in crate::infer) fn is_number(&self, at: usize) -> bool {
        self.words.get(at).is_some_and(|word| word.kind == TokenKind::Number)
    }

    /// The name there, or what may be one.
    pub(in crate::infer) fn name(&self, at: usize) -> Option<&str> {
        let word = self.words.get(at)?;
        matches!(word.kind, TokenKind::Word | TokenKind::Name).then_some(word.key.as_str())
    }

    /// The content of the string there.
    pub(in crate::infer) fn string(&self, at: usize) -> Option<String> {
        let word = self.words.get(at).filter(|word| word.kind == TokenKind::String)?;
        unquoted(&self.text[word.from..word.to])
    }

    /// The last part of the name that begins there, and the place behind it.
    pub(in crate::infer) fn object(&self, mut at: usize) -> Option<(&str, usize)> {
        let mut last = self.name(at)?;
        while self.symbol(at + 1, ".") {
            let Some(name) = self.name(at + 2) else { break };
            last = name;
            at += 2;
        }
        Some((last, at + 1))
    }

    pub(in crate::infer) fn is_anywhere(&self, keyword: &str) -> bool {
        (0..self.len()).any(|at| self.is(at, keyword))
    }

    pub(in crate::infer) fn mentions(&self, name: &str) -> bool {
        (0..self.len()).any(|at| self.name(at).is_some_and(|one| same(one, name)))
    }

    /// The place behind the parenthesis that closes the one there.
    pub(in crate::infer) fn closed(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for at in open..self.len() {
            if self.symbol(at, "(") {
                depth += 1;
            } else if self.symbol(at, ")") {
                depth = depth.checked_sub(1)?;
            }
            if depth == 0 {
                return Some(at + 1);
            }
        }
        None
    }

    /// The first place in a stretch, outside of parentheses, of which this is true.
    pub(in crate::infer) fn find(
        &self,
        from: usize,
        to: usize,
        is: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let mut at = from;
        while at < to {
            if is(at) {
                return Some(at);
            }
            at = if self.symbol(at, "(") { self.closed(at)? } else { at + 1 };
        }
        None
    }

    /// The places from there to the end of their query, without what is in parentheses.
    pub(in crate::infer) fn level(&self, from: usize) -> impl Iterator<Item = usize> {
        let ends = |at: usize| at >= self.len() || self.symbol(at, ")") || self.symbol(at, ";");
        let next = move |at: &usize| {
            let next = if self.symbol(*at, "(") { self.closed(*at)? } else { at + 1 };
            (!ends(next)).then_some(next)
        };
        std::iter::successors((!ends(from)).then_some(from), next)
    }

    /// A stretch at the commas outside of its parentheses.
    pub(in crate::infer) fn list(&self, from: usize, to: usize) -> Vec<(usize, usize)> {
        let (mut parts, mut begun) = (Vec::new(), from);
        while let Some(comma) = self.find(begun, to, |at| self.symbol(at, ",")) {
            parts.push((begun, comma));
            begun = comma + 1;
        }
        parts.push((begun, to));
        parts
    }

    /// The text of a stretch.
    pub(in crate::infer) fn slice(&self, from: usize, to: usize) -> &str {
        match (self.words.get(from), to.checked_sub(1).and_then(|last| self.words.get(last))) {
            (Some(first), Some(last)) if from < to => &self.text[first.from..last.to],
            _ => "",
        }
    }

    /// The words of a stretch, one space between any two.
    pub(in crate::infer) fn keys(&self, from: usize, to: usize) -> String {
        let words = self.words.get(from..to).unwrap_or_default();
        words.iter().map(|word| word.key.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The text of a stretch with other texts for some words and placeholders, where none of them
    /// is a part of a name.
    pub(in crate::infer) fn replaced<'w>(
        &self,
        from: usize,
        to: usize,
        with: &dyn Fn(&str) -> Option<&'w str>,
    ) -> Option<String> {
        let (mut parts, mut at) = (Vec::new(), from);
        while at < to {
            let word = self.words.get(at)?;
            let is_name =
                matches!(word.kind, TokenKind::Word | TokenKind::Name) || word.key.starts_with('$');
            match with(&word.key).filter(|_| is_name) {
                Some(_) if self.symbol(at + 1, ".") || at > 0 && self.symbol(at - 1, ".") => {
                    return None;
                }
                Some(other) => parts.push(other),
                None => parts.push(&self.text[word.from..word.to]),
            }
            at += 1;
        }
        Some(parts.join(" "))
    }

    /// Whether two stretches are the same words.
    pub(in crate::infer) fn same(
        &self,
        (from, to): (usize, usize),
        other: &Self,
        (other_from, other_to): (usize, usize),
    ) -> bool {
        let (own, others) = (self.words.get(from..to), other.words.get(other_from..other_to));
        let same = |(a, b): (&Word, &Word)| a.kind == b.kind && a.key == b.key;
        match (own, others) {
            (Some(a), Some(b)) => a.len() == b.len() && a.iter().zip(b).all(same),
            (own, others) => own.is_none() && others.is_none(),
        }
    }
}

/// Whether two names may mean the same: some databases heed no case.
pub(in crate::infer) fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

fn key(token: &Token<'_>) -> String {
    match token.kind {
        TokenKind::Word => token.text.to_ascii_lowercase(),
        TokenKind::Name => {
            let mut inside = token.text.chars();
            let quote = inside.next();
            inside.next_back();
            let quote = quote.map_or_else(String::new, |quote| quote.to_string());
            inside.as_str().replace(&quote.repeat(2), &quote)
        }
        _ => token.text.to_owned(),
    }
}

/// What a string holds, where it is one without escapes.
fn unquoted(text: &str) -> Option<String> {
    if let Some(inner) = text.strip_prefix('\'') {
        return Some(inner.strip_suffix('\'')?.replace("''", "'"));
    }
    let tag = text.find('$').filter(|at| *at == 0).and_then(|_| text[1..].find('$'))?;
    let quote = &text[..tag + 2];
    Some(text.strip_prefix(quote)?.strip_suffix(quote)?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::split;

    #[test]
    fn strings_are_opened() {
        let text = "CREATE FUNCTION f() AS $x$ SELECT 'a ''b'' c', E'd', \"E\" $x$";
        let statements = split(Dialect::Postgres, text).unwrap();
        let words = Words::opened(&statements[0]);
        assert!(["a", "b", "c", "E"].iter().all(|name| words.mentions(name)));
        assert!(!words.mentions("d"));
        let words = Words::of(&statements[0]);
        assert_eq!(words.object(2), Some(("f", 3)));
        assert_eq!(words.closed(3), Some(5));
        assert!(words.string(6).unwrap().contains("''b''"));
    }
}
