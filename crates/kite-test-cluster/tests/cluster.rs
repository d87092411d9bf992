//! Real clusters.

#![cfg(test)]

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use kite_test_cluster::{Cluster, Options, Programs, is_left_out};
use reqwest::{Certificate, Client, Method, StatusCode};
use serde_json::{Value, json};

const CONFIG_MAPS: &str = "/api/v1/namespaces/default/configmaps";
const WHO_AM_I: &str = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

fn start(options: &Options) -> Cluster {
    // The sentence of this error names `cargo xtask setup`.
    let programs = Programs::find().unwrap_or_else(|error| panic!("{error}"));
    Cluster::start(&programs, options).unwrap_or_else(|error| panic!("{error}"))
}

async fn ask(kubeconfig: &Path, method: Method, path: &str, body: Option<Value>) -> (StatusCode, String) {
    let text = fs::read_to_string(kubeconfig).unwrap();
    let setting = |name: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(name)).unwrap();
        line.trim().trim_matches('\'').to_owned()
    };
    let certificates = fs::read(setting("certificate-authority:")).unwrap();
    let client = Client::builder()
        .tls_certs_only(Certificate::from_pem_bundle(&certificates).unwrap())
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap();
    let request = client.request(method, setting("server:") + path).bearer_auth(setting("token:"));
    let request = body.into_iter().fold(request, |request, body| request.json(&body));
    let answer = request.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

async fn get(kubeconfig: &Path, path: &str) -> (StatusCode, String) {
    ask(kubeconfig, Method::GET, path, None).await
}

async fn post(kubeconfig: &Path, path: &str, body: Value) -> (StatusCode, String) {
    ask(kubeconfig, Method::POST, path, Some(body)).await
}

async fn create_config_map(cluster: &Cluster, name: &str) {
    let (status, text) = post(cluster.kubeconfig(), CONFIG_MAPS, json!({"metadata": {"name": name}})).await;
    assert_eq!(status, StatusCode::CREATED, "{text}");
}

async fn has_config_map(cluster: &Cluster, name: &str) -> bool {
    get(cluster.kubeconfig(), &format!("{CONFIG_MAPS}/{name}")).await.0 == StatusCode::OK
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::yield_now();
    }
}

fn folder_of(cluster: &Cluster) -> PathBuf {
    cluster.kubeconfig().parent().unwrap().to_owned()
}

fn addresses_of(cluster: &Cluster) -> [String; 2] {
    [cluster.url(), cluster.etcd_url()].map(|url| url.rsplit_once('/').unwrap().1.to_owned())
}

fn listens(address: &String) -> bool {
    TcpStream::connect(address).is_ok()
}

#[tokio::test]
async fn a_cluster_knows_its_users_and_survives_kills_without_losing_data() {
    if is_left_out() {
        return;
    }
    let options = Options::default().with_user("jo \"the\" user", &["team-a", "team-b"]);
    let mut cluster = start(&options);
    let administrator = cluster.kubeconfig().to_owned();
    let jo = cluster.kubeconfig_of("jo \"the\" user").unwrap().to_owned();

    assert_eq!(get(&administrator, "/readyz").await, (StatusCode::OK, "ok".to_owned()));
    let (_, review) = post(&jo, WHO_AM_I, json!({})).await;
    let review: Value = serde_json::from_str(&review).unwrap();
    let user = &review["status"]["userInfo"];
    assert_eq!(user["username"], "jo \"the\" user");
    assert_eq!(user["groups"], json!(["team-a", "team-b", "system:authenticated"]));
    assert_eq!(get(&jo, CONFIG_MAPS).await.0, StatusCode::FORBIDDEN);
    assert_eq!(cluster.kubeconfig_of("nobody"), None);

    let (_, version) = get(&administrator, "/version").await;
    assert!(version.contains(cluster.programs().kubernetes_version()), "{version}");
    create_config_map(&cluster, "kept").await;
    let url = cluster.url();

    cluster.kill_api_server();
    cluster.restart_api_server().unwrap();
    assert!(has_config_map(&cluster, "kept").await);
    assert_eq!(cluster.url(), url);

    cluster.kill_etcd();
    cluster.restart_etcd().unwrap();
    assert!(has_config_map(&cluster, "kept").await);

    let folder = folder_of(&cluster);
    let addresses = addresses_of(&cluster);
    assert!(addresses.iter().all(listens));
    drop(cluster);
    assert!(!folder.exists());
    assert!(!addresses.iter().any(listens));
}

#[tokio::test]
async fn what_a_cluster_knew_is_the_start_of_another() {
    if is_left_out() {
        return;
    }
    let first = start(&Options::default());
    create_config_map(&first, "kept").await;
    let kept = std::env::temp_dir().join(format!("kite-cluster-data.{}", std::process::id()));
    first.keep_data(&kept).unwrap();

    let second = start(&Options::default().with_data(&kept));

    assert!(has_config_map(&second, "kept").await);
    fs::remove_dir_all(kept).unwrap();
}

#[test]
fn a_server_that_cannot_start_says_why() {
    if is_left_out() {
        return;
    }
    let options = Options::default().with_flag("--no-such-flag");
    let error = Cluster::start(&Programs::find().unwrap(), &options).unwrap_err().to_string();
    assert!(error.contains("unknown flag: --no-such-flag"), "{error}");
}

/// Not a test of its own: runs only inside the test below, as the process that gets killed.
#[test]
fn child_that_waits_to_be_killed() {
    if std::env::var_os("KITE_TEST_WAIT_TO_BE_KILLED").is_some() {
        let cluster = start(&Options::default());
        let [server, etcd] = addresses_of(&cluster);
        println!("cluster= {} {server} {etcd}", folder_of(&cluster).display());
        std::thread::park();
    }
}

#[test]
fn a_cluster_goes_when_its_process_is_killed() {
    if is_left_out() {
        return;
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_that_waits_to_be_killed", "--nocapture"])
        .env("KITE_TEST_WAIT_TO_BE_KILLED", "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find(|line| line.contains("cluster= ")).unwrap();
    let mut words = line.split_whitespace().map(str::to_owned).rev();
    let addresses = [words.next().unwrap(), words.next().unwrap()];
    let folder = PathBuf::from(words.next().unwrap());
    assert!(addresses.iter().all(listens));

    child.kill().unwrap();
    child.wait().unwrap();

    wait_until("the folder goes", || !folder.exists());
    wait_until("the servers go", || !addresses.iter().any(listens));
}
