//! What files and texts are known by.

use sha2::{Digest, Sha256};

/// SHA-256 (FIPS 180-4) in hexadecimal, 64 small characters.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
