//! What is for sale.

use diesel::{QueryDsl as _, QueryResult, Queryable, RunQueryDsl as _};
use serde::Serialize;

use crate::database::AnyConnection;
use crate::schema::products;

#[derive(Queryable, Serialize)]
pub(crate) struct Product {
    sku: String,
    name: String,
    price_cents: i32,
    stock: i32,
}

pub(crate) fn products(conn: &mut AnyConnection) -> QueryResult<Vec<Product>> {
    use products::{name, price_cents, sku, stock};
    products::table.select((sku, name, price_cents, stock)).order(sku).load(conn)
}
