//! Configurations for the tests of secret types.

pub(crate) const SINGLE: &str =
    r#"{"SecretSubType":"SingleUser","DBInstanceId":"rm-1","CustomData":{}}"#;
pub(crate) const DOUBLE: &str =
    r#"{"SecretSubType":"DoubleUsers","DBInstanceId":"rm-1","CustomData":{}}"#;
pub(crate) const RAM: &str =
    r#"{"SecretSubType":"RamUserAccessKey","UserName":"jo","CustomData":{}}"#;
pub(crate) const PASSWORD: &str =
    r#"{"SecretSubType":"Password","RegionId":"cn-hangzhou","InstanceId":"i-1","CustomData":{}}"#;
pub(crate) const SSH: &str =
    r#"{"SecretSubType":"SSHKey","RegionId":"cn-hangzhou","InstanceId":"i-1","CustomData":{}}"#;
pub(crate) const REDIS: &str = concat!(
    r#"{"SecretSubType":"DoubleUsers","AccountName":"app","CloneAccountName":"app_clone","#,
    r#""AccountPrivilege":"RoleReadWrite","InstanceId":"r-1","RegionId":"cn-hangzhou","CustomData":{}}"#
);
pub(crate) const POLARDB: &str = concat!(
    r#"{"SecretSubType":"DoubleUsers","RegionId":"cn-hangzhou","DBClusterId":"pc-1","DBType":"MySQL","#,
    r#""AccountName":"app","CustomData":{}}"#
);
