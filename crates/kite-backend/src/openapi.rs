//! The document that describes the HTTP interface, served as `/openapi.json`.

use kite_api::{FieldError, Problem};
use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};

/// What the document says besides the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "KITE",
        version = "v1",
        description = "One live list of what is broken right now and blocks a release.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "issues", description = "Problems, one issue each"),
        (name = "reports", description = "What sources say"),
        (name = "service", description = "The service itself")
    ),
    components(schemas(Problem, FieldError))
)]
pub struct Frame;

/// Adds the error answers, which are the same everywhere.
pub fn with_problems(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        for (range, description) in [("4XX", "The request is refused"), ("5XX", "The service cannot answer")] {
            let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
            let content = ContentBuilder::new().schema(Some(schema)).build();
            let response = ResponseBuilder::new().description(description).content("application/json", content);
            operation.responses.responses.insert(range.to_owned(), RefOr::T(response.build()));
        }
    }
    document
}

fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut path.get, &mut path.post, &mut path.put, &mut path.delete].into_iter().flatten()
}
