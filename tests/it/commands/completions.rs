//! `kmsim completions`.

use std::process::Command;

use super::{ended, fed, kmsim};

#[test]
fn every_shell_has_its_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = ended(&mut kmsim(&["completions", shell]));
        for word in ["healthcheck", "encryption-context", "access-key"] {
            assert!(script.done().contains(word), "{shell}: {word}");
        }
    }
    let mistake = ended(&mut kmsim(&["completions", "cmd"]));
    assert!(mistake.mistaken().contains("bash, elvish, fish, powershell, zsh"), "{mistake:?}");
    assert!(ended(&mut kmsim(&["completions"])).mistaken().contains("<SHELL>"));
}

#[test]
fn bash_completes_with_them() {
    let script = ended(&mut kmsim(&["completions", "bash"])).out;
    assert_eq!(fed(Command::new("bash").arg("-n"), &script).done(), "");
    let line =
        "COMP_WORDS=(kmsim env py); COMP_CWORD=2; _kmsim kmsim py env; echo \"${COMPREPLY[*]}\"";
    let completed = fed(&mut Command::new("bash"), &format!("{script}\n{line}\n"));
    assert_eq!(completed.out, "python python-classic\n", "{completed:?}");
}
