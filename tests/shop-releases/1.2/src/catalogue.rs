//! What is for sale.

use diesel::{QueryDsl as _, QueryResult, Queryable, RunQueryDsl as _};
use serde::Serialize;

use crate::database::AnyConnection;

diesel::table! {
    products (id) {
        id -> BigInt,
        sku -> Text,
        name -> Text,
        price_cents -> Integer,
        stock -> Integer,
        weight_grams -> Integer,
    }
}

#[derive(Queryable, Serialize)]
pub(crate) struct Product {
    sku: String,
    name: String,
    price_cents: i32,
    stock: i32,
    weight_grams: i32,
}

pub(crate) fn products(conn: &mut AnyConnection) -> QueryResult<Vec<Product>> {
    use products::{name, price_cents, sku, stock, weight_grams};
    products::table.select((sku, name, price_cents, stock, weight_grams)).order(sku).load(conn)
}
