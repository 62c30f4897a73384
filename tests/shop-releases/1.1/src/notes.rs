//! What a customer wants to say about an order.

use axum::extract::{Json, Path, State};
use axum::{Router, routing::get};
use diesel::{ExpressionMethods as _, QueryDsl as _, RunQueryDsl as _};
use serde::{Deserialize, Serialize};

use crate::database::Store;
use crate::web::Failure;

diesel::table! {
    orders (id) {
        id -> BigInt,
        note -> Nullable<Text>,
    }
}

pub(crate) fn routes() -> Router<Store> {
    Router::new().route("/orders/{id}/note", get(read).put(write))
}

#[derive(Deserialize, Serialize)]
struct Note {
    note: Option<String>,
}

async fn read(State(store): State<Store>, Path(id): Path<i64>) -> Result<Json<Note>, Failure> {
    let note = orders::table.find(id).select(orders::note);
    store.run(move |conn| Ok(Json(Note { note: note.first(conn)? }))).await
}

async fn write(
    State(store): State<Store>,
    Path(id): Path<i64>,
    Json(new): Json<Note>,
) -> Result<(), Failure> {
    let update = diesel::update(orders::table.find(id)).set(orders::note.eq(new.note));
    store.run(move |conn| Ok::<_, Failure>(update.execute(conn)?)).await?;
    Ok(())
}
