//! The units, verified by systemd itself and run line by line.

use std::collections::BTreeMap;
use std::process::Command;

use dbmig_runtime::cli::Exit;
use dbmig_tests::database;
use dbmig_tests::project::{Output, run};

use super::{Rendered, SHOP, job_then_app, process};

/// The values of a key in a unit, in their order.
fn values<'u>(unit: &'u str, key: &str) -> Vec<&'u str> {
    let value = |line: &'u str| line.strip_prefix(key)?.strip_prefix('=');
    unit.lines().filter_map(value).collect()
}

fn argv(unit: &str, key: &str) -> Vec<String> {
    let [line] = values(unit, key)[..] else { panic!("one {key} in\n{unit}") };
    line.split(' ').map(str::to_owned).collect()
}

/// What the service has in its environment: that of the unit, and of the file that it names.
fn environment(unit: &str, url: &str) -> BTreeMap<String, String> {
    let pair = |text: &str| text.split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned()));
    let mut found: BTreeMap<_, _> =
        values(unit, "Environment").into_iter().map(|text| pair(text).unwrap()).collect();
    match values(unit, "EnvironmentFile")[..] {
        ["/etc/shop/app.env"] => found.insert("DATABASE_URL".into(), url.into()),
        ["/etc/shop/migrate.env"] => found.insert("MIGRATION_DATABASE_URL".into(), url.into()),
        [] => {
            // In the folder of the state, which systemd makes.
            let given = found.insert("DATABASE_URL".into(), url.into()).unwrap();
            assert_eq!(values(unit, "StateDirectory"), ["shop"]);
            assert_eq!(given, "sqlite:///var/lib/shop/shop.db");
            None
        }
        ref others => panic!("{others:?}"),
    };
    found
}

/// `systemd-analyze verify` on both units, whose program is one that exists. It reads the machine's
/// own units, too, and what it says of those is left out.
fn verify(rendered: &Rendered, change: impl Fn(String) -> String) -> Output {
    let shop = env!("CARGO_BIN_EXE_shop-under-test");
    let mut command = Command::new("systemd-analyze");
    command.args(["verify", "--man=no"]).current_dir(rendered.project.root());
    for name in ["shop.service", "shop-migrate.service"] {
        let unit = rendered.read(name).replace("/usr/local/bin/shop", shop);
        rendered.project.write(name, change(unit));
        command.arg(format!("./{name}"));
    }
    let output = run(&mut command);
    let installed =
        |line: &str| ["/etc/", "/lib/", "/run/", "/usr/"].iter().any(|at| line.starts_with(at));
    let ours = output.stderr.lines().filter(|line| !installed(line));
    Output { stderr: ours.map(|line| format!("{line}\n")).collect(), ..output }
}

#[cfg(target_os = "linux")]
#[test]
fn systemd_takes_the_units() {
    for (_, backend) in SHOP {
        let rendered = Rendered::of_the_shop("systemd", backend);
        let output = verify(&rendered, |unit| unit).success();
        assert_eq!(output.text(), "", "{backend}");
        // And it would say so.
        let wrong = verify(&rendered, |unit| unit.replace("RestartSec=", "RestartSecs="));
        assert!(wrong.text().contains("RestartSecs"), "{}", wrong.text());
    }
}

#[test]
fn only_what_may_pass_is_tried_again() {
    let rendered = Rendered::of_the_shop("systemd", "postgres");
    let unit = rendered.read("shop-migrate.service");
    assert_eq!(values(&unit, "Type"), ["oneshot"]);
    assert_eq!(values(&unit, "Restart"), ["on-failure"]);
    // systemd asks for the exit code of the main process only, so the job is one.
    assert!(values(&unit, "ExecStartPre").is_empty());
    let final_codes: Vec<_> = values(&unit, "RestartPreventExitStatus")[0].split(' ').collect();
    for (exit, meaning) in Exit::TABLE {
        let is_final = match exit {
            Exit::Done | Exit::Found => continue,
            Exit::TryAgain => false,
            Exit::Failed | Exit::Usage | Exit::Refused => true,
        };
        let code = exit.code().to_string();
        assert_eq!(final_codes.contains(&code.as_str()), is_final, "{meaning}");
    }
    let app = rendered.read("shop.service");
    for key in ["Wants", "After"] {
        assert!(
            values(&app, key)[0].split(' ').any(|unit| unit == "shop-migrate.service"),
            "{key}"
        );
    }
}

#[test]
fn their_lines_migrate_wait_and_serve() {
    for (backend, name) in SHOP {
        let rendered = Rendered::of_the_shop("systemd", name);
        let [app, job] = ["shop.service", "shop-migrate.service"].map(|name| rendered.read(name));
        let database = database(backend);
        let started =
            |unit: &str, key: &str| process(&argv(unit, key), &environment(unit, database.url()));
        job_then_app(
            &database,
            || started(&job, "ExecStart"),
            Some(&mut started(&app, "ExecStartPre")),
            &mut started(&app, "ExecStart"),
            &["/readyz"],
            rendered.port,
        );
    }
}
