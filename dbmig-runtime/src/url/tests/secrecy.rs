//! No part of a password is in any output, whatever it is made of and however the URL is broken.

use proptest::prelude::*;

use super::super::*;
use crate::Error;

/// In each password, and nowhere else.
const MARK: &str = "Zq";

/// Where a URL may stand, and how it may be broken. `PW` is the password.
const FORMS: [&str; 36] = [
    "postgres://user:PW@db.example:5432/shop",
    "postgresql://user:PW@h/shop?sslmode=require",
    "postgres://user:PW@h1:1,h2:2/shop?target_session_attrs=primary",
    "postgres://user:PW@/shop?host=/run/pg",
    "mysql://user:PW@h/shop?ssl_mode=required",
    "mariadb://user:PW@h:3306/shop",
    "POSTGRES://user:PW@h/shop",
    "postgres://user%3APW@h/shop",
    "postgres://:PW@h/shop",
    "postgres://user:aPW",
    "postgres://user:aPW/shop",
    "postgres://h/shop?user=u&password=PW&sslmode=require",
    "postgres//user:PW@h/shop",
    "postgres:/user:PW@h/shop",
    "postgres:user:PW@h/shop",
    "mysql//user:PW@h/shop",
    "user:PW@h/shop",
    "//user:PW@h/shop",
    "://user:PW@h/shop",
    "user:PW@tcp(h:3306)/shop",
    "\"postgres://user:PW@h/shop\"",
    "'postgres://user:PW@h/shop'",
    "jdbc:postgresql://h/shop?user=u&password=PW",
    "jdbc:mysql://user:PW@h/shop",
    "oracle://user:PW@h/shop",
    "redis://:PW@h/0",
    "DATABASE_URL=postgres://user:PW@h/shop",
    "psql postgres://user:PW@h/shop",
    "host=h user=u password=PW dbname=shop",
    "host=h password = 'PW' dbname=shop",
    "Host=h;Username=u;Password=PW;Database=shop",
    "host=h;password=PW",
    "sqlite://user:PW@h/shop",
    "sqlite:user:PW@h/shop",
    "SQLITE://user:PW@h/shop",
    "file:app.db?cipher=x&key=PW",
];

/// All that may be printed about `text`, which is a URL or none.
fn outputs(text: &str, secret: &str) -> Vec<String> {
    let said = |words: &str| diesel::ConnectionError::BadConnection(words.to_owned());
    let mut outputs = match DatabaseUrl::parse(text) {
        Err(error) => vec![error.to_string(), format!("{error:?}"), Error::from(error).gist()],
        Ok(url) => {
            let repeats_url = format!("could not parse \"{}\": unknown", url.expose());
            let mut outputs = vec![
                url.to_string(),
                format!("{url:?}"),
                url.with_database("other").to_string(),
                Error::connect(&url, &said(&repeats_url)).to_string(),
            ];
            // `&` ends a password for the library, too, in a query.
            if secret.chars().count() >= 4 && !secret.contains('&') {
                let decoded = decode(secret);
                let words = format!("FATAL: no {secret}, or {decoded}, for {secret}{decoded}");
                outputs.push(Error::connect(&url, &said(&words)).to_string());
            }
            outputs
        }
    };
    #[cfg(feature = "cli")]
    for argument in [text.to_owned(), format!("--to={text}"), format!("-n{text}")] {
        let message = format!("error: unexpected argument '{text}' found: {argument}");
        outputs.push(without_urls(&message, ["run".to_owned(), argument]));
    }
    outputs.push(format!("{:?}", Unread::from(text.to_owned())));
    outputs
}

fn password() -> impl Strategy<Value = String> {
    let reserved = "[a-z0-9@/?#:%&=;,.+!$~\\[\\]()é-]{0,6}";
    (reserved, reserved).prop_map(|(before, after)| format!("{before}{MARK}{after}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_password_is_in_any_output(password in password()) {
        // Without a host, what is behind an `@` in the password is one.
        let is_clear = |form: &&str| !(form.contains("user:aPW") && password.contains('@'));
        for form in FORMS.into_iter().filter(is_clear) {
            let text = form.replace("PW", &password);
            for output in outputs(&text, &password) {
                prop_assert!(!output.contains(MARK), "{text}\n{output}");
            }
        }
    }
}

/// `u:a@b/c@h` and its like: what was shown of them once.
#[test]
fn odd_passwords_are_refused_with_a_way_out() {
    for text in [
        "postgres://u:a@b/c@h/x",
        "postgres://u:a@b?c@h",
        "postgres://u:p@ss#w/rd@h",
        "mysql://u:p#ss@h/x",
        "postgres://u:a?b@h/x",
    ] {
        let message = DatabaseUrl::parse(text).unwrap_err().to_string();
        assert!(message.contains("percent-encoded (%40, %2F, %3F, %23)"), "{text}: {message}");
    }
}

#[test]
fn a_short_password_spoils_no_words() {
    for (password, said) in
        [("a", "could not translate host name"), ("no", "no route to host; not known")]
    {
        let url = DatabaseUrl::parse(&format!("postgres://u:{password}@h/d")).unwrap();
        assert_eq!(url.redact(said), said);
        let repeats = format!("in {}: {said}", url.expose());
        assert_eq!(url.redact(&repeats), format!("in postgres://u:***@h/d: {said}"));
    }
}
