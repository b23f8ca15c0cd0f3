//! Seed files. Any text is parsed or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = kmsim::seed::read("fuzz.yaml", text);
});
