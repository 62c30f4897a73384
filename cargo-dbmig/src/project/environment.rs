//! Variables, from the process and from `.env`.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};

/// Variables of the process, then those of the `.env` here or in a folder above.
#[derive(Default)]
pub(crate) struct Environment {
    process: HashMap<String, String>,
    file: HashMap<String, String>,
    path: Option<PathBuf>,
}

/// A variable and where it was found.
#[derive(PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) value: String,
    /// For messages: `DATABASE_URL in .env`.
    pub(crate) origin: String,
}

/// Values may be secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Environment {
    /// Reads the process and the `.env` around `folder`, and gives the process what only the file
    /// has: libpq reads PGPASSWORD and its kind from there, as with Diesel's CLI.
    pub(crate) fn load(folder: &Path) -> Result<Self> {
        let process = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let environment = Self::read(process, folder)?;
        if let Some(path) = &environment.path {
            dotenvy::from_path(path).map_err(|error| broken(path, &error))?;
        }
        Ok(environment)
    }

    fn read(process: HashMap<String, String>, folder: &Path) -> Result<Self> {
        let Some(path) = folder.ancestors().map(|at| at.join(".env")).find(|path| path.is_file())
        else {
            return Ok(Self { process, ..Self::default() });
        };
        let lines = dotenvy::from_path_iter(&path).map_err(|error| broken(&path, &error))?;
        let file =
            lines.collect::<Result<HashMap<_, _>, _>>().map_err(|error| broken(&path, &error))?;
        Ok(Self { process, file, path: Some(path) })
    }

    /// The first of `names` that the process has, else the first that the file has. Empty values
    /// count as absent.
    pub(crate) fn first_of(&self, names: &[&str]) -> Option<Variable> {
        let lookup = |map: &HashMap<String, String>, place: &str| {
            names.iter().find_map(|name| {
                let value = map.get(*name).filter(|value| !value.trim().is_empty())?;
                Some(Variable { value: value.clone(), origin: format!("{name}{place}") })
            })
        };
        lookup(&self.process, "").or_else(|| lookup(&self.file, " in .env"))
    }

    #[cfg(test)]
    pub(crate) fn of(process: &[(&str, &str)], file: &[(&str, &str)]) -> Self {
        let owned = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
        };
        Self { process: owned(process), file: owned(file), path: None }
    }
}

/// The message shows the place and the variable's name, never its value.
fn broken(path: &Path, error: &dotenvy::Error) -> Failure {
    let shown = path.display();
    match error {
        dotenvy::Error::LineParse(text, _) => {
            // `text` is the line or only its value.
            let content = std::fs::read_to_string(path).unwrap_or_default();
            let mut lines = content.lines().enumerate();
            let found = lines.find(|(_, line)| line.trim().ends_with(text.trim()));
            let place = found.map_or(String::new(), |(index, _)| format!(":{}", index + 1));
            let name = found.and_then(|(_, line)| variable(line));
            let name = name.map_or("this line".to_owned(), |name| format!("`{name}`"));
            Failure::usage(format!("{shown}{place}: cannot read {name}"))
                .help("write NAME=value, the value in '..' where it holds spaces, quotes, $ or #")
        }
        dotenvy::Error::Io(error) => Failure::usage(format!("cannot read {shown}: {error}")),
        _ => Failure::usage(format!("cannot read {shown}")),
    }
}

/// The name that a line sets; what stands before a `=` need not be one.
fn variable(line: &str) -> Option<&str> {
    let name = line.split_once('=')?.0.trim();
    let name = name.strip_prefix("export ").unwrap_or(name).trim_start();
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_').then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_searched_upwards_and_comes_after_the_process() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("a/b");
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::write(root.path().join(".env"), "A=file\nB='of file'\nC=\n").unwrap();
        let process = HashMap::from([("A".to_owned(), "process".to_owned())]);
        let environment = Environment::read(process, &deep).unwrap();
        let value = |names: &[&str]| environment.first_of(names).map(|found| found.value);
        assert_eq!(value(&["A"]).as_deref(), Some("process"));
        assert_eq!(value(&["B", "A"]).as_deref(), Some("process"), "the process goes first");
        assert_eq!(environment.first_of(&["B"]).unwrap().origin, "B in .env");
        assert_eq!(value(&["C"]), None);
    }

    #[test]
    fn a_broken_file_is_named_by_line_without_its_values() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join(".env");
        for (line, message) in [
            ("DATABASE_URL=postgres://u:hunter2 @h/d", ".env:2: cannot read `DATABASE_URL`"),
            ("DATABASE_URL='hunter2", ".env:2: cannot read `DATABASE_URL`"),
            ("PASSWORD hunter2", ".env:2: cannot read this line"),
            ("DATABASE_URL postgres://u:hunter2@h/d?a=b", ".env:2: cannot read this line"),
            ("export DATABASE_URL='hunter2", ".env:2: cannot read `DATABASE_URL`"),
        ] {
            std::fs::write(&path, format!("A=1\n{line}\n")).unwrap();
            let failure = Environment::read(HashMap::new(), root.path()).unwrap_err();
            assert!(failure.message.ends_with(message), "{failure}");
            assert!(!format!("{failure:?}").contains("hunter2"));
        }
    }
}
