//! `kmsim env`: its output is valid in each language, whatever the secret contains. tests/run
//! checks that the SDKs accept it.

use std::process::Command;

use kmsim::dialects::{PROFILES, Profile};

use super::{Ended, ended, kmsim, run_with_input};

fn clients(peer: &Profile) -> impl Iterator<Item = &'static str> + use<> {
    peer.peer.clients.iter().map(|client| client.name)
}

fn env(arguments: &[&str]) -> Ended {
    ended(kmsim(&["env"]).args(arguments))
}

#[test]
fn every_known_client_has_settings() {
    let expected: [&[&str]; 4] = [
        &[
            "python",
            "python-classic",
            "oss2",
            "go",
            "go-v4",
            "go-classic",
            "node",
            "java",
            "java-classic",
            "php",
            "secrets-manager",
            "client-key",
            "nacos",
            "terraform",
            "aliyun-cli",
            "vault",
        ],
        &["python", "go", "node", "java"],
        &["python", "node", "go", "java", "php", "cli", "terraform"],
        &["python", "node", "go", "java", "sops", "vault", "terraform"],
    ];
    assert_eq!(PROFILES.len(), expected.len());
    for (peer, expected) in PROFILES.iter().zip(expected) {
        assert_eq!(clients(peer).collect::<Vec<_>>(), expected, "{}", peer.name);
    }
}

#[test]
fn settings_contain_the_server_and_the_access_key() {
    for peer in PROFILES {
        for client in clients(peer) {
            let options = ["--url", "http://kmsim.test:5691", "--access-key", "an-id:a-secret"];
            let printed = env(&[&[client, "--cloud", peer.name][..], &options].concat());
            for word in ["kmsim.test:5691", "an-id", "a-secret", peer.default_region] {
                assert!(printed.done().contains(word), "{client}: {word}: {printed:?}");
            }
            // No placeholder is left, of either syntax.
            let left = printed.out.lines().find(|line| {
                line.starts_with("http|") || line.starts_with("https|") || line.contains("@ID@")
            });
            assert!(
                left.is_none() && !printed.out.contains("@E") && !printed.out.contains("@U"),
                "{printed:?}"
            );
            let other = env(&[
                client,
                "--cloud",
                peer.name,
                "--region",
                "cn-beijing",
                "--url",
                "https://kmsim.test:5691",
            ]);
            assert!(
                other.done().contains("cn-beijing") && other.out.contains("testid"),
                "{other:?}"
            );
            // Over HTTPS, clients must trust the certificate, except those that accept any.
            let careless = ["secrets-manager", "client-key"].contains(&client);
            assert_eq!(other.out.contains("/_kmsim/ca."), !careless, "{other:?}");
        }
    }
}

#[test]
fn the_servers_variables_are_used() {
    let mut command = kmsim(&["env", "python"]);
    command
        .env("KMSIM_LISTEN", "0.0.0.0:7001")
        .env("KMSIM_ACCESS_KEYS", "one:s1,two:s2")
        .env("KMSIM_REGION", "r-1");
    let printed = ended(&mut command);
    for word in ["\"127.0.0.1:7001\"", "\"one\"", "\"s1\"", "\"r-1\""] {
        assert!(printed.done().contains(word), "{word}: {printed:?}");
    }
}

/// A secret with every character that is special in some language.
const AWKWARD: &str = r#"a'b"c\d$e${f}%{g}`h`@ID@"#;

/// The last line of a program's output.
fn last_line(command: &mut Command, input: &str) -> String {
    let done = run_with_input(command, input);
    done.done().lines().last().unwrap_or_default().to_owned()
}

#[test]
fn special_characters_in_a_secret_are_escaped() {
    let with = |client: &str| env(&[client, "--access-key", &format!("id:{AWKWARD}")]).out;
    // Each language's own parser reads the output.
    let python = format!(
        "import sys, types\nfor name in ['alibabacloud_kms20160120', 'alibabacloud_tea_openapi']:\n    \
         sys.modules[name] = types.ModuleType(name)\nfor name, it in [('alibabacloud_kms20160120.client', 'Client'), \
         ('alibabacloud_tea_openapi.utils_models', 'Config')]:\n    sys.modules[name] = types.ModuleType(name)\n    \
         setattr(sys.modules[name], it, (lambda config: config) if it == 'Client' else dict)\n{}\n\
         print(kms['access_key_secret'])\n",
        with("python")
    );
    assert_eq!(last_line(Command::new("python3").arg("-"), &python), AWKWARD);
    let node = with("node").replace(
        "require('@alicloud/pop-core')",
        "{ RPCClient: class { constructor(it) { this.it = it; } } }",
    );
    assert_eq!(
        last_line(
            Command::new("node").arg("-"),
            &format!("{node}\nconsole.log(kms.it.accessKeySecret);\n")
        ),
        AWKWARD
    );
    for (client, variable) in [
        ("aliyun-cli", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
        ("vault", "ALICLOUD_SECRET_KEY"),
        ("secrets-manager", "credentials_access_secret"),
    ] {
        // The output fetches the certificate by a command that must not run here.
        let text = format!("curl() {{ :; }}\n{}\nprintf '%s\\n' \"${variable}\"\n", with(client));
        assert_eq!(last_line(&mut Command::new("sh"), &text), AWKWARD, "{client}");
    }
    assert!(with("php").contains(r#"'accessKeySecret' => 'a\'b"c\\d$e${f}%{g}`h`@ID@',"#));
    assert!(with("terraform").contains(r#"secret_key   = "a'b\"c\\d$e$${f}%%{g}`h`@ID@""#));
    for client in ["go", "go-v4", "java"] {
        assert!(with(client).contains(r#"("a'b\"c\\d$e${f}%{g}`h`@ID@")"#), "{client}");
    }
}

#[test]
fn terraform_supports_one_region_and_several() {
    let shown = env(&["terraform", "--region", "cn-shanghai", "--url", "http://127.0.0.1:5691"]);
    for line in [
        "  region       = \"cn-shanghai\"",
        "    # kmsim --region \"cn-shanghai\"",
        "    kms = \"127.0.0.1:5691\"",
        "    # kms = \"cn-shanghai.localhost:5691\"",
    ] {
        assert!(shown.done().lines().any(|it| it == line), "{line}: {shown:?}");
    }
}

#[test]
fn unsupported_clients_are_refused_with_a_reason() {
    let mistake = env(&["cobol"]);
    assert!(
        mistake.usage_error().contains("terraform") && mistake.err.contains("aliyun-cli"),
        "{mistake:?}"
    );
    assert!(env(&[]).usage_error().contains("<CLIENT>"));
    let none = env(&["terraform", "--cloud", "kingsoft"]);
    assert_eq!(
        none.usage_error(),
        "CLIENT: terraform is not a client of kingsoft; known are python, go, node, java"
    );
    assert!(env(&["python", "--cloud", "nimbus"]).usage_error().contains("--cloud"));
    assert!(env(&["python", "--url", "kmsim"]).usage_error().starts_with("--url: "));
    assert_eq!(
        env(&["python", "--access-key", "hush"]).usage_error(),
        "--access-key: expected ID:SECRET"
    );
}
