//! The shop on real SQLite files, asked over real connections.
#![cfg(feature = "sqlite")]

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use dbmig_runtime::Startup;
use dbmig_runtime::plan::Extent;
use dbmig_runtime::url::DatabaseUrl;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, RunQueryDsl as _, SqliteConnection};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::migrate::{migrator, start_set};
use crate::migrations::sqlite::{ALL, Version};
use crate::{OnFailure, Store, app, send, start};

/// A database in a file of its own.
struct Database(TempDir);

impl Database {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> String {
        self.0.path().join("shop.db").to_str().unwrap().to_owned()
    }

    fn url(&self) -> DatabaseUrl {
        DatabaseUrl::parse(&format!("sqlite://{}", self.path())).unwrap()
    }

    /// The names of what was applied.
    fn migrate(&self) -> Vec<String> {
        let report = self.start().wait(Duration::from_secs(60)).unwrap();
        report.applied().map(str::to_owned).collect()
    }

    fn start(&self) -> Startup {
        start(&self.url(), OnFailure::Stay, |_| {})
    }

    fn connect(&self) -> SqliteConnection {
        let mut conn = SqliteConnection::establish(&self.path()).unwrap();
        conn.batch_execute("PRAGMA foreign_keys = ON").unwrap();
        conn
    }
}

/// The shop as a running service.
struct Shop {
    address: SocketAddr,
    runtime: tokio::runtime::Runtime,
}

impl Shop {
    /// With its schema: that is all that an app's own tests need.
    fn open(database: &Database) -> Self {
        let migrations = database.start();
        let shop = Self::serve(app(Store::new(database.url()), &migrations));
        shop.runtime.block_on(migrations.ready()).unwrap();
        shop
    }

    fn serve(service: axum::Router) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move { axum::serve(listener, service).await });
        Self { address, runtime }
    }

    fn get(&self, path: &str) -> Value {
        let answer = send(self.address, "GET", path, "").unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    fn post_order(&self, order: &Value) -> (u16, Value) {
        let answer = send(self.address, "POST", "/orders", &order.to_string()).unwrap();
        (answer.status, serde_json::from_str(&answer.body).unwrap())
    }

    fn stock(&self, sku: &str) -> i64 {
        let products = self.get("/products");
        let product = products.as_array().unwrap().iter().find(|product| product["sku"] == sku);
        product.unwrap()["stock"].as_i64().unwrap()
    }
}

fn order(sku: &str, quantity: i32) -> Value {
    json!({ "customer": 1, "lines": [{ "sku": sku, "quantity": quantity }] })
}

#[derive(diesel::QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    value: String,
}

/// The texts that `SELECT {expression}` gives.
fn select(conn: &mut SqliteConnection, expression: &str) -> Vec<String> {
    let sql = format!("SELECT CAST(value AS TEXT) AS value FROM (SELECT {expression})");
    let rows: Vec<Text> = diesel::sql_query(&sql).load(conn).unwrap();
    rows.into_iter().map(|row| row.value).collect()
}

/// Everything that a migration can change, apart from the values in the tables.
fn picture(conn: &mut SqliteConnection) -> Vec<String> {
    const OURS: &str = "name NOT LIKE 'sqlite^_%' ESCAPE '^' AND name NOT LIKE '^_^_%' ESCAPE '^'";
    let objects = format!("sql AS value FROM sqlite_schema WHERE {OURS} ORDER BY type, name");
    // How SQLite quotes and spaces a definition that it has rewritten says nothing.
    let bare = |sql: &String| sql.replace(|c: char| c.is_whitespace() || c == '"', "");
    let mut picture: Vec<_> = select(conn, &objects).iter().map(bare).collect();
    let tables =
        format!("name AS value FROM sqlite_schema WHERE type = 'table' AND {OURS} ORDER BY name");
    for table in select(conn, &tables) {
        let count = select(conn, &format!("count(*) AS value FROM {table}"));
        picture.push(format!("{} rows in {table}", count[0]));
    }
    let journal = select(conn, "journal_mode AS value FROM pragma_journal_mode");
    picture.push(format!("journal mode {}", journal[0]));
    picture
}

#[test]
fn the_first_start_migrates_and_the_next_one_has_nothing_to_do() {
    let database = Database::new();
    let names: Vec<_> = Version::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(database.migrate(), names);

    let shop = Shop::open(&database);
    assert_eq!(shop.post_order(&order("CUP-CLAY", 2)).0, 201);
    drop(shop);

    assert_eq!(database.migrate(), [""; 0]);
    assert_eq!(Shop::open(&database).get("/orders/1")["lines"][0]["sku"], "CUP-CLAY");
}

/// No step before the tests, no second tool: the server brings its own schema.
#[test]
fn the_server_under_test_migrates_by_itself() {
    let database = Database::new();
    let shop = Shop::open(&database);
    assert_eq!(shop.get("/products").as_array().unwrap().len(), 4);
    assert_eq!(shop.post_order(&order("TEA-ASSAM", 1)).0, 201);
}

#[test]
fn before_that_it_answers_that_it_is_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    // A database that never comes: the folder is missing.
    let path = folder.path().join("missing").join("shop.db");
    let url = DatabaseUrl::parse(path.to_str().unwrap()).unwrap();
    let migrations = start(&url, OnFailure::Stay, |_| {});
    migrations.wait(Duration::from_secs(60)).unwrap_err();
    let shop = Shop::serve(app(Store::new(url), &migrations));
    for path in ["/", "/products", "/readyz"] {
        assert_eq!(send(shop.address, "GET", path, "").unwrap().status, 503, "{path}");
    }
    assert_eq!(shop.get("/livez")["state"], "failed");
}

#[test]
fn the_first_requests_have_something_to_show() {
    let database = Database::new();
    let shop = Shop::open(&database);

    assert_eq!(shop.get("/products").as_array().unwrap().len(), 4);
    let grace = json!({
        "id": 2, "given_name": "Grace", "family_name": "Brewster Hopper", "email": "grace@example.com"
    });
    assert_eq!(shop.get("/customers")[1], grace);
    assert_eq!(shop.get("/readyz")["state"], "ready");
    let index = send(shop.address, "GET", "/", "").unwrap();
    assert!(index.body.contains("GET  /products"), "{}", index.body);
}

#[test]
fn an_order_takes_from_the_stock_and_keeps_its_price() {
    let database = Database::new();
    let shop = Shop::open(&database);

    let wanted = json!({ "customer": 1, "lines": [
        { "sku": "TEA-ASSAM", "quantity": 3 }, { "sku": "CUP-CLAY", "quantity": 2 }
    ] });
    let placed = json!({ "id": 1, "status": "new", "customer": "Ada", "total_cents": 5470, "lines": [
        { "sku": "CUP-CLAY", "quantity": 2, "price_cents": 1400 },
        { "sku": "TEA-ASSAM", "quantity": 3, "price_cents": 890 }
    ] });
    assert_eq!(shop.post_order(&wanted), (201, placed.clone()));
    assert_eq!((shop.stock("TEA-ASSAM"), shop.stock("CUP-CLAY")), (197, 10));

    let mut conn = database.connect();
    conn.batch_execute("UPDATE products SET price_cents = 950 WHERE sku = 'TEA-ASSAM'").unwrap();
    let changes = "old_price_cents || ' to ' || new_price_cents AS value FROM price_changes";
    assert_eq!(select(&mut conn, changes), ["890 to 950"]);
    assert_eq!(shop.get("/orders/1"), placed);
}

#[test]
fn a_refused_order_says_why_and_leaves_nothing() {
    let database = Database::new();
    let shop = Shop::open(&database);

    let twice = json!({ "customer": 1, "lines": [
        { "sku": "CUP-CLAY", "quantity": 1 }, { "sku": "CUP-CLAY", "quantity": 1 }
    ] });
    for (wanted, status, message) in [
        (order("CUP-CLAY", 13), 409, "there are not 13 of CUP-CLAY left"),
        (order("CUP-CLAY", 0), 422, "the quantity of CUP-CLAY must be positive"),
        (order("CUP-GOLD", 1), 422, "there is no product CUP-GOLD"),
        (json!({ "customer": 7, "lines": [] }), 422, "an order needs at least one line"),
        (twice, 422, "CUP-CLAY stands in the order twice"),
        (
            json!({ "customer": 7, "lines": [{ "sku": "CUP-CLAY", "quantity": 1 }] }),
            422,
            "there is no customer 7",
        ),
    ] {
        assert_eq!(shop.post_order(&wanted), (status, json!({ "error": message })), "{wanted}");
    }
    assert_eq!(shop.post_order(&json!({ "custommer": 1 })).0, 422);
    assert_eq!(send(shop.address, "POST", "/orders", "{").unwrap().status, 400);
    assert_eq!(send(shop.address, "GET", "/orders/1", "").unwrap().status, 404);
    assert_eq!(select(&mut database.connect(), "count(*) AS value FROM orders"), ["0"]);
    assert_eq!(shop.stock("CUP-CLAY"), 12);
}

#[test]
fn the_last_cups_are_sold_once() {
    let database = Database::new();
    let shop = Shop::open(&database);

    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let buyers: Vec<_> =
            (0..20).map(|_| scope.spawn(|| shop.post_order(&order("CUP-CLAY", 1)).0)).collect();
        buyers.into_iter().map(|buyer| buyer.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [[201; 12].as_slice(), &[409; 8]].concat());
    assert_eq!(shop.stock("CUP-CLAY"), 0);
}

#[test]
fn each_down_undoes_its_up() {
    let database = Database::new();
    let mut conn = database.connect();
    let mut migrator = migrator(&ALL);
    for &version in Version::ALL {
        let before = picture(&mut conn);
        migrator.run_to(&mut conn, version).unwrap();
        let after = picture(&mut conn);
        assert_ne!(before, after, "{version} does nothing");
        migrator.revert(&mut conn, Extent::ONE).unwrap();
        assert_eq!(picture(&mut conn), before, "{version} down");
        migrator.run_to(&mut conn, version).unwrap();
        assert_eq!(picture(&mut conn), after, "{version} up again");
    }
}

#[test]
fn all_the_way_down_leaves_nothing_even_of_a_shop_that_has_sold() {
    let database = Database::new();
    let empty = picture(&mut database.connect());
    database.migrate();
    let full = picture(&mut database.connect());
    let shop = Shop::open(&database);
    assert_eq!(shop.post_order(&order("POT-IRON", 1)).0, 201);
    drop(shop);

    let mut conn = database.connect();
    let report = migrator(&ALL).revert(&mut conn, Extent::All).unwrap();
    assert_eq!(report.reverted().count(), Version::ALL.len());
    assert_eq!(picture(&mut conn), empty);
    drop(conn);

    assert_eq!(database.migrate().len(), Version::ALL.len());
    assert_eq!(picture(&mut database.connect()), full);
}

#[test]
fn splitting_names_keeps_customers_and_their_orders() {
    let database = Database::new();
    let mut conn = database.connect();
    let mut migrator = migrator(&ALL);
    migrator.run_to(&mut conn, Version::RecordPriceChanges).unwrap();
    conn.batch_execute(
        "INSERT INTO customers (full_name, email) VALUES ('Björk', 'bjork@example.com');
         INSERT INTO orders (customer_id) SELECT id FROM customers;",
    )
    .unwrap();
    let whole = "full_name AS value FROM customers ORDER BY id";
    let names = select(&mut conn, whole);

    migrator.run_to(&mut conn, Version::SplitFullName).unwrap();
    let parts = "given_name || '/' || family_name AS value FROM customers ORDER BY id";
    let split = ["Ada/Lovelace", "Grace/Brewster Hopper", "Björk/"];
    assert_eq!(select(&mut conn, parts), split);
    let sold = "count(*) AS value FROM orders INNER JOIN customers ON customers.id = customer_id";
    assert_eq!(select(&mut conn, sold), ["3"]);
    let orphan = conn.batch_execute("INSERT INTO orders (customer_id) VALUES (99)");
    assert!(orphan.unwrap_err().to_string().contains("FOREIGN KEY"));

    migrator.revert(&mut conn, Extent::ONE).unwrap();
    assert_eq!(select(&mut conn, whole), names);
    assert_eq!(select(&mut conn, sold), ["3"]);
}

#[test]
fn all_databases_have_the_same_migrations() {
    let names = |database: &str| -> BTreeSet<_> {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database);
        let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
        // The lock file stands beside them.
        let directories = entries.filter(|entry| entry.path().is_dir());
        directories.map(|entry| entry.file_name()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert_eq!(names("sqlite"), names("mysql"));
    assert_eq!(names("sqlite").len(), Version::ALL.len());
}

#[test]
fn an_unreachable_database_is_named_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing").join("shop.db");
    let failed = |url: &str| {
        let url = DatabaseUrl::parse(url).unwrap();
        // Perhaps the other databases are built in, too: this set is not for them.
        let migrations = start_set(&ALL, &url, OnFailure::Stay, |_| {});
        migrations.wait(Duration::from_secs(60)).unwrap_err()
    };
    let error = failed(path.to_str().unwrap()).to_string();
    assert!(error.contains("unable to open database file") && error.contains("missing"), "{error}");
    let error = failed("mysql://u:s3cret@localhost/shop").to_string();
    assert!(error.contains("this is another database: mysql://u:***@localhost/shop"), "{error}");
}
