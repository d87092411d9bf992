//! Writes the manual pages of all commands into a folder: `cargo xtask man`.

use std::path::PathBuf;
use std::{env, fs, io};

use kite_cli::args::{Name, command};

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map_or_else(|| PathBuf::from("target/man"), PathBuf::from);
    fs::create_dir_all(&folder)?;
    clap_mangen::generate_to(command(Name::Kite), &folder)
}
