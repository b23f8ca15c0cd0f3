//! `kmsim env`: what it prints is the language's own, whatever the secret holds. That the SDKs take
//! it, tests/run shows.

use std::process::Command;

use kmsim::dialects::{PROFILES, Profile};

use super::{Ended, ended, fed, kmsim};

fn clients(peer: &Profile) -> impl Iterator<Item = &'static str> + use<> {
    peer.peer.clients.iter().map(|client| client.name)
}

fn env(arguments: &[&str]) -> Ended {
    ended(kmsim(&["env"]).args(arguments))
}

#[test]
fn the_known_clients_are_there() {
    let expected: [&[&str]; 2] = [
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
    ];
    for (peer, expected) in PROFILES.iter().zip(expected) {
        assert_eq!(clients(peer).collect::<Vec<_>>(), expected, "{}", peer.name);
    }
}

#[test]
fn each_names_the_server_and_the_access_key() {
    for peer in PROFILES {
        for client in clients(peer) {
            let options = ["--url", "http://kmsim.test:5691", "--access-key", "an-id:a-secret"];
            let printed = env(&[&[client, "--cloud", peer.name][..], &options].concat());
            for word in ["kmsim.test:5691", "an-id", "a-secret", peer.default_region] {
                assert!(printed.done().contains(word), "{client}: {word}: {printed:?}");
            }
            // Nothing is left to fill in, nor of the marks of one scheme.
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
            // Over HTTPS the certificate has to be trusted, except by clients that take any.
            let careless = ["secrets-manager", "client-key"].contains(&client);
            assert_eq!(other.out.contains("/_kmsim/ca."), !careless, "{other:?}");
        }
    }
}

#[test]
fn it_follows_the_servers_variables() {
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

/// A secret with all that some language minds.
const AWKWARD: &str = r#"a'b"c\d$e${f}%{g}`h`@ID@"#;

/// What a program prints as its last line.
fn last_line(command: &mut Command, input: &str) -> String {
    let done = fed(command, input);
    done.done().lines().last().unwrap_or_default().to_owned()
}

#[test]
fn an_awkward_secret_stays_what_it_is() {
    let with = |client: &str| env(&[client, "--access-key", &format!("id:{AWKWARD}")]).out;
    // Each language's own reader says what it reads.
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
        // The certificate is fetched by a command that is not to run here.
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
fn terraform_is_told_of_one_region_and_of_several() {
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
fn what_cannot_be_pointed_is_told() {
    let mistake = env(&["cobol"]);
    assert!(
        mistake.mistaken().contains("terraform") && mistake.err.contains("aliyun-cli"),
        "{mistake:?}"
    );
    assert!(env(&[]).mistaken().contains("<CLIENT>"));
    let none = env(&["terraform", "--cloud", "kingsoft"]);
    assert_eq!(
        none.mistaken(),
        "CLIENT: terraform is not a client of kingsoft; known are python, go, node, java"
    );
    assert!(env(&["python", "--cloud", "nimbus"]).mistaken().contains("--cloud"));
    assert!(env(&["python", "--url", "kmsim"]).mistaken().starts_with("--url: "));
    assert_eq!(
        env(&["python", "--access-key", "hush"]).mistaken(),
        "--access-key: expected ID:SECRET"
    );
}
