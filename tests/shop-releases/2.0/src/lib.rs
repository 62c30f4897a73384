//! The shop in release 2.0: a product has a title instead of a name.

mod catalogue;
#[path = "../../1.1/src/newsletter.rs"]
mod newsletter;
#[path = "../../1.1/src/notes.rs"]
mod notes;
#[path = "../../1.2/src/to_send.rs"]
mod to_send;

include!("../../unchanged.rs");

/// The service.
pub fn app(store: Store, migrations: &dbmig_runtime::Startup) -> axum::Router {
    let later = notes::routes().merge(newsletter::routes()).merge(to_send::routes());
    let later = later.with_state(store.clone()).layer(migrations.gate());
    web::app(store, migrations).merge(later)
}
