//! `kite config`: which KITE belongs to which context.

use std::path::PathBuf;

use clap::Subcommand;
use clap_complete::ArgValueCompleter;

use crate::completion;
use crate::config_file::{ConfigFile, Context};
use crate::failure::{Exit, Failure};
use crate::kubeconfig;
use crate::session::Session;
use crate::table::table;
use crate::text::{Text, Tone};

/// Set up which KITE belongs to which context
///
/// A context holds the address of KITE, a namespace and where the token is. It belongs to the
/// kubeconfig's context of the same name: switching that one switches KITE, too.
#[derive(Clone, Debug, Subcommand)]
pub enum Config {
    /// Print what is set, and what follows from it
    View,
    /// List the contexts of this program and of the kubeconfig
    GetContexts,
    /// Use a context whatever the kubeconfig's current one is
    UseContext {
        /// Its name; none goes back to the kubeconfig's current one
        #[arg(value_name = "NAME", add = ArgValueCompleter::new(completion::contexts))]
        name: Option<String>,
    },
    /// Set up a context: what --server, --namespace, --token-file and --ca-file say
    SetContext {
        /// Its name
        #[arg(value_name = "NAME", add = ArgValueCompleter::new(completion::contexts))]
        name: String,
    },
    /// Forget a context
    DeleteContext {
        /// Its name
        #[arg(value_name = "NAME", add = ArgValueCompleter::new(completion::contexts))]
        name: String,
    },
    /// As the earlier program had it
    #[command(hide = true)]
    SetApiUrl {
        /// Address of KITE
        url: String,
    },
}

/// Does what is asked with the configuration.
pub async fn run(session: &Session, task: Config) -> Result<Exit, Failure> {
    let mut file = ConfigFile::read()?;
    match task {
        Config::View => return view(session, &file).await,
        Config::GetContexts => return contexts(session, &file),
        Config::UseContext { name } => {
            let kube = kubeconfig::read(session.global.kubeconfig.as_deref())?;
            if let Some(name) = name.as_ref().filter(|name| !file.contexts.contains_key(*name))
                && !kube.contexts.iter().any(|context| context.name == *name)
            {
                return Err(Failure::usage(format!("there is no context `{name}`"))
                    .hint("`kite config set-context` makes one, `kite config get-contexts` lists them"));
            }
            file.current_context = name;
        }
        Config::SetContext { name } => {
            let context = file.contexts.entry(name).or_default();
            set(context, session)?;
        }
        Config::DeleteContext { name } => {
            if file.contexts.remove(&name).is_none() {
                return Err(Failure::problem(format!("there is no context `{name}` to forget")));
            }
            file.current_context = file.current_context.filter(|current| *current != name);
        }
        Config::SetApiUrl { url } => {
            let name = "default".to_owned();
            file.contexts.entry(name.clone()).or_default().server = Some(url);
            file.current_context = Some(name);
        }
    }
    file.write()?;
    session.printer.say(&format!("wrote `{}`", ConfigFile::path()?.display()));
    Ok(Exit::Fine)
}

fn set(context: &mut Context, session: &Session) -> Result<(), Failure> {
    let global = &session.global;
    let absolute = |path: &PathBuf| {
        std::path::absolute(path).map_err(|error| Failure::usage(format!("`{}` is no path: {error}", path.display())))
    };
    context.server = global.server.clone().or(context.server.take());
    context.namespace = global.namespace.clone().or(context.namespace.take());
    // The program runs in another folder next time.
    context.token_file = global.token_file.as_ref().map(absolute).transpose()?.or(context.token_file.take());
    context.ca_file = global.ca_file.as_ref().map(absolute).transpose()?.or(context.ca_file.take());
    if *context == Context::default() {
        return Err(Failure::usage("nothing was said about the context").hint("give --server and the like"));
    }
    Ok(())
}

async fn view(session: &Session, file: &ConfigFile) -> Result<Exit, Failure> {
    let settings = session.settings().await?;
    let mut text = Text::default();
    let mut field = |name: &str, value: &str| {
        text.push(Tone::Faint, format!("{name:<11}")).plain(value).end_line();
    };
    field("file:", &ConfigFile::path()?.display().to_string());
    field("context:", settings.context.as_deref().unwrap_or("none"));
    field("server:", &format!("{} (from {})", settings.server, settings.server_from));
    field("namespace:", settings.namespace.as_deref().unwrap_or("all that you may see"));
    field("token:", &settings.token_source().to_string());
    session.printer.show(&text)?;
    if *file != ConfigFile::default() {
        session.printer.print("---\n")?;
        session.printer.yaml(file)?;
    }
    Ok(Exit::Fine)
}

fn contexts(session: &Session, file: &ConfigFile) -> Result<Exit, Failure> {
    let kube = kubeconfig::read(session.global.kubeconfig.as_deref())?;
    let current = file.current_context.as_ref().or(kube.current_context.as_ref());
    let mut names: Vec<_> = file.contexts.keys().chain(kube.contexts.iter().map(|context| &context.name)).collect();
    names.sort();
    names.dedup();
    let rows = names.iter().map(|name| {
        let own = file.contexts.get(*name).cloned().unwrap_or_default();
        let kube = kubeconfig::KubeContext::find(&kube, name);
        let mark = if current == Some(*name) { "*" } else { "" };
        let namespace = own.namespace.or_else(|| kube.as_ref()?.namespace.clone()).unwrap_or_default();
        let known = if kube.is_some() { "yes" } else { "" };
        let server = own.server.unwrap_or_default();
        (Tone::Plain, vec![(*name).clone(), mark.to_owned(), namespace, known.to_owned(), server])
    });
    let head = ["NAME", "CURRENT", "NAMESPACE", "KUBECONFIG", "SERVER"];
    session.printer.show(&table(&head, rows.collect(), session.printer.width()))?;
    Ok(Exit::Fine)
}
