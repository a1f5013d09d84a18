//! Bytes as a person writes them.

/// The bytes of `DE AD be ef`, `0xdead`, `de:ad`; `None` when it is none of these or a digit is missing.
pub(super) fn parse(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let text = text.strip_prefix("0x").unwrap_or(text);
    let digits = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != ':' && *c != ',');
    let digits: Vec<u8> = digits
        .map(|c| c.to_digit(16).map(|digit| digit as u8))
        .collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty()
        .then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// Bytes as pairs of digits, a space between.
pub(super) fn show(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
    let mut text = String::with_capacity(bytes.len() * 3);
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 {
            text.push(' ');
        }
        text.extend([digit(byte >> 4), digit(byte & 15)]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_however_they_are_written() {
        for text in ["DE AD be ef", "0xdeadbeef", "de:ad:be:ef", " de,ad\nbeef "] {
            assert_eq!(parse(text), Some(vec![0xde, 0xad, 0xbe, 0xef]), "{text}");
        }
        assert_eq!(parse(""), Some(vec![]));
    }

    #[test]
    fn what_is_no_byte_is_refused() {
        for text in ["d", "xyz", "de a", "0x0", "é1"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn bytes_are_shown_in_pairs() {
        assert_eq!(show(&[0, 0x0f, 0xff]), "00 0f ff");
    }
}
