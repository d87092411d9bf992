//! `cargo xtask setup`

use anyhow::{Result, bail};

use crate::{
    browser, cluster,
    command::{conclude, say},
    fuzz, postgres, web_tools,
};

type Part = fn() -> Result<String>;

const PARTS: [(&str, Part); 5] = [
    ("postgres", postgres),
    ("cluster", cluster),
    ("browser", browser),
    ("web tools", web_tools),
    ("C++ compiler", compiler),
];

/// Gets everything, also after one part failed, and says what is where.
pub fn run() -> Result<()> {
    let mut failed = Vec::new();
    for (name, part) in PARTS {
        match part() {
            Ok(found) => conclude(found),
            Err(error) => {
                say(format_args!("{name}: {error:#}"));
                failed.push(name);
            }
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("these are missing: {}", failed.join(", "))
}

fn postgres() -> Result<String> {
    let installation = postgres::installation()?;
    Ok(format!("PostgreSQL {}: {}", installation.version(), installation.bin().display()))
}

fn cluster() -> Result<String> {
    let programs = cluster::programs()?;
    let kubectl = cluster::kubectl()?;
    Ok(format!(
        "kube-apiserver {}: {}\netcd {}: {}\nkubectl: {}",
        programs.kubernetes_version(),
        programs.kube_apiserver().display(),
        programs.etcd_version(),
        programs.etcd().display(),
        kubectl.display()
    ))
}

fn browser() -> Result<String> {
    let programs = browser::programs()?;
    Ok(format!(
        "Chromium {}: {}\nchromedriver {}: {}",
        programs.version(),
        programs.chromium().display(),
        programs.driver_version(),
        programs.driver().display()
    ))
}

fn web_tools() -> Result<String> {
    Ok(format!("axe-core and html-validate: {}", web_tools::folder()?.display()))
}

fn compiler() -> Result<String> {
    Ok(format!("C++ compiler: {}", fuzz::find_compiler()?))
}
