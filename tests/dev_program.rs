#[path = "it/kit.rs"]
mod kit;
#[path = "it/program.rs"]
mod program;
#[path = "it/refusals.rs"]
mod refusals;
