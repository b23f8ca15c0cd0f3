//! PEM with public keys, certificates and chains. Any input is parsed or refused.
#![no_main]

use kmsim::algorithms::pem;
use kmsim::algorithms::x509::Chain;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = pem::public_key(text);
    if let Ok(chain) = Chain::read(text, None) {
        let _ = chain.links();
        let _ = chain.is_valid(1_893_456_000);
    }
    let _ = Chain::read(text, Some(text));
});
