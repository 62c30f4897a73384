//! What a lifecycle job of Qovery tells the stages after it.

use dbmig_tests::Backend;
use dbmig_tests::project::run;

use super::{deployed, image};

#[test]
fn the_variables_are_written_where_the_folder_is() {
    let db = deployed(Backend::Sqlite, 3);
    let sync = |project: &dbmig_tests::Project, folder: &str, args: &[&str], code| {
        let args = [&["sync"], args].concat();
        let mut command = project.command(&args);
        command.env("DATABASE_URL", db.url());
        command.env("DBMIG_QOVERY_OUTPUT", project.path(folder));
        run(&mut command).expect(code)
    };
    let project = image(1);
    let file = "out/qovery-output.json";
    sync(&project, "out", &[], 0);
    assert!(!project.path("out").exists(), "no folder, no file");
    std::fs::create_dir(project.path("out")).unwrap();
    sync(&project, "out", &[], 0);
    let variables = |project: &dbmig_tests::Project| {
        let text = project.read(file);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        for variable in value.as_object().unwrap().values() {
            assert!(variable["value"].is_string() && variable["sensitive"] == false, "{text}");
        }
        ["DBMIG_VERDICT", "DBMIG_APPLIED", "DBMIG_REVERTED", "DBMIG_NEWEST"]
            .map(|name| value[name]["value"].as_str().unwrap().to_owned())
    };
    assert_eq!(variables(&project), ["ahead", "0", "0", "1_users"]);
    sync(&project, "out", &["--down"], 0);
    assert_eq!(variables(&project), ["ahead", "0", "2", "1_users"]);

    // What was refused tells nothing: Qovery reads the file after exit code 0 only.
    project.remove(file);
    image(5).dbmig_on(&db, &["sync"]).success();
    sync(&project, "out", &[], 4);
    assert!(!project.path(file).exists());

    // A file that cannot be written is no reason to fail a deployment.
    let newest = image(5);
    std::fs::create_dir_all(newest.path(file)).unwrap();
    let warned = sync(&newest, "out", &[], 0).stderr;
    assert!(warned.contains("warning:") && warned.contains("could not be written"), "{warned}");
}
