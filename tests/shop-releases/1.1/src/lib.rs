//! The shop in release 1.1: an order may have a note, and there is a newsletter.

#[path = "../../../../examples/shop/src/catalogue.rs"]
mod catalogue;
mod newsletter;
mod notes;

include!("../../unchanged.rs");

/// The service.
pub fn app(store: Store, migrations: &dbmig_runtime::Startup) -> axum::Router {
    let later = notes::routes().merge(newsletter::routes());
    let later = later.with_state(store.clone()).layer(migrations.gate());
    web::app(store, migrations).merge(later)
}
