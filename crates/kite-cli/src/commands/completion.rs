//! `kite completion`: the script that lets a shell complete commands, flags, namespaces and issues.

use clap::ValueEnum;
use clap_complete::env::{Bash, EnvCompleter, Fish, Powershell, Zsh};

use crate::args::{self, Name};
use crate::completion::VARIABLE;
use crate::failure::{Exit, Failure};
use crate::session::Session;

const NAME: &str = "kite";

/// Print the script that lets a shell complete commands, namespaces and issues
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Put this where your shell starts:\n  \
    bash        source <(kite completion bash)       in ~/.bashrc\n  \
    zsh         source <(kite completion zsh)        in ~/.zshrc, behind compinit\n  \
    fish        kite completion fish | source        in ~/.config/fish/config.fish\n  \
    powershell  kite completion powershell | Out-String | Invoke-Expression\n  \
    nushell     kite completion nushell | save -f kite.nu, then `source kite.nu`")]
pub struct Args {
    /// Which shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// A shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Nushell,
}

/// Prints the script.
pub fn run(session: &Session, args: &Args) -> Result<Exit, Failure> {
    let completer: &dyn EnvCompleter = match args.shell {
        Shell::Bash => &Bash,
        Shell::Zsh => &Zsh,
        Shell::Fish => &Fish,
        Shell::Powershell => &Powershell,
        // Commands and flags only: this shell asks no program.
        Shell::Nushell => return nushell(session),
    };
    let mut script = Vec::new();
    completer
        .write_registration(VARIABLE, NAME, NAME, NAME, &mut script)
        .map_err(|error| Failure::problem(format!("failed to write the script: {error}")))?;
    session.printer.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Fine)
}

fn nushell(session: &Session) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    let mut command = args::command(Name::Kite);
    clap_complete::generate(clap_complete_nushell::Nushell, &mut command, NAME, &mut script);
    session.printer.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Fine)
}
