//! CORS: the preflight requests of browsers, and the headers that let pages read answers.

use crate::kit::{Answer, Server, send};

const PAGE: &str = "Origin: https://app.example\r\n";

fn ask(server: &Server, line: &str, headers: &str) -> Answer {
    send(server.address, &format!("{line} HTTP/1.1\r\n{headers}"), b"")
}

#[test]
fn a_page_may_call_the_clouds() {
    let server = Server::start();
    let asked = "authorization,content-type,x-acs-action,x-amz-date,x-sdk-date,x-tc-action";
    for method in ["GET", "POST"] {
        for (names, allowed) in [(Some(asked), asked), (None, "authorization")] {
            let names = names
                .map_or(String::new(), |it| format!("Access-Control-Request-Headers: {it}\r\n"));
            let headers = format!("{PAGE}Access-Control-Request-Method: {method}\r\n{names}");
            let answer = ask(&server, "OPTIONS /?Action=ListKeys", &headers);
            assert_eq!((answer.status, answer.text.as_str()), (204, ""));
            let header =
                |name: &str| answer.header(&format!("access-control-{name}")).unwrap_or_default();
            assert_eq!((header("allow-origin"), header("allow-credentials")), ("*", ""));
            assert!(header("allow-methods").contains(method), "{answer:?}");
            assert!(header("allow-headers").contains(allowed), "{answer:?}");
            assert!(header("max-age").parse::<u32>().unwrap() > 600, "{answer:?}");
        }
    }
    // The page may read every answer.
    for target in ["/?Action=ListKeys", "/?Version=2016-03-04", "/nothing"] {
        let answer = ask(&server, &format!("GET {target}"), PAGE);
        assert!(answer.status >= 400);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{target}");
        assert_eq!(answer.header("access-control-expose-headers"), Some("*"), "{target}");
    }
    let granted = server.client().call("ListKeys", &[]);
    granted.ok();
    assert_eq!(granted.header("access-control-allow-origin"), Some("*"));
}

#[test]
fn other_options_requests_are_unaffected() {
    let server = Server::start();
    let method = "Access-Control-Request-Method: POST\r\n";
    for headers in ["", PAGE, method] {
        ask(&server, "OPTIONS /", headers).refused(403, "UnsupportedHTTPMethod");
    }
    for line in ["OPTIONS /_kmsim/reset", "POST /_kmsim/reset", "GET /_kmsim/health"] {
        let answer = ask(&server, line, &format!("{PAGE}{method}"));
        assert!(!answer.head.to_lowercase().contains("access-control-"), "{answer:?}");
    }
    // Pages of other sites may not use the control plane.
    assert_eq!(ask(&server, "OPTIONS /_kmsim/reset", &format!("{PAGE}{method}")).status, 403);
    assert_eq!(ask(&server, "OPTIONS /_kmsim/reset", "").status, 405);
}
