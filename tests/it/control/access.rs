//! Who may use the control plane: whoever reaches it, who has the token, or nobody. By the built
//! binary.

use serde_json::{Value, json};

use crate::kit::{Answer, Process, control, kmsim, send};
use crate::program::{both_ways, refused};

const TOKEN: &str = "hush-token-1";

fn with_token(server: &Process, method: &str, path: &str, authorization: &str) -> Answer {
    let head = format!("{method} /_kmsim/{path} HTTP/1.1\r\nAuthorization: {authorization}\r\n");
    send(server.address, &head, b"")
}

/// Every endpoint that the server itself tells of.
fn endpoints(document: &Value) -> Vec<(String, String)> {
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, methods): (&String, &Value)| {
        let methods =
            methods.as_object().unwrap().keys().map(|it| it.to_uppercase()).collect::<Vec<_>>();
        methods.into_iter().map(|method| (method, path.replace("/_kmsim/", ""))).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of).collect()
}

#[test]
fn the_token_is_needed_for_all_but_what_is_public() {
    for mut command in both_ways("--control-token", "KMSIM_CONTROL_TOKEN", TOKEN) {
        let server = Process::spawn(&mut command);
        let health = control(server.address, "GET", "health", &Value::Null);
        assert_eq!((health.status, health.json()["status"].clone()), (200, json!("ok")));
        assert!(
            control(server.address, "GET", "ca.pem", &Value::Null).text.starts_with("-----BEGIN")
        );
        let document = with_token(&server, "GET", "openapi.json", &format!("Bearer {TOKEN}")).ok();
        let all = endpoints(&document);
        assert!(all.len() > 10);
        let needed =
            all.iter().filter(|(_, path)| !["health", "ca.pem", "ca.p12"].contains(&path.as_str()));
        for (method, path) in
            needed.map(|(method, path)| (method.as_str(), path.as_str())).chain([("GET", "none")])
        {
            for wrong in [
                "",
                "Bearer",
                "Bearer hush-token-",
                "Bearer hush-token-12",
                "Basic hush-token-1",
                TOKEN,
            ] {
                let refused = with_token(&server, method, path, wrong);
                assert_eq!(refused.status, 401, "{method} {path} {wrong:?}");
                assert_eq!(refused.header("www-authenticate"), Some("Bearer realm=\"kmsim\""));
                assert!(
                    refused.json()["error"]
                        .as_str()
                        .unwrap()
                        .contains("Authorization: Bearer TOKEN")
                );
                assert!(!refused.text.contains(TOKEN));
            }
            let let_in = with_token(&server, method, path, &format!("bearer  {TOKEN}"));
            assert_ne!(let_in.status, 401, "{method} {path}");
        }
        // The clouds' own wire asks for no token.
        server.client().call("ListKeys", &[]).ok();
    }
}

#[test]
fn without_a_control_plane_there_is_only_what_is_public() {
    for mut command in both_ways_flag() {
        let server = Process::spawn(&mut command);
        control(server.address, "GET", "health", &Value::Null).ok();
        assert_eq!(control(server.address, "GET", "ca.pem", &Value::Null).status, 200);
        for path in ["openapi.json", "requests", "faults", "clock", "metrics", "actions"] {
            assert_eq!(control(server.address, "GET", path, &Value::Null).status, 404, "{path}");
        }
        let asked =
            super::call_with(&server.client(), "x-kmsim-fault: InternalFailure", "ListKeys", &[]);
        asked.ok();
    }
}

fn both_ways_flag() -> [std::process::Command; 2] {
    let mut by_variable = kmsim(&["--data", ":memory:"]);
    by_variable.env("KMSIM_NO_CONTROL", "true");
    [kmsim(&["--data", ":memory:", "--no-control"]), by_variable]
}

#[test]
fn a_mistaken_token_is_refused_and_not_shown() {
    for token in ["", "hush token", "hush\ttoken", "höush"] {
        let said = refused(kmsim(&["--data", ":memory:"]).args(["--control-token", token]));
        assert!(
            said.contains("--control-token") && !said.contains("hush") && !said.contains("höush"),
            "{said}"
        );
    }
}
