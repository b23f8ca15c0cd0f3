//! Shared by the whole program: the SDK as one call, counted checks, and the format of every
//! answer.

use std::cell::Cell;
use std::time::Duration;

use aliyun_openapi_core_rust_sdk::client::error::Error;
use aliyun_openapi_core_rust_sdk::client::rpc::RPClient;
use serde_json::{Map, Value, json};

/// An id that does not exist.
pub const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";
/// Characters that clients and servers encode differently.
pub const SPECIAL: &str = "a b+c*d~e!'()";

/// The outcome of a check: its result, or why it failed.
pub type Outcome<T = ()> = Result<T, String>;

/// Fails the check unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $($why:tt)+) => {
        if !$condition {
            return Err(format!($($why)+));
        }
    };
}
pub(crate) use ensure;

/// Fails unless both are equal.
pub fn same<T: PartialEq<U> + std::fmt::Debug, U: std::fmt::Debug>(
    got: T,
    want: U,
    what: &str,
) -> Outcome {
    ensure!(got == want, "{what}: {got:?}, {want:?} expected");
    Ok(())
}

/// The service's refusal as the SDK returns it, without the HTTP status.
#[derive(Debug)]
pub struct Refusal {
    pub code: String,
    pub message: String,
}

/// The SDK with one access key and one HTTP method.
#[derive(Clone)]
pub struct Client {
    url: String,
    method: &'static str,
    id: String,
    secret: String,
    version: &'static str,
}

impl Client {
    pub fn new(url: &str, method: &'static str, id: &str, secret: &str) -> Self {
        Self {
            url: format!("{url}/"),
            method,
            id: id.into(),
            secret: secret.into(),
            version: "2016-01-20",
        }
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn method(&self) -> &'static str {
        self.method
    }

    pub fn with_id(&self, id: &str) -> Self {
        Self { id: id.into(), ..self.clone() }
    }

    pub fn with_secret(&self, secret: &str) -> Self {
        Self { secret: secret.into(), ..self.clone() }
    }

    pub fn with_version(&self, version: &'static str) -> Self {
        Self { version, ..self.clone() }
    }

    /// Calls an action. The parameters are an object with flat names. Null omits one.
    async fn call(
        &self,
        action: &str,
        params: &Value,
    ) -> Outcome<Result<Map<String, Value>, Refusal>> {
        let flat = params.as_object().ok_or("parameters are an object")?;
        let query = flat.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| {
            (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        });
        let request = RPClient::new(self.id.as_str(), self.secret.as_str(), self.url.as_str())
            .request(self.method, action)
            .version(self.version)
            .query(query)
            .timeout(Duration::from_secs(30));
        match request.send().await {
            Ok(response) => {
                let status = response.status().as_u16();
                same(status, 200, action)?;
                let header = |name| {
                    response
                        .headers()
                        .get(name)
                        .and_then(|value| value.to_str().ok())
                        .unwrap_or("")
                        .to_owned()
                };
                let (id, kind) = (header("x-acs-request-id"), header("content-type"));
                ensure!(
                    kind == "application/json" || kind.starts_with("application/json;"),
                    "{action}: content type {kind}"
                );
                let text = response.text().await.map_err(|error| error.to_string())?;
                let Ok(Value::Object(body)) = serde_json::from_str(&text) else {
                    return Err(format!("{action}: not a JSON object: {text}"));
                };
                same(body.get("RequestId"), Some(&json!(id)), "RequestId and x-acs-request-id")?;
                check_request_id(&id)?;
                ensure!(!body.contains_key("Code"), "{action}: a Code in a success: {text}");
                Ok(Ok(body))
            }
            Err(Error::InvalidResponse { request_id, error_code, error_message }) => {
                check_request_id(&request_id)?;
                Ok(Err(Refusal { code: error_code, message: error_message }))
            }
            Err(error) => Err(format!("{action}: {error}")),
        }
    }
}

fn check_request_id(id: &str) -> Outcome {
    let groups: Vec<usize> = id.split('-').map(str::len).collect();
    let lower_hex = id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'));
    ensure!(lower_hex && groups == [8, 4, 4, 4, 12], "not a lower-case UUID: {id}");
    Ok(())
}

#[derive(Default)]
pub struct Count {
    pub passed: Cell<u32>,
    pub failed: Cell<u32>,
}

/// One pass of the checks through one client.
pub struct Run<'a> {
    pub client: Client,
    /// Makes names unique, so that two runs against one server do not conflict.
    pub tag: String,
    count: &'a Count,
}

impl<'a> Run<'a> {
    pub fn new(count: &'a Count, client: Client) -> Self {
        let tag = format!("rust-{}-{}", client.method.to_lowercase(), std::process::id());
        Self { client, tag, count }
    }

    /// The same run through another client.
    pub fn through(&self, client: Client) -> Self {
        Self { client, tag: self.tag.clone(), count: self.count }
    }

    pub async fn check(&self, name: &str, body: impl AsyncFnOnce() -> Outcome) {
        let full = format!("rust {}: {name}", self.client.method);
        match body().await {
            Ok(()) => {
                self.count.passed.set(self.count.passed.get() + 1);
                println!("ok {full}");
            }
            Err(why) => {
                self.count.failed.set(self.count.failed.get() + 1);
                println!("FAIL {full}: {}", why.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        }
    }

    /// The body of a success, without its RequestId.
    pub async fn ok(&self, action: &str, params: Value) -> Outcome<Value> {
        match self.client.call(action, &params).await? {
            Ok(mut body) => {
                body.remove("RequestId");
                Ok(Value::Object(body))
            }
            Err(refusal) => Err(format!("{action} refused: {refusal:?}")),
        }
    }

    /// Requires a success that contains only its RequestId.
    pub async fn done(&self, action: &str, params: Value) -> Outcome {
        same(self.ok(action, params).await?, json!({}), action)
    }

    /// Requires a refusal with this code, and with its message if a source has one.
    pub async fn refused(&self, code: &str, action: &str, params: Value) -> Outcome<String> {
        let told = self.refused_with(code, action, params).await?;
        if let Some(message) = message(code) {
            same(told.as_str(), message, action)?;
        }
        Ok(told)
    }

    /// Requires a refusal with this code, and returns its message.
    pub async fn refused_with(&self, code: &str, action: &str, params: Value) -> Outcome<String> {
        match self.client.call(action, &params).await? {
            Ok(_) => Err(format!("{action} {params} succeeded, {code} expected")),
            Err(refusal) => {
                ensure!(refusal.code == code, "{action} {params}: {refusal:?}, {code} expected");
                Ok(refusal.message)
            }
        }
    }

    pub async fn missing(&self, parameter: &str, action: &str, params: Value) -> Outcome {
        let told = self.refused("MissingParameter", action, params).await?;
        same(told, format!("The parameter \"{parameter}\" is needed but not provided."), action)
    }

    pub async fn invalid(&self, parameter: &str, action: &str, params: Value) -> Outcome {
        let what = format!("{action} {params}");
        let told = self.refused("InvalidParameter", action, params).await?;
        same(told, format!("The specified parameter \"{parameter}\" is not valid."), &what)
    }

    /// A new key. The shorter AES keys need a dedicated instance.
    pub async fn key(&self, mut params: Value) -> Outcome<Key> {
        if ["Aliyun_AES_128", "Aliyun_AES_192"].iter().any(|short| params["KeySpec"] == *short) {
            params["DKMSInstanceId"] = json!("kst-sdk");
        }
        Key::of(self.ok("CreateKey", params).await?)
    }

    pub async fn describe(&self, key_id: &str) -> Outcome<Key> {
        Key::of(self.ok("DescribeKey", json!({ "KeyId": key_id })).await?)
    }

    /// Schedules the deletion of a check's key.
    pub async fn drop(&self, key: &Key) -> Outcome {
        self.done("ScheduleKeyDeletion", json!({ "KeyId": key.id, "PendingWindowInDays": 7 })).await
    }
}

/// A key's metadata, and the fields that checks use most.
#[derive(Clone, Debug)]
pub struct Key {
    pub id: String,
    pub arn: String,
    /// Empty when the key has no material.
    pub version: String,
    pub state: String,
    pub metadata: Value,
}

impl Key {
    fn of(body: Value) -> Outcome<Self> {
        let metadata = body["KeyMetadata"].clone();
        ensure!(metadata.is_object(), "no KeyMetadata in {body}");
        let text = |name: &str| metadata[name].as_str().unwrap_or("").to_owned();
        let (id, arn, version, state) =
            (text("KeyId"), text("Arn"), text("PrimaryKeyVersion"), text("KeyState"));
        ensure!(!id.is_empty() && !state.is_empty(), "no KeyId or KeyState in {metadata}");
        Ok(Self { id, arn, version, state, metadata })
    }
}

/// The parameters, overridden by others.
pub fn with(params: &Value, more: Value) -> Value {
    let mut all = params.as_object().cloned().unwrap_or_default();
    if let Value::Object(more) = more {
        all.extend(more);
    }
    Value::Object(all)
}

/// The text of a field.
pub fn text<'a>(body: &'a Value, name: &str) -> Outcome<&'a str> {
    body[name].as_str().ok_or_else(|| format!("{name} is no string in {body}"))
}

/// The items of a list inside its wrapper.
pub fn items<'a>(body: &'a Value, wrapper: &str, item: &str) -> Outcome<&'a Vec<Value>> {
    body[wrapper][item].as_array().ok_or_else(|| format!("{wrapper}.{item} is no list in {body}"))
}

/// The message of a code, or `None` if no source has it.
fn message(code: &str) -> Option<&'static str> {
    Some(match code {
        "AliasAlreadyExists" => "AliasName Already Exists.",
        "Certificate.NotFound" => "The specified certificate is not found.",
        "Forbidden.AliasNotFound" => "The specified Alias is not found.",
        "Forbidden.KeyNotFound" => "The specified Key is not found.",
        "Forbidden.KeyVersionNotFound" => "The specified Key version is not found.",
        "Forbidden.Opened" => "Your kms service has been opened.",
        "Forbidden.ResourceNotFound" => "Resource not found.",
        "InvalidAction.NotFound" => "Specified api is not found, please check your url and method.",
        "InvalidImportToken" => "import token is invalid.",
        "InvalidKeyMaterial" => "key material is invalid.",
        "InvalidVersion" => "Specified parameter Version is not valid.",
        "Rejected.Disabled" => "The request was rejected because the key state is Disabled.",
        "Rejected.InvalidRequest" => "param mismatch",
        "Rejected.PendingDeletion" => {
            "The request was rejected because the key state is PendingDeletion."
        }
        "Rejected.PendingImport" => {
            "The request was rejected because the key state is PendingImport."
        }
        "Rejected.ResourceExist" => "The resource already exists.",
        "Rejected.ResourceInDeleteWindow" => "The secret is planned to be deleted.",
        "Rejected.ResourceInUse" => "restore normal secret",
        "Rejected.StateModifiedFailed" => "Keystate modified failed.",
        "Rejected.Unavailable" => "The request was rejected because the key state is Unavailable.",
        "Rejected.UnsupportedOperation" => "Unsupported operation.",
        "Unsupported.Alias" => "Alias is not valid for this api.",
        "Unsupported.Origin" => "This key origin is not valid for this api.",
        "UnsupportedOperation" => "This action is not supported.",
        _ => return None,
    })
}
