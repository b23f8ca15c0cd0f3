//! The help: it teaches by examples, and they hold.

use std::process::Command;

use clap::{CommandFactory, Parser};
use kmsim::commands::Cli;

use super::{ended, kmsim};
use crate::docs::generated;
use crate::kit::root;

/// The commands, but for `serve`, which is the program itself, and `help`.
fn commands() -> Vec<String> {
    let cli = Cli::command();
    let names = cli.get_subcommands().map(|it| it.get_name().to_owned());
    names.filter(|name| name != "serve" && name != "help").collect()
}

/// Every use of the program in a help text's examples, each up to where the shell does something
/// else.
fn examples(help: &str) -> Vec<String> {
    let lines = help.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let parts = lines.flat_map(|line| line.split(" | ").flat_map(|part| part.split(" && ")));
    let uses = parts.filter_map(|part| {
        let part = part.trim().trim_start_matches("eval \"$(");
        part.starts_with("kmsim")
            .then(|| part.split([')', '>']).next().unwrap_or_default().to_owned())
    });
    uses.collect()
}

/// The words of a line, as a shell parts them.
fn words(line: &str) -> Vec<String> {
    let script = format!("blob=x; set -- {line}; printf '%s\\n' \"$@\"");
    ended(Command::new("sh").args(["-c", &script])).done().lines().map(str::to_owned).collect()
}

#[test]
fn every_command_teaches_by_examples_that_hold() {
    assert!(commands().len() >= 6);
    for name in commands().iter().map(String::as_str).chain([""]) {
        let help = ended(&mut kmsim(&[name, "--help"][usize::from(name.is_empty())..]));
        let (_, taught) =
            help.done().split_once("Examples:").unwrap_or_else(|| panic!("{name}: {help:?}"));
        let examples = examples(taught);
        let own = examples.iter().filter(|it| it.starts_with(format!("kmsim {name}").trim()));
        assert!(own.count() >= 2, "{name}: {examples:?}");
        for example in examples {
            let words = words(&example);
            assert_eq!(words[0], "kmsim", "{name}: {example}");
            if let Err(error) = Cli::try_parse_from(&words) {
                panic!("{example}: {error}");
            }
        }
    }
}

#[test]
fn every_option_is_explained() {
    let cli = Cli::command();
    for command in cli.get_subcommands().chain([&cli]) {
        for argument in command.get_arguments().filter(|it| !it.is_hide_set()) {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.len() > 3, "{} {}", command.get_name(), argument.get_id());
        }
    }
    // The short form and the long one.
    for form in [&["-h"][..], &["--help"], &["help"], &["help", "call"], &["call", "-h"]] {
        ended(&mut kmsim(form)).done();
    }
}

/// The server's options, as docs/options.md lists them.
fn options() -> String {
    let mut rows = String::from("\n| option | variable | default | |\n|---|---|---|---|\n");
    for option in Cli::command().get_arguments().filter(|it| !it.is_hide_set()) {
        let Some(name) = option.get_long().filter(|name| !["help", "version"].contains(name))
        else {
            continue;
        };
        let values = option.get_value_names().unwrap_or_default().join(" ");
        let takes_value = option.get_action().takes_values()
            && option.get_num_args().is_none_or(|it| it.min_values() > 0);
        let value = if takes_value { format!(" {values}") } else { String::new() };
        let code = |text: &str| if text.is_empty() { String::new() } else { format!("`{text}`") };
        let default = option.get_default_values().iter().map(|it| it.to_string_lossy());
        let help = option.get_long_help().or(option.get_help()).map(ToString::to_string);
        let help = help.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        // The help names the variable where it is not clap that reads it.
        let named = || Some(help.split_once("[env: `")?.1.split_once('`')?.0.to_owned());
        let variable = option.get_env().map(|it| it.to_string_lossy().into_owned()).or_else(named);
        let row = format!(
            "| `--{name}{value}` | {} | {} | {} |\n",
            code(&variable.unwrap_or_default()),
            code(&default.collect::<Vec<_>>().join(", ")),
            help.replace('|', "\\|"),
        );
        rows.push_str(&row);
    }
    rows
}

#[test]
fn the_documents_list_every_option_and_command() {
    generated("docs/options.md", "options", &options());
    let text = std::fs::read_to_string(root().join("docs/commands.md")).unwrap();
    for command in commands() {
        assert!(text.contains(&format!("kmsim {command}")), "docs/commands.md lacks {command}");
    }
}
