//! Who wants to hear of new tea.

use axum::extract::{Json, State};
use axum::http::StatusCode;
use axum::{Router, routing::get};
use diesel::{ExpressionMethods as _, QueryDsl as _, RunQueryDsl as _};
use serde::Deserialize;

use crate::database::Store;
use crate::web::Failure;

diesel::table! {
    subscribers (email) {
        email -> Text,
    }
}

pub(crate) fn routes() -> Router<Store> {
    Router::new().route("/newsletter", get(all).post(subscribe))
}

#[derive(Deserialize)]
struct Subscriber {
    email: String,
}

async fn all(State(store): State<Store>) -> Result<Json<Vec<String>>, Failure> {
    let all = subscribers::table.select(subscribers::email).order(subscribers::email);
    store.run(move |conn| Ok(Json(all.load(conn)?))).await
}

async fn subscribe(
    State(store): State<Store>,
    Json(new): Json<Subscriber>,
) -> Result<StatusCode, Failure> {
    let insert = diesel::insert_into(subscribers::table).values(subscribers::email.eq(new.email));
    store.run(move |conn| Ok::<_, Failure>(insert.execute(conn)?)).await?;
    Ok(StatusCode::CREATED)
}
