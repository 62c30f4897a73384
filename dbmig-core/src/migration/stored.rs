//! Settings as the history keeps them, for a way back that its image does not hold.

use std::time::Duration;

use super::{ForeignKeys, Settings};

impl Settings {
    /// What a script of the migration needs to run as its author meant, one setting a line; empty
    /// where there is none. How its statements are executed is kept beside it.
    pub fn to_history(&self) -> String {
        let millis = |time: Duration| time.as_millis().to_string();
        let foreign_keys = match self.foreign_keys {
            ForeignKeys::Unchanged => None,
            ForeignKeys::Off => Some(OFF.to_owned()),
        };
        let lines = [
            (FOREIGN_KEYS, foreign_keys),
            (LOCK_TIMEOUT, self.lock_timeout.map(millis)),
            (STATEMENT_TIMEOUT, self.statement_timeout.map(millis)),
            (RETRIES, self.retries.map(|it| it.to_string())),
        ];
        let lines =
            lines.iter().filter_map(|(key, value)| Some(format!("{key} {}\n", value.as_ref()?)));
        lines.collect()
    }

    /// The settings in `text`; what is not understood is left as it is by default.
    pub fn from_history(text: &str) -> Self {
        let mut settings = Self::DEFAULT;
        let millis = |value: &str| value.parse().ok().map(Duration::from_millis);
        for (key, value) in text.lines().filter_map(|line| line.split_once(' ')) {
            match key {
                FOREIGN_KEYS if value == OFF => settings.foreign_keys = ForeignKeys::Off,
                LOCK_TIMEOUT => settings.lock_timeout = millis(value),
                STATEMENT_TIMEOUT => settings.statement_timeout = millis(value),
                RETRIES => settings.retries = value.parse().ok(),
                _ => {}
            }
        }
        settings
    }
}

const FOREIGN_KEYS: &str = "foreign_keys";
const LOCK_TIMEOUT: &str = "lock_timeout_ms";
const STATEMENT_TIMEOUT: &str = "statement_timeout_ms";
const RETRIES: &str = "retries";
const OFF: &str = "off";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_the_history() {
        let settings = Settings {
            foreign_keys: ForeignKeys::Off,
            lock_timeout: Some(Duration::from_millis(1500)),
            statement_timeout: Some(Duration::from_secs(60)),
            retries: Some(0),
            ..Settings::DEFAULT
        };
        assert_eq!(Settings::from_history(&settings.to_history()), settings);
        assert_eq!(Settings::DEFAULT.to_history(), "");
        assert_eq!(
            Settings::from_history("what a later dbmig knows\nretries many"),
            Settings::DEFAULT
        );
    }
}
