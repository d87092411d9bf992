//! `--via-kubernetes`: the way to KITE through the API server of its cluster.
//!
//! The service proxy of Kubernetes takes tokens out of requests. So a port of a pod is forwarded, as `kubectl
//! port-forward` does it, and KITE gets what is sent as it is.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;
use std::time::Duration;

use k8s_openapi::api::core::v1::{Pod, Service, ServicePort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::api::ListParams;
use kube::{Api, Client};
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::failure::{Exit, Failure, chain};

/// The service that is meant where none is named.
pub const DEFAULT: &str = "kite/kite-backend";
/// How long finding a pod and reaching it may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The service behind which KITE runs: NAMESPACE/NAME.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceName {
    namespace: String,
    name: String,
}

impl FromStr for ServiceName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() && !name.contains('/') => {
                Ok(Self { namespace: namespace.to_owned(), name: name.to_owned() })
            }
            _ => Err("must be NAMESPACE/NAME, such as kite/kite-backend"),
        }
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// Opens the way, and gives the address on this machine at which it begins. It lasts as long as the runtime.
pub async fn open(cluster: Client, service: ServiceName) -> Result<String, Failure> {
    // Whoever may not do this, or names the wrong service, is told before anything is asked of KITE.
    let mut first = Some(reach(&cluster, &service).await?);
    let failed = |error: std::io::Error| unreachable(format!("failed to listen on this machine: {error}"));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(carry(socket, first.take(), cluster.clone(), service.clone()));
        }
    });
    Ok(format!("http://{address}"))
}

/// Carries one connection. Where no pod can be reached any more it ends, and the client sees that.
async fn carry(
    mut socket: TcpStream,
    ready: Option<impl AsyncRead + AsyncWrite + Unpin>,
    cluster: Client,
    service: ServiceName,
) {
    // Neither end is owed an explanation when the other one is gone.
    let _ = match ready {
        Some(mut stream) => copy_bidirectional(&mut socket, &mut stream).await,
        None => match reach(&cluster, &service).await {
            Ok(mut stream) => copy_bidirectional(&mut socket, &mut stream).await,
            Err(_) => return,
        },
    };
}

/// A connection to a ready pod of the service. Pods come and go, so each connection looks for one.
async fn reach(
    cluster: &Client,
    service: &ServiceName,
) -> Result<impl AsyncRead + AsyncWrite + Unpin + Send + use<>, Failure> {
    let late = |_| unreachable(format!("the cluster did not answer in {} s", PATIENCE.as_secs()));
    let (name, port) = timeout(PATIENCE, find(cluster, service)).await.map_err(late)??;
    let pods: Api<Pod> = Api::namespaced(cluster.clone(), &service.namespace);
    let forwarded = timeout(PATIENCE, pods.portforward(&name, &[port])).await.map_err(late)?;
    let mut forwarded = forwarded.map_err(|error| refused(&error, service))?;
    forwarded.take_stream(port).ok_or_else(|| unreachable(format!("the port {port} of {name} was not forwarded")))
}

/// A ready pod of the service, and its port.
async fn find(cluster: &Client, service: &ServiceName) -> Result<(String, u16), Failure> {
    let services: Api<Service> = Api::namespaced(cluster.clone(), &service.namespace);
    let spec = services.get(&service.name).await.map_err(|error| refused(&error, service))?.spec.unwrap_or_default();
    let selector = spec.selector.filter(|selector| !selector.is_empty());
    let selector = selector.ok_or_else(|| unreachable(format!("the service {service} selects no pods")))?;
    let pods: Api<Pod> = Api::namespaced(cluster.clone(), &service.namespace);
    let found = pods.list(&ListParams::default().labels(&labels(&selector))).await;
    let mut found = found.map_err(|error| refused(&error, service))?.items;
    found.retain(is_ready);
    let ports = spec.ports.unwrap_or_default();
    let named = ports.iter().find(|port| port.name.as_deref() == Some("http"));
    let wanted = named.or(ports.first());
    let way = found.iter().find_map(|pod| Some((pod.metadata.name.clone()?, port(wanted?, pod)?)));
    way.ok_or_else(|| {
        unreachable(format!("no pod of the service {service} is ready"))
            .hint(format!("see `kubectl get pods -n {}`", service.namespace))
    })
}

fn labels(selector: &BTreeMap<String, String>) -> String {
    let labels: Vec<_> = selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
    labels.join(",")
}

fn is_ready(pod: &Pod) -> bool {
    let conditions = pod.status.iter().flat_map(|status| status.conditions.iter().flatten());
    let is_ready = conditions.into_iter().any(|condition| condition.type_ == "Ready" && condition.status == "True");
    is_ready && pod.metadata.deletion_timestamp.is_none()
}

/// The pod's port to which a port of the service leads.
fn port(of_service: &ServicePort, pod: &Pod) -> Option<u16> {
    let number = match &of_service.target_port {
        None => of_service.port,
        Some(IntOrString::Int(number)) => *number,
        Some(IntOrString::String(name)) => {
            let containers = &pod.spec.as_ref()?.containers;
            let mut ports = containers.iter().flat_map(|container| container.ports.iter().flatten());
            ports.find(|port| port.name.as_ref() == Some(name))?.container_port
        }
    };
    number.try_into().ok()
}

fn refused(error: &kube::Error, service: &ServiceName) -> Failure {
    let words = format!("failed to reach {service} through Kubernetes: {}", chain(error));
    match error {
        kube::Error::Api(status) if matches!(status.code, 401 | 403) => {
            Failure { exit: Exit::NotAllowed, ..Failure::problem(words) }.hint(format!(
                "reading services and pods and creating `pods/portforward` in namespace {} must be allowed",
                service.namespace
            ))
        }
        _ => {
            unreachable(words).hint("--via-kubernetes=NAMESPACE/NAME names another service, --context another cluster")
        }
    }
}

fn unreachable(words: String) -> Failure {
    Failure { exit: Exit::Unreachable, ..Failure::problem(words) }
}
