//! The pages for people: what they show is read here, how it looks is in `kite-dashboard`.
//!
//! Reading order: [`visit`] (who reads which page), [`html`] (the answer), then a file for each page.
//! What goes wrong is a [`crate::problem::Problem`] as everywhere; whoever asked for a page gets it as one.

mod about;
mod actions;
mod assets;
mod cause;
mod causes;
mod export;
mod facets;
pub mod failure;
pub mod html;
mod issue;
mod list;
mod live;
mod overview;
mod reference;
pub mod session;
mod single_sign_on;
mod trends;
mod visit;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// All paths of pages.
pub fn router() -> Router<App> {
    Router::new()
        .route("/", get(overview::show))
        .route("/issues", get(list::show))
        .route("/issues/export.csv", get(export::csv))
        .route("/issues/export.json", get(export::json))
        .route("/issues/resolve", post(actions::resolve_selected))
        .route("/issues/{id}", get(issue::show))
        .route("/issues/{id}/resolve", post(actions::resolve))
        .route("/issues/{id}/reopen", post(actions::reopen))
        .route("/issues/{id}/edit", post(actions::edit))
        .route("/issues/{id}/relate", post(actions::relate))
        .route("/issues/{id}/split", post(cause::split))
        .route("/issues/{id}/unrelate", post(actions::unrelate))
        .route("/issues/{id}/delete", post(actions::delete))
        .route("/causes", get(causes::show))
        .route("/causes/{key}", get(cause::show))
        .route("/causes/{key}/merge", post(cause::merge))
        .route("/trends", get(trends::show))
        .route("/about", get(about::show))
        .route("/about/api", get(reference::show))
        .route("/live", get(live::stream))
        .route("/sign-in", get(session::show).post(session::sign_in))
        .route("/sign-in/start", get(single_sign_on::start))
        .route("/sign-in/done", get(single_sign_on::done))
        .route("/sign-out", post(session::sign_out))
        .route("/assets/{name}", get(assets::serve))
}
