//! An API server that knows only what a test says.

use kite_backend::access::{Access, Kubernetes, KubernetesOptions};
use kube::{Client, Config};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// Who has a token, and what they may do.
#[derive(Clone, Copy)]
pub struct Rules {
    /// The name of whoever has a token.
    pub user: fn(&str) -> Option<String>,
    /// Whether a user may do something: the verb, `GROUP/RESOURCE` (or `GROUP/RESOURCE/SUBRESOURCE`) and the namespace, empty for all.
    pub may: fn(&str, &str, &str, &str) -> bool,
}

/// Starts an API server, and gives what asks it.
pub async fn cluster(rules: Rules, options: KubernetesOptions) -> (MockServer, Access) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(rules).mount(&server).await;
    let client = Client::try_from(Config::new(server.uri().parse().unwrap())).unwrap();
    (server, Access::Kubernetes(Kubernetes::new(client, options).into()))
}

impl Respond for Rules {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut review: Value = request.body_json().unwrap();
        let spec = &review["spec"];
        review["status"] = if review["kind"] == "TokenReview" {
            match (self.user)(spec["token"].as_str().unwrap()) {
                Some(name) => json!({"authenticated": true, "user": {"username": name}}),
                None => json!({"authenticated": false}),
            }
        } else {
            let text = |name: &str| spec["resourceAttributes"][name].as_str().unwrap_or_default();
            let part = Some(text("subresource")).filter(|part| !part.is_empty());
            let resource = [text("group"), text("resource")].into_iter().chain(part).collect::<Vec<_>>().join("/");
            let user = spec["user"].as_str().unwrap();
            json!({"allowed": (self.may)(user, text("verb"), &resource, text("namespace"))})
        };
        ResponseTemplate::new(201).set_body_json(review)
    }
}
