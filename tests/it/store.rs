//! What the data file promises: durability, sealing, upgrades, and losses that are noticed.

mod at_rest;
pub mod disk;
mod durability;
mod held;
mod loss;
mod restart;
mod upgrade;
