//! What a report is about, as flags of `kite report` and `kite run`.

use clap::Args;
use clap::builder::PossibleValuesParser;
use kite_api::{LinkInput, Report, ScopeInput};

use crate::failure::Failure;
use crate::query::{SEVERITIES, TYPES, pair};

/// What a report is about.
#[derive(Clone, Debug, Args)]
pub struct Subject {
    /// What the problem is in: TYPE/NAME, such as component/shop
    #[arg(long, value_name = "TYPE/NAME", value_parser = scope)]
    pub scope: Option<ScopeInput>,
    /// What kind of work it is [default: pipeline]
    #[arg(short = 't', long = "type", value_name = "TYPE", value_parser = PossibleValuesParser::new(TYPES))]
    pub issue_type: Option<String>,
    /// What separates problems of the same scope, such as push/main
    #[arg(long, value_name = "TEXT")]
    pub variant: Option<String>,
    /// Cluster that the scope is in
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
    /// How bad a failure is [default: major]
    #[arg(short, long, value_name = "SEVERITY", value_parser = PossibleValuesParser::new(SEVERITIES))]
    pub severity: Option<String>,
    /// What is broken, in one line
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// What happened
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// What it has in common with others, if that is known, such as cve/CVE-2024-1234
    #[arg(long, value_name = "KEY")]
    pub cause: Option<String>,
    /// When it must be fixed, such as 2030-01-31T00:00:00Z
    #[arg(long, value_name = "TIME")]
    pub due: Option<String>,
    /// Where to look: TITLE=URL; may be repeated
    #[arg(long, value_name = "TITLE=URL")]
    pub link: Vec<String>,
    /// Facts to filter by: KEY=VALUE, such as application=store; may be repeated
    #[arg(short = 'l', long, value_name = "KEY=VALUE")]
    pub label: Vec<String>,
}

impl Subject {
    /// A report about the subject, of which the verdict and the texts are still open.
    pub fn report(&self, namespace: Option<String>) -> Result<Report, Failure> {
        let namespace = namespace
            .ok_or_else(|| Failure::usage("a report needs a namespace").hint("name it with -n, or KITE_NAMESPACE"))?;
        let scope = self.scope.clone().ok_or_else(|| {
            Failure::usage("a report needs a scope").hint("name it with --scope, such as --scope component/shop")
        })?;
        let link = |link: &String| {
            let (title, url) =
                pair(link).map_err(|_| Failure::usage(format!("`{link}` is no link: write TITLE=URL")))?;
            Ok::<_, Failure>(LinkInput { title: Some(title), url: Some(url) })
        };
        Ok(Report {
            namespace: Some(namespace),
            cluster: self.cluster.clone(),
            scope: Some(scope),
            issue_type: self.issue_type.clone(),
            variant: self.variant.clone(),
            cause: self.cause.clone(),
            due_at: self.due.clone(),
            links: self.link.iter().map(link).collect::<Result<_, _>>()?,
            labels: self.label.iter().map(|label| pair(label)).collect::<Result<_, _>>()?,
            ..Report::default()
        })
    }

    /// How bad a failure is.
    pub fn severity(&self) -> String {
        self.severity.clone().unwrap_or_else(|| "major".to_owned())
    }
}

fn scope(text: &str) -> Result<ScopeInput, String> {
    match text.split_once('/') {
        Some((kind, name)) if !kind.is_empty() && !name.is_empty() => Ok(ScopeInput {
            resource_type: Some(kind.to_owned()),
            resource_name: Some(name.to_owned()),
            resource_namespace: None,
        }),
        _ => Err("must be TYPE/NAME, such as component/shop".to_owned()),
    }
}
