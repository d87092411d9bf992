//! One API server with its etcd in a temporary folder.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    ClusterError, Options, Programs,
    error::output_of,
    keeper::Keeper,
    port::on_a_free_port,
    probe::{SecureProbe, is_fine},
    process::Process,
    tool::{ETCD, KUBE_APISERVER},
    users::{User, Users},
};

/// Said of the one member; nobody ever asks for it there.
const PEER: &str = "http://127.0.0.1:1";
/// What the benchmark's clusters need, too.
const DATABASE_SIZE_BYTES: u64 = 8 << 30;
/// What a client may rely on: the server says so, and what it makes itself is there.
const READY: [&str; 2] = ["/readyz", "/api/v1/namespaces/default"];

/// A running cluster; it and its folder go when this is dropped or its process dies.
#[derive(Debug)]
pub struct Cluster {
    // In the order in which they have to go.
    api_server: Option<Process>,
    etcd: Option<Process>,
    place: Place,
    port: u16,
    etcd_port: u16,
}

/// What stays while servers come and go.
#[derive(Debug)]
struct Place {
    programs: Programs,
    flags: Vec<String>,
    users: Users,
    keeper: Keeper,
}

impl Cluster {
    /// Starts a cluster, and waits until it is ready.
    pub fn start(programs: &Programs, options: &Options) -> Result<Self, ClusterError> {
        let place = Place::prepare(programs, options)?;
        let (etcd, etcd_port) = on_a_free_port(|port| place.start_etcd(port))?;
        let (api_server, port) = on_a_free_port(|port| place.start_api_server(port, etcd_port))?;
        place.users.write_kubeconfigs(&url(port), &place.certificates())?;
        Ok(Self { api_server: Some(api_server), etcd: Some(etcd), place, port, etcd_port })
    }

    /// Gives the administrator's kubeconfig file.
    pub fn kubeconfig(&self) -> &Path {
        &self.place.users.administrator.kubeconfig
    }

    /// Gives the kubeconfig file of a user that the options name.
    pub fn kubeconfig_of(&self, user: &str) -> Option<&Path> {
        self.place.users.named(user).map(|user| user.kubeconfig.as_path())
    }

    /// Gives the administrator's token.
    pub fn token(&self) -> &str {
        &self.place.users.administrator.token
    }

    /// Gives the token of a user that the options name.
    pub fn token_of(&self, user: &str) -> Option<&str> {
        self.place.users.named(user).map(|User { token, .. }| token.as_str())
    }

    /// Gives the address of the API server.
    pub fn url(&self) -> String {
        url(self.port)
    }

    /// Gives the file with the certificate of the authority that vouches for the API server.
    pub fn certificates(&self) -> PathBuf {
        self.place.certificates()
    }

    /// Gives the address of etcd.
    pub fn etcd_url(&self) -> String {
        plain_url(self.etcd_port)
    }

    /// Gives the programs that the cluster was started from.
    pub fn programs(&self) -> &Programs {
        &self.place.programs
    }

    /// Kills the API server with SIGKILL; its data stays for [`Cluster::restart_api_server`].
    pub fn kill_api_server(&mut self) {
        self.api_server = None;
    }

    /// Starts the API server again, where it was, and waits until it is ready.
    pub fn restart_api_server(&mut self) -> Result<(), ClusterError> {
        self.api_server = None;
        self.api_server = Some(self.place.start_api_server(self.port, self.etcd_port)?);
        Ok(())
    }

    /// Kills etcd with SIGKILL; its data stays for [`Cluster::restart_etcd`].
    pub fn kill_etcd(&mut self) {
        self.etcd = None;
    }

    /// Starts etcd again, where it was, and waits until the API server, if there is one, is ready.
    pub fn restart_etcd(&mut self) -> Result<(), ClusterError> {
        self.etcd = None;
        self.etcd = Some(self.place.start_etcd(self.etcd_port)?);
        match &mut self.api_server {
            Some(server) => self.place.wait_until_ready(server, self.port),
            None => Ok(()),
        }
    }

    /// Ends the cluster and keeps what it knows in a new folder, for [`Options::with_data`].
    pub fn keep_data(mut self, folder: &Path) -> Result<(), ClusterError> {
        self.api_server = None;
        self.etcd = None;
        copy(&self.place.data(), folder)
    }
}

impl Place {
    fn prepare(programs: &Programs, options: &Options) -> Result<Self, ClusterError> {
        let keeper = Keeper::start()?;
        let users = Users::introduce(&options.users, keeper.folder(), &keeper.folder().join("tokens.csv"))?;
        let place = Self { programs: programs.clone(), flags: options.flags.clone(), users, keeper };
        if let Some(data) = &options.data {
            copy(data, &place.data())?;
        }
        Ok(place)
    }

    fn start_etcd(&self, port: u16) -> Result<Process, ClusterError> {
        let url = plain_url(port);
        let flags = [
            "--name=default".to_owned(),
            format!("--initial-cluster=default={PEER}"),
            format!("--initial-advertise-peer-urls={PEER}"),
            "--listen-peer-urls=http://127.0.0.1:0".to_owned(),
            format!("--listen-client-urls={url}"),
            format!("--advertise-client-urls={url}"),
            // A killed etcd still loses nothing, only a killed machine would.
            "--unsafe-no-fsync".to_owned(),
            format!("--quota-backend-bytes={DATABASE_SIZE_BYTES}"),
            "--log-level=error".to_owned(),
        ];
        let flags = flags.into_iter().map(OsString::from).chain([flag("--data-dir=", &self.data())]);
        let mut etcd = Process::start(ETCD.name, self.programs.etcd(), flags, self.keeper.folder())?;
        etcd.wait_until(|| is_fine(port, "/health"))?;
        Ok(etcd)
    }

    fn start_api_server(&self, port: u16, etcd_port: u16) -> Result<Process, ClusterError> {
        let program = self.programs.kube_apiserver();
        let flags = self.api_server_flags(port, etcd_port);
        let mut server = Process::start(KUBE_APISERVER.name, program, flags, self.keeper.folder())?;
        self.wait_until_ready(&mut server, port)?;
        Ok(server)
    }

    fn wait_until_ready(&self, server: &mut Process, port: u16) -> Result<(), ClusterError> {
        let certificates = self.certificates();
        let probe = SecureProbe { port, token: &self.users.administrator.token, certificates: &certificates };
        server.wait_until(|| READY.iter().all(|path| probe.is_fine(path)))
    }

    fn api_server_flags(&self, port: u16, etcd_port: u16) -> impl Iterator<Item = OsString> {
        let folder = self.keeper.folder();
        // The key that the server makes for its certificate is as good for the tokens it signs.
        let key = self.certificate_folder().join("apiserver.key");
        let paths = [
            flag("--cert-dir=", &self.certificate_folder()),
            flag("--service-account-key-file=", &key),
            flag("--service-account-signing-key-file=", &key),
            flag("--token-auth-file=", &folder.join("tokens.csv")),
        ];
        let addresses = [format!("--secure-port={port}"), format!("--etcd-servers={}", plain_url(etcd_port))];
        let fixed = [
            "--bind-address=127.0.0.1",
            // Otherwise the machine needs a route to somewhere.
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--authorization-mode=RBAC",
            // It waits for tokens that a controller would make.
            "--disable-admission-plugins=ServiceAccount",
            "--allow-privileged=true",
            "--enable-priority-and-fairness=false",
        ];
        let fixed = fixed.into_iter().map(OsString::from);
        let given: Vec<_> = self.flags.iter().map(OsString::from).collect();
        fixed.chain(addresses.into_iter().map(OsString::from)).chain(paths).chain(given)
    }

    fn data(&self) -> PathBuf {
        self.keeper.folder().join("data")
    }

    fn certificate_folder(&self) -> PathBuf {
        self.keeper.folder().join("certificates")
    }

    /// The server's own certificate, followed by that of the authority it made for it.
    fn certificates(&self) -> PathBuf {
        self.certificate_folder().join("apiserver.crt")
    }
}

fn url(port: u16) -> String {
    format!("https://127.0.0.1:{port}")
}

fn plain_url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

fn flag(name: &str, path: &Path) -> OsString {
    let mut flag = OsString::from(name);
    flag.push(path);
    flag
}

fn copy(from: &Path, to: &Path) -> Result<(), ClusterError> {
    output_of(Command::new("cp").arg("-R").arg(from).arg(to)).map(drop)
}
