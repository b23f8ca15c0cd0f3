#[path = "it/kit.rs"]
mod kit;
#[path = "it/logs.rs"]
mod logs;
#[path = "it/program.rs"]
mod program;
#[path = "it/refusals.rs"]
mod refusals;
