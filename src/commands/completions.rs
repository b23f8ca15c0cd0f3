//! `kmsim completions`: prints a shell's completion script.

use clap::{Args, Command};
use clap_complete::Shell;

use super::Failure;
use super::io::print;

const EXAMPLES: &str = "Examples:
  kmsim completions bash > ~/.local/share/bash-completion/completions/kmsim
  kmsim completions zsh > \"${fpath[1]}/_kmsim\"
  kmsim completions fish > ~/.config/fish/completions/kmsim.fish";

/// The options of `kmsim completions`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The shell.
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(options: &Options, command: &mut Command) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, command, "kmsim", &mut script);
    print(&script)
}
