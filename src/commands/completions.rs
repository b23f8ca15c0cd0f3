//! `kmsim completions`: what makes a shell complete this command line.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Failure, say};
use crate::cli::Cli;

const EXAMPLES: &str = "Examples:
  kmsim completions bash > ~/.local/share/bash-completion/completions/kmsim
  kmsim completions zsh > \"${fpath[1]}/_kmsim\"
  kmsim completions fish > ~/.config/fish/completions/kmsim.fish";

/// Its options.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The shell.
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Cli::command(), "kmsim", &mut script);
    say(&script)
}
