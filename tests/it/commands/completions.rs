//! `kmsim completions`.

use std::process::Command;

use super::{ended, kmsim, run_with_input};

#[test]
fn completions_exist_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = ended(&mut kmsim(&["completions", shell]));
        for word in ["healthcheck", "encryption-context", "access-key"] {
            assert!(script.done().contains(word), "{shell}: {word}");
        }
    }
    let mistake = ended(&mut kmsim(&["completions", "cmd"]));
    assert!(mistake.usage_error().contains("bash, elvish, fish, powershell, zsh"), "{mistake:?}");
    assert!(ended(&mut kmsim(&["completions"])).usage_error().contains("<SHELL>"));
}

#[test]
fn bash_loads_the_completions() {
    let script = ended(&mut kmsim(&["completions", "bash"])).out;
    assert_eq!(run_with_input(Command::new("bash").arg("-n"), &script).done(), "");
    let line =
        "COMP_WORDS=(kmsim env py); COMP_CWORD=2; _kmsim kmsim py env; echo \"${COMPREPLY[*]}\"";
    let completed = run_with_input(&mut Command::new("bash"), &format!("{script}\n{line}\n"));
    assert_eq!(completed.out, "python python-classic\n", "{completed:?}");
}
