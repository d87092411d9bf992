//! Who may use a cluster: tokens and kubeconfig files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{ClusterError, port::random_word};

/// The group whose members may do everything.
const ADMINISTRATORS: &str = "system:masters";

/// Somebody with a token.
#[derive(Debug)]
pub(crate) struct User {
    /// The name that the API server knows.
    pub name: String,
    /// What proves it.
    pub token: String,
    /// A file for programs that act as this user.
    pub kubeconfig: PathBuf,
    groups: Vec<String>,
}

/// The administrator and those whom a test asked for.
#[derive(Debug)]
pub(crate) struct Users {
    /// May do everything.
    pub administrator: User,
    others: Vec<User>,
}

impl Users {
    /// Gives everybody a token, and writes the file in which the API server looks them up.
    pub fn introduce(others: &[(String, Vec<String>)], folder: &Path, file: &Path) -> Result<Self, ClusterError> {
        let kubeconfigs = (1..).map(|number| folder.join(format!("kubeconfig-{number}")));
        let users = Self {
            administrator: User::new("administrator", &[ADMINISTRATORS.to_owned()], folder.join("kubeconfig")),
            others: others
                .iter()
                .zip(kubeconfigs)
                .map(|((name, groups), path)| User::new(name, groups, path))
                .collect(),
        };
        let lines: String = users.all().map(User::line).collect();
        fs::write(file, lines).map_err(ClusterError::at(file))?;
        Ok(users)
    }

    /// Finds whom a test asked for.
    pub fn named(&self, name: &str) -> Option<&User> {
        self.others.iter().find(|user| user.name == name)
    }

    /// Writes everybody's kubeconfig file.
    pub fn write_kubeconfigs(&self, url: &str, certificates: &Path) -> Result<(), ClusterError> {
        for user in self.all() {
            let text = kubeconfig(url, certificates, &user.token);
            fs::write(&user.kubeconfig, text).map_err(ClusterError::at(&user.kubeconfig))?;
        }
        Ok(())
    }

    fn all(&self) -> impl Iterator<Item = &User> {
        [&self.administrator].into_iter().chain(&self.others)
    }
}

impl User {
    fn new(name: &str, groups: &[String], kubeconfig: PathBuf) -> Self {
        Self { name: name.to_owned(), token: random_word(), kubeconfig, groups: groups.to_vec() }
    }

    fn line(&self) -> String {
        let [name, groups] = [&self.name, &self.groups.join(",")].map(|text| text.replace('"', "\"\""));
        format!("{},\"{name}\",\"{name}\",\"{groups}\"\n", self.token)
    }
}

fn kubeconfig(url: &str, certificates: &Path, token: &str) -> String {
    let certificates = certificates.to_string_lossy().replace('\'', "''");
    format!(
        "apiVersion: v1
kind: Config
clusters:
  - name: kite-test
    cluster:
      server: {url}
      certificate-authority: '{certificates}'
users:
  - name: kite-test
    user:
      token: {token}
contexts:
  - name: kite-test
    context:
      cluster: kite-test
      user: kite-test
current-context: kite-test
"
    )
}
