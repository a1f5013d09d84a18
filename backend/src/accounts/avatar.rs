//! avatar
use sha2::{Digest as _, Sha256};

/// Bytes in lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// The avatar of an account: SHA-256 of its lower-case e-mail address, which is also what Gravatar goes by.
pub(super) fn hash_of(email_key: &str) -> String {
    hex(&Sha256::digest(email_key.as_bytes()))
}

/// The avatar of a guest. Nobody has checked that the address is theirs, so it is not the one of an account with it.
pub(super) fn hash_of_guest(email_key: &str) -> String {
    hash_of(&format!("guest:{email_key}"))
}
