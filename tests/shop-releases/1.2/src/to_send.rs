//! The orders that are still to be sent: a query for the new index.

use axum::extract::{Json, State};
use axum::{Router, routing::get};
use diesel::{ExpressionMethods as _, QueryDsl as _, RunQueryDsl as _};

use crate::database::Store;
use crate::schema::orders;
use crate::web::Failure;

pub(crate) fn routes() -> Router<Store> {
    Router::new().route("/to-send", get(to_send))
}

async fn to_send(State(store): State<Store>) -> Result<Json<Vec<i64>>, Failure> {
    let new = orders::table.filter(orders::status.eq("new")).select(orders::id).order(orders::id);
    store.run(move |conn| Ok(Json(new.load(conn)?))).await
}
