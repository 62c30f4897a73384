//! Customers and their orders: the queries, the same for all databases.

use std::time::Duration;

use diesel::result::{DatabaseErrorKind, Error};
use diesel::{Connection as _, ExpressionMethods as _, OptionalExtension as _, QueryDsl as _};
use diesel::{Insertable, QueryResult, Queryable, RunQueryDsl as _};
use serde::{Deserialize, Serialize};

use crate::database::AnyConnection;
use crate::schema::{customers, order_lines, order_totals, orders, products};

#[derive(Queryable, Serialize)]
pub(crate) struct Customer {
    id: i64,
    given_name: String,
    family_name: String,
    email: String,
}

/// What somebody wants to buy.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOrder {
    customer: i64,
    lines: Vec<NewLine>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewLine {
    sku: String,
    quantity: i32,
}

#[derive(Serialize)]
pub(crate) struct Order {
    pub(crate) id: i64,
    status: String,
    customer: String,
    lines: Vec<Line>,
    total_cents: i64,
}

#[derive(Queryable, Serialize)]
struct Line {
    sku: String,
    quantity: i32,
    price_cents: i32,
}

/// Why an order is not accepted.
pub(crate) enum Refusal {
    /// Something in it is not known or makes no sense.
    Invalid(String),
    /// There is not enough of it.
    SoldOut(String),
    /// The database failed.
    Database(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

pub(crate) fn customers(conn: &mut AnyConnection) -> QueryResult<Vec<Customer>> {
    customers::table.order(customers::id).load(conn)
}

pub(crate) fn order(conn: &mut AnyConnection, id: i64) -> QueryResult<Option<Order>> {
    let head = orders::table
        .inner_join(customers::table)
        .inner_join(order_totals::table)
        .filter(orders::id.eq(id))
        .select((orders::status, customers::given_name, order_totals::total_cents))
        .first::<(String, String, i64)>(conn)
        .optional()?;
    let Some((status, customer, total_cents)) = head else { return Ok(None) };
    let lines = order_lines::table
        .inner_join(products::table)
        .filter(order_lines::order_id.eq(id))
        .select((products::sku, order_lines::quantity, order_lines::price_cents))
        .order(products::sku)
        .load(conn)?;
    Ok(Some(Order { id, status, customer, lines, total_cents }))
}

/// All of it or nothing.
pub(crate) fn place(conn: &mut AnyConnection, wanted: &NewOrder) -> Result<Order, Refusal> {
    if wanted.lines.is_empty() {
        return Err(Refusal::Invalid("an order needs at least one line".to_owned()));
    }
    let mut tries = 0;
    loop {
        tries += 1;
        match conn.transaction(|conn| place_once(conn, wanted)) {
            Err(Refusal::Database(error)) if given_up(&error) && tries < TRIES => {
                std::thread::sleep(PAUSE * tries);
            }
            done => return done,
        }
    }
}

const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(10);

/// In favour of another transaction, or of a migration: on MySQL, a change of a table's schema ends
/// transactions that stand in its way. To begin again is all that it takes.
fn given_up(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _))
}

fn place_once(conn: &mut AnyConnection, wanted: &NewOrder) -> Result<Order, Refusal> {
    // It begins with a write: SQLite cannot make a writer of a reader without a conflict.
    let id =
        insert(conn, wanted.customer).map_err(|error| unknown_customer(error, wanted.customer))?;
    for line in &wanted.lines {
        add_line(conn, id, line)?;
    }
    order(conn, id)?.ok_or(Refusal::Database(Error::NotFound))
}

/// The id of the new order: MySQL has no `RETURNING`.
fn insert(conn: &mut AnyConnection, customer: i64) -> QueryResult<i64> {
    let order = diesel::insert_into(orders::table).values(orders::customer_id.eq(customer));
    match conn {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(conn) => order.returning(orders::id).get_result(conn),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(conn) => order.returning(orders::id).get_result(conn),
        #[cfg(feature = "mysql")]
        AnyConnection::Mysql(conn) => {
            use diesel::{dsl, sql_types};

            order.execute(conn)?;
            let id = dsl::sql::<sql_types::BigInt>("CAST(last_insert_id() AS SIGNED)");
            diesel::select(id).get_result(conn)
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = order_lines)]
struct LineRow {
    order_id: i64,
    product_id: i64,
    quantity: i32,
    price_cents: i32,
}

fn add_line(conn: &mut AnyConnection, order_id: i64, line: &NewLine) -> Result<(), Refusal> {
    let found = products::table
        .filter(products::sku.eq(&line.sku))
        .select((products::id, products::price_cents))
        .first(conn)
        .optional()?;
    let Some((product_id, price_cents)) = found else {
        return Err(Refusal::Invalid(format!("there is no product {}", line.sku)));
    };
    let row = LineRow { order_id, product_id, quantity: line.quantity, price_cents };
    diesel::insert_into(order_lines::table)
        .values(row)
        .execute(conn)
        .map_err(|error| refused_line(error, line))?;
    Ok(())
}

fn unknown_customer(error: Error, customer: i64) -> Refusal {
    match error {
        Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
            Refusal::Invalid(format!("there is no customer {customer}"))
        }
        error => Refusal::Database(error),
    }
}

/// The rules stand in the migrations; here they only get words. Diesel does not know the code with
/// which MariaDB says that a check failed, but the text names the check.
fn refused_line(error: Error, line: &NewLine) -> Refusal {
    let Error::DatabaseError(kind, details) = &error else { return Refusal::Database(error) };
    match kind {
        DatabaseErrorKind::UniqueViolation => {
            Refusal::Invalid(format!("{} stands in the order twice", line.sku))
        }
        _ if details.message().contains("quantity_positive") => {
            Refusal::Invalid(format!("the quantity of {} must be positive", line.sku))
        }
        _ if details.message().contains("stock_not_negative") => {
            Refusal::SoldOut(format!("there are not {} of {} left", line.quantity, line.sku))
        }
        _ => Refusal::Database(error),
    }
}
