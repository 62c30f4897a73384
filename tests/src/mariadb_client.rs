//! MariaDB's own command line client as a connection.
//!
//! A Rust client would be the largest dependency of the workspace; this one comes with the server.

use std::io::{BufRead as _, BufReader, PipeReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::session::Rows;
use crate::{environment, programs};

/// Ends one text for the client, so that `;` and whole routine bodies go to the server as they are.
const DELIMITER: &str = "-#dbmig-end#-";

/// The value of a row that ends the answer to one text.
const ANSWERED: &str = "dbmig-answered";

/// The client's errors of a connection that is gone.
const LOST: [&str; 3] = ["ERROR 2006 ", "ERROR 2013 ", "ERROR 2055 "];

/// A running client.
#[derive(Debug)]
pub struct MariaDbClient {
    process: Child,
    input: ChildStdin,
    output: BufReader<PipeReader>,
}

impl MariaDbClient {
    pub(crate) fn connect(url: &str) -> Result<Self, String> {
        let (reader, writer) = std::io::pipe().map_err(|error| error.to_string())?;
        let mut command = command("mariadb", url);
        command.args(["--xml", "--unbuffered", "--force", "--delimiter", DELIMITER]);
        // One pipe for both, so that an error stands where it happened.
        command.stdin(Stdio::piped()).stdout(writer.try_clone().unwrap()).stderr(writer);
        let mut process = command.spawn().map_err(|error| error.to_string())?;
        // The command holds this process's copies of the pipe: the end would never be seen.
        drop(command);
        let input = process.stdin.take().unwrap();
        let mut client = Self { process, input, output: BufReader::new(reader) };
        client.query("SELECT 1")?;
        Ok(client)
    }

    pub(crate) fn query(&mut self, sql: &str) -> Result<Rows, String> {
        let text = format!("{sql}\n{DELIMITER}\nSELECT '{ANSWERED}'\n{DELIMITER}\n");
        let sent = self.input.write_all(text.as_bytes()).and_then(|()| self.input.flush());
        let answer = self.answer();
        match (sent, answer) {
            (Ok(()), Ok(answer)) => parse(&answer),
            (_, Err(output)) => Err(output),
            (Err(error), _) => Err(error.to_string()),
        }
    }

    /// All that the client writes up to the row that ends the answer; an error if it ends first, or
    /// has lost its connection: it then waits for more, and nothing that it is told gives rows.
    fn answer(&mut self) -> Result<String, String> {
        let end = format!(">{ANSWERED}</field>");
        let mut answer = String::new();
        let (mut answered, mut in_rows) = (false, false);
        loop {
            let start = answer.len();
            match self.output.read_line(&mut answer) {
                Ok(0) => return Err(answer.trim().to_owned()),
                Ok(_) => {}
                Err(error) => return Err(error.to_string()),
            }
            let line = &answer[start..];
            if !in_rows && LOST.iter().any(|error| line.starts_with(error)) {
                return Err(line.trim().to_owned());
            }
            answered |= line.contains(&end);
            if answered && line.starts_with("</resultset>") {
                break;
            }
            in_rows = (in_rows || line.starts_with("<?xml")) && !line.starts_with("</resultset>");
        }
        answer.truncate(answer.rfind("<?xml").unwrap_or(answer.len()));
        Ok(answer)
    }
}

impl Drop for MariaDbClient {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A MariaDB client program that connects to a URL of the harness, with TLS where the URL names the
/// CA as Diesel's would: `?ssl_ca=PATH`.
pub(crate) fn command(program: &str, url: &str) -> Command {
    let rest = url.strip_prefix("mysql://").expect("a URL of the harness");
    let (account, rest) = rest.rsplit_once('@').unwrap();
    let (user, password) = account.split_once(':').unwrap_or((account, ""));
    let (address, database) = rest.split_once('/').unwrap();
    let (database, ca) = match database.split_once("?ssl_ca=") {
        Some((database, ca)) => (database, Some(ca)),
        None => (database, None),
    };
    let (host, port) = address.split_once(':').unwrap();
    let mut command = Command::new(programs::mariadb(program));
    environment::clean(&mut command).env("MYSQL_PWD", password);
    command.arg("--no-defaults").arg("--protocol=tcp").arg(format!("--host={host}"));
    command.arg(format!("--port={port}")).arg(format!("--user={user}"));
    command.args(ca.map(|ca| format!("--ssl-ca={ca}")));
    command.arg("--default-character-set=utf8mb4").arg(database);
    command
}

/// The rows of all result sets, or the first error.
fn parse(answer: &str) -> Result<Rows, String> {
    // Outside of result sets stand only messages; inside, `<` is always escaped.
    let messages = answer.split("<?xml").map(|part| part.rsplit("</resultset>").next().unwrap());
    if let Some(error) = messages.flat_map(str::lines).find(|line| line.starts_with("ERROR ")) {
        return Err(error.to_owned());
    }
    let rows = answer.split("<row>").skip(1);
    Ok(rows.map(|row| fields(row.split("</row>").next().unwrap_or(row))).collect())
}

fn fields(row: &str) -> Vec<Option<String>> {
    let fields = row.split("<field name=\"").skip(1);
    fields
        .map(|field| {
            let (attributes, rest) = field.split_once('>').unwrap();
            let is_null = attributes.ends_with("xsi:nil=\"true\" /");
            (!is_null).then(|| unescape(rest.split("</field>").next().unwrap()))
        })
        .collect()
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}
