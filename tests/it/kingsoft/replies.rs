//! The two formats of answers.

use super::wire::{Client, NEW, element};
use crate::kit::{Answer, Server};

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

fn request_id(answer: &Answer) -> String {
    if answer.text.starts_with('{') {
        answer.json()["RequestId"].as_str().unwrap().to_owned()
    } else {
        element(&answer.text, "RequestId")
    }
}

#[test]
fn xml_is_as_in_the_documents_samples() {
    let server = Server::start();
    let json = Client::of(&server);
    let xml = Client { accept: "*/*", ..json.clone() };
    let made = xml.call("CreateKey", &[&NEW[1..], &[("KeyName", "<a> & \"b\" 测试")]].concat());
    assert_eq!(made.header("content-type"), Some("text/xml;charset=utf-8"));
    let (request, key) = (request_id(&made), element(&made.text, "KeyId"));
    let told = format!(
        "<KeyId>{key}</KeyId><KeyName>&lt;a&gt; &amp; &quot;b&quot; 测试</KeyName>\
         <CreateTime>2030-01-01 08:00:00</CreateTime><Description></Description><KeyState>Enabled</KeyState>\
         <KeyUsage>EncryptDecrypt</KeyUsage><Origin>kms</Origin>"
    );
    let expected =
        format!("{HEAD}<response><RequestId>{request}</RequestId><Key>{told}</Key></response>");
    assert_eq!((made.status, &made.text), (200, &expected));
    let listed = xml.call("DescribeKeys", &[]);
    let request = request_id(&listed);
    let expected = format!(
        "{HEAD}<response><RequestId>{request}</RequestId><KeySet><item>{told}</item></KeySet></response>"
    );
    assert_eq!(listed.text, expected);
    json.set_state(&key, "Disabled");
    let deleted = xml.call("DeleteKey", &[("KeyId", &key)]);
    assert!(
        deleted.text.contains("</RequestId><Return>true</Return><Key><KeyId>"),
        "{}",
        deleted.text
    );
    let none = xml.call("DescribeKeys", &[]);
    assert!(none.text.ends_with("</RequestId><KeySet></KeySet></response>"), "{}", none.text);
}

#[test]
fn refusals_are_as_in_the_documents_samples() {
    let server = Server::start();
    let json = Client::of(&server);
    let xml = Client { accept: "text/xml", ..json.clone() };
    let message = "An invalid or out-of-range value was supplied for the input parameter KeyId.";
    let answer = xml.call("DeleteKey", &[("KeyId", "b")]);
    let expected = format!(
        "{HEAD}<ErrorResponse><RequestId>{}</RequestId><Error><Type>Sender</Type><Code>InvalidParameterValue</Code>\
         <Message>{message}</Message></Error></ErrorResponse>",
        request_id(&answer)
    );
    assert_eq!((answer.status, answer.text), (400, expected));
    let answer = json.call("DeleteKey", &[("KeyId", "b")]);
    assert_eq!(answer.header("content-type"), Some("application/json;charset=utf-8"));
    let expected = format!(
        r#"{{"RequestId":"{}","Error":{{"Type":"Sender","Code":"InvalidParameterValue","Message":"{message}"}}}}"#,
        request_id(&answer)
    );
    assert_eq!((answer.status, answer.text), (400, expected));
}

#[test]
fn the_client_chooses_the_format() {
    let server = Server::start();
    let client = Client::of(&server);
    let json = |accept: &'static str, params: &[(&str, &str)]| {
        let answer = Client { accept, ..client.clone() }.call("DescribeKeys", params);
        assert_eq!(answer.status, 200);
        answer.text.starts_with('{')
    };
    assert!(json("application/json", &[]) && json("text/plain, application/json;q=0.5", &[]));
    assert!(json("*/*", &[("Format", "json")]) && json("*/*", &[("Format", "JSON")]));
    assert!(
        !json("*/*", &[])
            && !json("text/html", &[])
            && !json("application/json", &[("Format", "xml")])
    );
}

#[test]
fn text_that_xml_cannot_represent_is_answered_in_json() {
    let server = Server::start();
    let client = Client { accept: "text/xml", ..Client::of(&server) };
    let made = client.call("CreateKey", &[&NEW[1..], &[("KeyName", "a\u{1}b")]].concat());
    assert_eq!(made.header("content-type"), Some("application/json;charset=utf-8"));
    assert_eq!(made.ok()["Key"]["KeyName"], "a\u{1}b");
    let made = client.call("CreateKey", &[&NEW[1..], &[("KeyName", "a\r\nb")]].concat());
    assert!(made.text.contains("<KeyName>a&#13;\nb</KeyName>"), "{}", made.text);
}
