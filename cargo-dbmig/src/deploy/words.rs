//! What a person writes on the command line, checked so that it fits into each format as it is.

use serde_json::json;

use crate::failure::{Failure, Result};

/// A variable of the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AppVariable {
    pub(super) name: String,
    pub(super) value: String,
}

/// Neither quotes, spaces, `$`, `%` nor a backslash: nothing that a shell, YAML, systemd or Terraform
/// reads in a way of its own.
fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-_.,:/@+=[]*~".contains(character)
}

impl AppVariable {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let refused = |why: &str| {
            Failure::usage(format!("--env {text}: {why}"))
                .help("write --env NAME=VALUE; put an unusual value into the files by hand")
        };
        let Some((name, value)) = text.split_once('=') else {
            return Err(refused("there is no `=`"));
        };
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty()
            || name.starts_with(|c: char| c.is_ascii_digit())
            || !name.chars().all(is_word)
        {
            return Err(refused("its name is made of letters, digits and `_`"));
        }
        match value.chars().find(|c| !is_plain(*c)) {
            None => Ok(Self { name: name.to_owned(), value: value.to_owned() }),
            Some(other) => Err(refused(&format!("`{other}` means something in one of the files"))),
        }
    }
}

/// The words of `--serve` and `--migrate`.
pub(super) fn words(option: &str, text: &str) -> Result<Vec<String>> {
    match text.chars().find(|c| !is_plain(*c) && *c != ' ') {
        None => Ok(text.split_whitespace().map(str::to_owned).collect()),
        Some(other) => Err(Failure::usage(format!(
            "{option} `{text}`: `{other}` means something in one of the files"
        ))
        .help("name plain words, such as --serve \"serve --workers 4\"")),
    }
}

/// A name that Kubernetes takes for a service, made of that of a program.
pub(super) fn service_name(given: Option<&str>, program: &str) -> Result<String> {
    let name = given.map_or_else(|| program.to_ascii_lowercase().replace('_', "-"), str::to_owned);
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    // `-migrate`, `-database` and the like are put behind it.
    let is_name = (1..=50).contains(&name.len())
        && name.chars().all(fits)
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('-');
    if is_name {
        return Ok(name);
    }
    Err(Failure::usage(format!("`{name}` cannot be the name of a service"))
        .help("pass --name with at most 50 lower case letters, digits and `-`, a letter first"))
}

/// An image as it is pulled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) full: String,
    /// Without registry, tag and digest.
    pub(super) name: String,
    pub(super) tag: Option<String>,
}

impl Image {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_./:@".contains(c);
        let (rest, digest) = text.split_once('@').map_or((text, None), |(a, b)| (a, Some(b)));
        // A `:` before the last `/` is that of a port.
        let (path, tag) = match rest.rsplit_once(':') {
            Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
            _ => (rest, None),
        };
        let name = match path.split_once('/') {
            Some((host, name)) if host.contains(['.', ':']) || host == "localhost" => name,
            _ => path,
        };
        let empty = [Some(name), tag, digest].into_iter().flatten().any(str::is_empty);
        if empty || !text.chars().all(fits) || name.chars().any(|c| c.is_ascii_uppercase()) {
            return Err(Failure::usage(format!("`{text}` is no image"))
                .help("pass --image as in --image registry.example.com/shop:1.4.0"));
        }
        Ok(Self {
            full: text.to_owned(),
            name: name.to_owned(),
            tag: tag.filter(|_| digest.is_none()).map(str::to_owned),
        })
    }
}

/// Words as a list in YAML, a Dockerfile or Terraform.
pub(super) fn list(words: &[String]) -> String {
    let words: Vec<_> = words.iter().map(|word| json!(word).to_string()).collect();
    format!("[{}]", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_plain() {
        let variable = AppVariable::parse("ADDRESS=[::]:80").unwrap();
        assert_eq!((variable.name.as_str(), variable.value.as_str()), ("ADDRESS", "[::]:80"));
        for bad in ["ADDRESS", "=x", "1A=x", "A B=x", "A=a b", "A=$B", "A=\"", "A=%n", "A=\n"] {
            assert!(AppVariable::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_service_is_called_as_its_program() {
        assert_eq!(service_name(None, "My_App").unwrap(), "my-app");
        assert_eq!(service_name(Some("web"), "x").unwrap(), "web");
        for bad in ["", "Web", "a.b", "a-", "-a", "1a", &"a".repeat(51)] {
            assert!(service_name(Some(bad), "x").is_err(), "{bad}");
        }
    }

    #[test]
    fn images_are_taken_apart() {
        let parts = |text: &str| {
            let image = Image::parse(text).unwrap();
            (image.name, image.tag.unwrap_or_default())
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(parts("shop"), pair("shop", ""));
        assert_eq!(parts("team/shop:1.4"), pair("team/shop", "1.4"));
        assert_eq!(parts("localhost:5000/shop"), pair("shop", ""));
        assert_eq!(parts("r.example.com/team/shop:1"), pair("team/shop", "1"));
        assert_eq!(parts("shop:1@sha256:00ff"), pair("shop", ""));
        for bad in ["", "a b", "Shop", "shop:", "\"", "shop@", "r.example.com/"] {
            assert!(Image::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn words_are_split_and_listed() {
        assert_eq!(list(&words("--serve", " serve  --all ").unwrap()), "[\"serve\", \"--all\"]");
        assert!(words("--serve", "serve; rm").is_err());
    }
}
