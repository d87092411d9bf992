//! Kubernetes decides: on a real API server with RBAC, and on one that fails.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use http_body_util::BodyExt as _;
use k8s_openapi::api::authentication::v1::{TokenRequest, TokenRequestSpec};
use k8s_openapi::api::core::v1::ServiceAccount;
use kite_backend::access::{Access, Kubernetes, KubernetesOptions};
use kite_test_cluster::{is_left_out, shared_kubeconfig};
use kube::api::{Api, ApiResource, DeleteParams, DynamicObject, GroupVersionKind, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};
use tower::ServiceExt as _;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::support::{Answer, Service, issue, report, with, with_headers};

const PATIENCE: Duration = Duration::from_mins(1);
const RBAC: &str = include_str!("../../../../deploy/rbac.yaml");
const RBAC_VERSION: &str = "rbac.authorization.k8s.io/v1";

/// Answers that count for a moment only.
fn forgetful() -> KubernetesOptions {
    let moment = Duration::from_millis(100);
    KubernetesOptions { remember_yes: moment, remember_no: moment, ..KubernetesOptions::default() }
}

/// A cluster with the roles that are shipped, and two namespaces of this test.
struct World {
    client: Client,
    mine: String,
    other: String,
    service: Service,
}

impl World {
    async fn start(options: KubernetesOptions) -> Option<Self> {
        if is_left_out() {
            return None;
        }
        let file = Kubeconfig::read_from(shared_kubeconfig().unwrap()).unwrap();
        let config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await.unwrap();
        let client = Client::try_from(config).unwrap();
        let prefix = uuid::Uuid::now_v7().simple().to_string()[16..].to_owned();
        let (mine, other) = (format!("b{prefix}-mine"), format!("b{prefix}-other"));
        let service = Service::with_access(Access::Kubernetes(Kubernetes::new(client.clone(), options).into())).await;
        let world = Self { client, mine, other, service };
        for object in serde_saphyr::from_multiple::<Value>(RBAC).unwrap() {
            world.apply(object).await;
        }
        for name in [&world.mine, &world.other] {
            world.apply(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})).await;
        }
        Some(world)
    }

    /// Creates an object, unless it is there.
    async fn apply(&self, object: Value) {
        let object: DynamicObject = serde_json::from_value(object).unwrap();
        match self.api(&object).create(&PostParams::default(), &object).await {
            Err(kube::Error::Api(status)) if status.code == 409 => {}
            created => drop(created.unwrap()),
        }
    }

    fn api(&self, object: &DynamicObject) -> Api<DynamicObject> {
        let types = object.types.clone().unwrap();
        let (group, version) = types.api_version.split_once('/').unwrap_or(("", &types.api_version));
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, &types.kind));
        match &object.metadata.namespace {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &resource),
            None => Api::all_with(self.client.clone(), &resource),
        }
    }

    /// A service account of this test, and a token of it.
    async fn account(&self, name: &str, audiences: &[&str]) -> String {
        let place = json!({"name": name, "namespace": self.mine});
        self.apply(json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": place})).await;
        let audiences = audiences.iter().map(|&audience| audience.to_owned()).collect();
        let spec = TokenRequestSpec { audiences, ..TokenRequestSpec::default() };
        let request = TokenRequest { spec, ..TokenRequest::default() };
        let accounts = Api::<ServiceAccount>::namespaced(self.client.clone(), &self.mine);
        let answer = accounts.create_token_request(name, &PostParams::default(), &request).await.unwrap();
        answer.status.unwrap().token
    }

    fn subject(&self, account: &str) -> Value {
        json!({"kind": "ServiceAccount", "name": account, "namespace": self.mine})
    }

    /// Grants rules inside a namespace.
    async fn grant(&self, namespace: &str, name: &str, subject: Value, rules: Value) {
        let metadata = json!({"name": name, "namespace": namespace});
        self.apply(json!({"apiVersion": RBAC_VERSION, "kind": "Role", "metadata": metadata, "rules": rules})).await;
        let role = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name});
        self.bind(Some(namespace), name, role, subject).await;
    }

    /// Grants a shipped role in a namespace or everywhere.
    async fn grant_role(&self, namespace: Option<&str>, role: &str, subject: Value) {
        let name = format!("{}-{role}", self.mine);
        let role = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role});
        self.bind(namespace, &name, role, subject).await;
    }

    async fn bind(&self, namespace: Option<&str>, name: &str, role: Value, subject: Value) {
        let kind = if namespace.is_some() { "RoleBinding" } else { "ClusterRoleBinding" };
        let metadata = json!({"name": name, "namespace": namespace});
        self.apply(json!({
            "apiVersion": RBAC_VERSION, "kind": kind, "metadata": metadata, "roleRef": role, "subjects": [subject],
        }))
        .await;
    }

    async fn delete(&self, kind: &str, namespace: &str, name: &str) {
        let place = json!({"name": name, "namespace": namespace});
        let object = json!({"apiVersion": RBAC_VERSION, "kind": kind, "metadata": place});
        let object: DynamicObject = serde_json::from_value(object).unwrap();
        self.api(&object).delete(name, &DeleteParams::default()).await.unwrap();
    }

    async fn get(&self, token: &str, path: &str) -> Answer {
        get(&self.service, token, path, &[]).await
    }

    async fn post(&self, token: &str, path: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        self.service.send(with_headers(Method::POST, path, Body::from(body.to_string()), &headers)).await
    }

    /// An issue in each namespace.
    async fn fill(&self) {
        let publisher = self.account("filler", &[]).await;
        self.grant_role(None, "kite-publisher", self.subject("filler")).await;
        let reports = json!([
            with(report("one"), json!({"namespace": self.mine})),
            with(report("one"), json!({"namespace": self.other})),
        ]);
        eventually("both are stored", async || {
            let answer = self.post(&publisher, "/api/v1/reports", &reports).await;
            let is_so = answer.status == 200 && !String::from_utf8_lossy(&answer.body).contains("rejected");
            is_so.then_some(()).ok_or_else(|| format!("{answer:?}"))
        })
        .await;
    }
}

async fn get(service: &Service, token: &str, path: &str, more: &[(&str, &str)]) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [&[("authorization", bearer.as_str())], more].concat();
    service.send(with_headers(Method::GET, path, Body::empty(), &headers)).await
}

async fn eventually(what: &str, mut check: impl AsyncFnMut() -> Result<(), String>) {
    let begin = Instant::now();
    while let Err(why) = check().await {
        assert!(begin.elapsed() < PATIENCE, "{what} did not come true: {why}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Until a path gives a status: RBAC follows its objects a moment later.
async fn until(world: &World, token: &str, path: &str, status: u16) {
    eventually(&format!("{path} is {status}"), async || {
        let is = world.get(token, path).await.status.as_u16();
        if is == status { Ok(()) } else { Err(is.to_string()) }
    })
    .await;
}

fn pods(verb: &str) -> Value {
    json!([{"apiGroups": [""], "resources": ["pods"], "verbs": [verb]}])
}

#[tokio::test]
async fn roles_open_what_they_say_and_nothing_else() {
    let Some(world) = World::start(forgetful()).await else { return };
    world.fill().await;
    let (mine, other) = (&world.mine, &world.other);
    let reader = world.account("reader", &[]).await;
    world.grant(mine, "reads", world.subject("reader"), pods("get")).await;
    until(&world, &reader, &format!("/api/v1/issues?namespace={mine}"), 200).await;
    world.get(&reader, &format!("/api/v1/issues?namespace={other}")).await.expect(403);
    let list = world.get(&reader, "/api/v1/issues").await.expect(200);
    assert_eq!((list["total"].as_u64(), list["data"][0]["namespace"].as_str()), (Some(1), Some(mine.as_str())));
    let body = with(issue("two"), json!({"namespace": mine}));
    world.post(&reader, "/api/v1/issues", &body).await.expect(403);

    let stranger = world.account("stranger", &[]).await;
    world.grant(mine, "lists", world.subject("stranger"), pods("list")).await;
    assert_eq!(world.get(&stranger, "/api/v1/issues").await.expect(200)["total"], 0, "another verb is another right");
    world.get("no-token-at-all", "/api/v1/issues").await.expect(401);

    world.grant_role(Some(mine), "kite-edit", world.subject("reader")).await;
    eventually("the reader may write", async || {
        let status = world.post(&reader, "/api/v1/issues", &body).await.status.as_u16();
        if status == 201 { Ok(()) } else { Err(status.to_string()) }
    })
    .await;
    let elsewhere = with(issue("two"), json!({"namespace": other}));
    world.post(&reader, "/api/v1/issues", &elsewhere).await.expect(403);
    let id = world.get(&reader, "/api/v1/issues").await.json()["data"][0]["id"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {reader}");
    let path = format!("/api/v1/issues/{id}");
    let delete = with_headers(Method::DELETE, &path, Body::empty(), &[("authorization", &bearer)]);
    world.service.send(delete).await.expect(403);
}

#[tokio::test]
async fn rights_that_are_taken_end_soon_also_for_those_who_follow_a_stream() {
    let Some(world) = World::start(forgetful()).await else { return };
    world.fill().await;
    let path = format!("/api/v1/issues?namespace={}", world.mine);
    let reader = world.account("reader", &[]).await;
    world.grant(&world.mine, "reads", world.subject("reader"), pods("get")).await;
    until(&world, &reader, &path, 200).await;
    let bearer = format!("Bearer {reader}");
    let stream = format!("/api/v1/stream?namespace={}", world.mine);
    let stream = with_headers(Method::GET, &stream, Body::empty(), &[("authorization", &bearer)]);
    let stream = world.service.router.clone().oneshot(stream).await.unwrap();
    assert_eq!(stream.status().as_u16(), 200);

    world.delete("RoleBinding", &world.mine, "reads").await;
    until(&world, &reader, &path, 403).await;
    let rest = timeout(PATIENCE, stream.into_body().collect()).await;
    rest.expect("the stream ends").unwrap();
}

#[tokio::test]
async fn a_token_for_somebody_else_is_none() {
    let options = KubernetesOptions { audiences: vec!["kite".to_owned()], ..forgetful() };
    let Some(world) = World::start(options).await else { return };
    let meant = world.account("reader", &["kite"]).await;
    let general = world.account("reader", &[]).await;
    world.get(&meant, "/api/v1/issues").await.expect(200);
    world.get(&general, "/api/v1/issues").await.expect(401);
}

#[tokio::test]
async fn a_proxy_speaks_only_for_those_for_whom_it_may() {
    let options = KubernetesOptions { impersonation: true, ..forgetful() };
    let Some(world) = World::start(options).await else { return };
    world.fill().await;
    let (proxy, admin) = (world.account("proxy", &[]).await, world.account("admin", &[]).await);
    let group = format!("{}-devs", world.mine);
    let name = format!("{}-proxy", world.mine);
    let rules = json!([
        {"apiGroups": [""], "resources": ["users"], "verbs": ["impersonate"], "resourceNames": ["jane"]},
        {"apiGroups": [""], "resources": ["groups"], "verbs": ["impersonate"], "resourceNames": [group]},
    ]);
    let role = json!({"apiVersion": RBAC_VERSION, "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules});
    world.apply(role).await;
    world.grant_role(None, &name, world.subject("proxy")).await;
    world.grant_role(None, "cluster-admin", world.subject("admin")).await;
    let devs = json!({"kind": "Group", "name": group, "apiGroup": "rbac.authorization.k8s.io"});
    world.grant(&world.mine, "reads", devs, pods("get")).await;

    let jane = [("impersonate-user", "jane"), ("impersonate-group", group.as_str())];
    let path = format!("/api/v1/issues?namespace={}", world.mine);
    eventually("jane reads", async || {
        let status = get(&world.service, &proxy, &path, &jane).await.status.as_u16();
        if status == 200 { Ok(()) } else { Err(status.to_string()) }
    })
    .await;
    let list = get(&world.service, &proxy, "/api/v1/issues", &jane).await.expect(200);
    assert_eq!(list["total"], 1, "what jane may read, and not what the proxy may");
    get(&world.service, &proxy, &path, &[]).await.expect(403);
    get(&world.service, &proxy, &path, &jane[..1]).await.expect(403);
    for headers in [
        [("impersonate-user", "root"), ("impersonate-group", group.as_str())],
        [("impersonate-user", "jane"), ("impersonate-group", "system:masters")],
    ] {
        get(&world.service, &proxy, &path, &headers).await.expect(403);
    }
    // Whoever may do everything may speak for everybody, and then has their rights only.
    eventually("the administrator speaks for jane", async || {
        let status = get(&world.service, &admin, &path, &jane).await.status.as_u16();
        if status == 200 { Ok(()) } else { Err(status.to_string()) }
    })
    .await;
    get(&world.service, &admin, &format!("/api/v1/issues?namespace={}", world.other), &jane).await.expect(403);
}

/// An API server that says yes to everything, until it is told to fail.
#[derive(Clone)]
struct Moody {
    status: Arc<AtomicU16>,
    body: Arc<Mutex<Option<&'static str>>>,
    delay: Arc<Mutex<Duration>>,
}

impl Moody {
    async fn start(options: KubernetesOptions) -> (Self, Service, MockServer) {
        let moody = Self { status: Arc::new(AtomicU16::new(201)), body: Arc::default(), delay: Arc::default() };
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(moody.clone()).mount(&server).await;
        let client = Client::try_from(Config::new(server.uri().parse().unwrap())).unwrap();
        let access = Access::Kubernetes(Kubernetes::new(client, options).into());
        (moody, Service::with_access(access).await, server)
    }
}

impl Respond for Moody {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut review: Value = request.body_json().unwrap();
        review["status"] = match review["kind"].as_str() {
            Some("TokenReview") => json!({"authenticated": true, "user": {"username": "jane"}}),
            _ => json!({"allowed": true}),
        };
        let answer = ResponseTemplate::new(self.status.load(Ordering::Relaxed));
        let answer = match *self.body.lock().unwrap() {
            Some(text) => answer.set_body_string(text),
            None => answer.set_body_json(review),
        };
        answer.set_delay(*self.delay.lock().unwrap())
    }
}

#[tokio::test]
async fn nothing_opens_while_the_api_server_fails() {
    let options = KubernetesOptions { patience: Duration::from_millis(200), ..forgetful() };
    for (status, body, delay) in [
        (500, Some("no"), 0),
        (429, Some("later"), 0),
        (201, Some("<html>"), 0),
        (201, Some("{}"), 0),
        (201, None, 10_000),
        (401, Some("{}"), 0),
    ] {
        let (moody, service, _server) = Moody::start(options.clone()).await;
        get(&service, "jane", "/api/v1/issues", &[]).await.expect(200);
        moody.status.store(status, Ordering::Relaxed);
        *moody.body.lock().unwrap() = body;
        *moody.delay.lock().unwrap() = Duration::from_millis(delay);
        // What is remembered counts for a moment, and not for longer.
        eventually(&format!("{status} {body:?} closes"), async || {
            let answer = get(&service, "jane", "/api/v1/issues", &[]).await;
            match answer.status.as_u16() {
                503 if answer.headers.contains_key("retry-after") => Ok(()),
                // The token review came back without a user: nobody has signed in.
                401 if body == Some("{}") && status == 201 => Ok(()),
                status => Err(status.to_string()),
            }
        })
        .await;
        let stranger = get(&service, "stranger", "/api/v1/issues", &[]).await.status.as_u16();
        assert!(matches!(stranger, 401 | 503), "{stranger}");
    }
}

#[tokio::test]
async fn those_who_ask_at_one_time_ask_the_api_server_once() {
    let (_moody, service, server) = Moody::start(KubernetesOptions::default()).await;
    let asked = (0..50).map(|_| get(&service, "jane", "/api/v1/issues", &[]));
    for answer in futures::future::join_all(asked).await {
        answer.expect(200);
    }
    let reviews = server.received_requests().await.unwrap().len();
    assert_eq!(reviews, 2, "one for the token, one for the right");
}

#[tokio::test]
async fn an_api_server_that_does_not_look_at_audiences_is_not_believed() {
    let options = KubernetesOptions { audiences: vec!["kite".to_owned()], ..KubernetesOptions::default() };
    let (_moody, service, _server) = Moody::start(options).await;
    get(&service, "jane", "/api/v1/issues", &[]).await.expect(401);
}
