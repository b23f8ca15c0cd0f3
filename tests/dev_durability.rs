#[path = "it/at_rest.rs"]
mod at_rest;
#[path = "it/disk.rs"]
mod disk;
#[path = "it/durability.rs"]
mod durability;
#[path = "it/kit.rs"]
mod kit;
#[path = "it/program.rs"]
mod program;
#[path = "it/restart.rs"]
mod restart;
