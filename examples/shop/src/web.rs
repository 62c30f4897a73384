//! The requests that are answered.

use axum::Router;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Json, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use dbmig_runtime::Startup;
use serde::Serialize;

use crate::catalogue::{self, Product};
use crate::database::Store;
use crate::orders::{self, Customer, NewOrder, Order, Refusal};

/// The service. Its routes are open once `migrations` are done; the probes are from the start.
pub fn app(store: Store, migrations: &Startup) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/products", get(products))
        .route("/customers", get(customers))
        .route("/orders", post(place_order))
        .route("/orders/{id}", get(order))
        .with_state(store)
        .layer(migrations.gate())
        .merge(migrations.probes())
}

const INDEX: &str = concat!(
    "shop ",
    env!("CARGO_PKG_VERSION"),
    "
GET  /products
GET  /customers
POST /orders       {\"customer\": 1, \"lines\": [{\"sku\": \"TEA-ASSAM\", \"quantity\": 2}]}
GET  /orders/{id}
GET  /livez, /readyz, /startupz
"
);

async fn index() -> &'static str {
    INDEX
}

async fn products(State(store): State<Store>) -> Result<Json<Vec<Product>>, Failure> {
    store.run(|conn| Ok(Json(catalogue::products(conn)?))).await
}

async fn customers(State(store): State<Store>) -> Result<Json<Vec<Customer>>, Failure> {
    store.run(|conn| Ok(Json(orders::customers(conn)?))).await
}

async fn order(State(store): State<Store>, Path(id): Path<i64>) -> Result<Json<Order>, Failure> {
    let missing = move || Failure::new(StatusCode::NOT_FOUND, format!("there is no order {id}"));
    store.run(move |conn| orders::order(conn, id)?.map(Json).ok_or_else(missing)).await
}

async fn place_order(
    State(store): State<Store>,
    wanted: Result<Json<NewOrder>, JsonRejection>,
) -> Result<impl IntoResponse, Failure> {
    let Json(wanted) = wanted?;
    let order = store.run(move |conn| Ok::<_, Failure>(orders::place(conn, &wanted)?)).await?;
    let location = [(header::LOCATION, format!("/orders/{}", order.id))];
    Ok((StatusCode::CREATED, location, Json(order)))
}

/// An answer other than the wanted one.
pub(crate) struct Failure {
    status: StatusCode,
    error: String,
}

impl Failure {
    fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self { status, error: error.into() }
    }

    /// What went wrong inside is for those who run the service, not for those who call it.
    #[expect(clippy::print_stderr, reason = "the log of this service")]
    fn inside(status: StatusCode, error: impl std::error::Error) -> Self {
        eprintln!("{status}: {error}");
        Self::new(status, "the database does not answer as it should; try again later")
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Body {
            error: String,
        }
        (self.status, Json(Body { error: self.error })).into_response()
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(why) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, why),
            Refusal::SoldOut(why) => Self::new(StatusCode::CONFLICT, why),
            Refusal::Database(error) => error.into(),
        }
    }
}

impl From<JsonRejection> for Failure {
    fn from(rejection: JsonRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Self::inside(StatusCode::INTERNAL_SERVER_ERROR, error)
    }
}

impl From<diesel::r2d2::PoolError> for Failure {
    fn from(error: diesel::r2d2::PoolError) -> Self {
        Self::inside(StatusCode::SERVICE_UNAVAILABLE, error)
    }
}

impl From<tokio::task::JoinError> for Failure {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::inside(StatusCode::INTERNAL_SERVER_ERROR, error)
    }
}
