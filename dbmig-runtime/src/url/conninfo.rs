//! libpq's connection string: `host=.. dbname=..`.

/// Whether `text` is meant to be a connection string, and no path of a file.
pub(super) fn is_conninfo(text: &str) -> bool {
    const KEYS: [&str; 7] = ["host", "hostaddr", "dbname", "user", "password", "port", "service"];
    let words = text.split_whitespace().collect::<Vec<_>>();
    let names = |word: &str| KEYS.iter().any(|key| word.strip_prefix(key) == Some(""));
    let before_equals = |word: &str| word.split_once('=').is_some_and(|(key, _)| names(key));
    words.iter().any(|word| before_equals(word))
        || words.windows(2).any(|pair| names(pair[0]) && pair[1].starts_with('='))
}

/// The pairs of libpq's connection string, by its own rules: spaces around `=`, quotes, escapes.
pub(super) fn parameters(text: &str) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=')?;
        let key = key.trim_end();
        if key.is_empty() || key.contains(char::is_whitespace) {
            return None;
        }
        let (value, after) = value(after.trim_start())?;
        pairs.push((key.to_owned(), value));
        rest = after.trim_start();
    }
    Some(pairs)
}

/// A value of a connection string, and what comes behind it.
fn value(text: &str) -> Option<(String, &str)> {
    let (quoted, text) = text.strip_prefix('\'').map_or((false, text), |inside| (true, inside));
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => value.push(characters.next()?.1),
            '\'' if quoted => return Some((value, text.get(at + 1..)?)),
            c if !quoted && c.is_whitespace() => return Some((value, text.get(at..)?)),
            c => value.push(c),
        }
    }
    (!quoted).then_some((value, ""))
}

/// A connection string of these pairs.
pub(super) fn written(parameters: &[(String, String)]) -> String {
    let plain = |value: &str| {
        !value.is_empty() && !value.contains(|c: char| c.is_whitespace() || c == '\'' || c == '\\')
    };
    let pairs = parameters.iter().map(|(key, value)| match value {
        value if plain(value) => format!("{key}={value}"),
        value => format!("{key}='{}'", value.replace('\\', "\\\\").replace('\'', "\\'")),
    });
    pairs.collect::<Vec<_>>().join(" ")
}
