use super::*;

/// A client's frame: masked.
fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [0x37, 0xFA, 0x21, 0x3D];
    let mut out = Vec::new();
    put(&mut out, first & 0x0F, payload);
    out[0] = first;
    out[1] |= 0x80;
    let at = out.len() - payload.len();
    let mut body = out.split_off(at);
    out.extend_from_slice(&mask);
    unmask(&mut body, mask);
    out.extend(body);
    out
}

fn text_frame(payload: &str) -> Vec<u8> {
    masked(0x81, payload.as_bytes())
}

/// All that is found in `bytes`, given in pieces of `step`.
fn read_all(bytes: &[u8], step: usize, most: usize) -> (Vec<Incoming>, Option<CloseReason>) {
    let mut reader = Reader::new(most);
    let mut found = Vec::new();
    for mut piece in bytes.chunks(step) {
        loop {
            match reader.read(&mut piece) {
                Ok(Some(incoming)) => found.push(incoming),
                Ok(None) => break,
                Err(why) => return (found, Some(why)),
            }
        }
    }
    (found, None)
}

fn text_message(text: &str) -> Incoming {
    Incoming::Message(Message::Text(text.to_owned()))
}

#[test]
fn messages_of_every_length_are_read_however_they_are_cut() {
    for len in [0, 1, 7, 125, 126, 127, 4_000, 65_535, 65_536] {
        let payload = "x".repeat(len);
        let bytes = [text_frame(&payload), masked(0x82, payload.as_bytes())].concat();
        for step in [1, 3, 1_000, usize::MAX] {
            let expected = [
                text_message(&payload),
                Incoming::Message(Message::Binary(payload.clone().into())),
            ];
            assert_eq!(
                read_all(&bytes, step, 1 << 20),
                (expected.into(), None),
                "{len} bytes by {step}"
            );
        }
    }
}

#[test]
fn a_message_in_fragments_is_one_and_control_frames_may_come_between() {
    let bytes = [
        masked(0x01, "fr".as_bytes()),
        masked(0x89, b"are you there"),
        masked(0x00, "ü".as_bytes().split_at(1).0),
        masked(0x80, "ü".as_bytes().split_at(1).1),
    ]
    .concat();
    let expected = vec![Incoming::Ping(b"are you there".into()), text_message("frü")];
    assert_eq!(read_all(&bytes, 1, 100), (expected.clone(), None));
    assert_eq!(read_all(&bytes, usize::MAX, 100), (expected, None));
}

#[test]
fn a_message_one_byte_over_the_limit_is_too_big() {
    assert_eq!(read_all(&text_frame("1234567890"), 4, 10).1, None);
    assert_eq!(
        read_all(&text_frame("1234567890+"), 4, 10).1,
        Some(CloseReason::TOO_BIG)
    );
    let fragments = [masked(0x01, b"123456"), masked(0x80, b"78901")].concat();
    assert_eq!(read_all(&fragments, 4, 10).1, Some(CloseReason::TOO_BIG));
}

#[test]
fn a_header_that_promises_the_world_is_refused_before_a_byte_of_it_comes() {
    let header = [
        0x82, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4,
    ];
    assert_eq!(read_all(&header, 100, 1 << 20).1, Some(CloseReason::TOO_BIG));
}

#[test]
fn text_that_is_not_utf8_fails_as_soon_as_that_is_certain() {
    assert_eq!(
        read_all(&masked(0x81, b"abc\xFF"), 100, 100).1,
        Some(CloseReason::NOT_UTF8)
    );
    let half = &masked(0x81, b"ab\xC0\xAFcdefghijkl")[..10];
    assert_eq!(read_all(half, 100, 100).1, Some(CloseReason::NOT_UTF8));
    assert_eq!(
        read_all(&masked(0x01, b"\xCE\xBA\xE1"), 100, 100).1,
        None,
        "may still become UTF-8"
    );
    assert_eq!(
        read_all(&masked(0x82, b"\xFF"), 100, 100).1,
        None,
        "bytes are bytes"
    );
}

#[test]
fn what_breaks_the_protocol_is_told_so() {
    let cases = [
        ("not masked", vec![0x81, 0x01, b'x']),
        ("a reserved bit", masked(0xC1, b"x")),
        ("an unknown opcode", masked(0x83, b"x")),
        ("an unknown control opcode", masked(0x8B, b"x")),
        ("a ping in fragments", masked(0x09, b"x")),
        ("a ping of 126 bytes", masked(0x89, &[0; 126])),
        ("a continuation of nothing", masked(0x80, b"x")),
        (
            "a message inside a message",
            [masked(0x01, b"x"), text_frame("y")].concat(),
        ),
        ("half a close code", masked(0x88, &[3])),
    ];
    for (what, bytes) in cases {
        assert_eq!(
            read_all(&bytes, 100, 1_000).1,
            Some(CloseReason::PROTOCOL),
            "{what}"
        );
    }
}

#[test]
fn close_codes_that_a_peer_may_send_are_taken_and_others_not() {
    for code in [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999,
    ] {
        let bytes = masked(0x88, &u16::to_be_bytes(code));
        assert_eq!(
            read_all(&bytes, 100, 100),
            (vec![Incoming::Close(Some(code))], None)
        );
    }
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65_535] {
        assert_eq!(
            read_all(&masked(0x88, &u16::to_be_bytes(code)), 100, 100).1,
            Some(CloseReason::PROTOCOL),
            "{code}"
        );
    }
    assert_eq!(
        read_all(&masked(0x88, b""), 100, 100),
        (vec![Incoming::Close(None)], None)
    );
    assert_eq!(
        read_all(&masked(0x88, b"\x03\xE8\xFF"), 100, 100).1,
        Some(CloseReason::NOT_UTF8)
    );
}

#[test]
fn a_framed_message_takes_no_more_memory_than_it_has_bytes() {
    for len in [0, 125, 126, 65_535, 65_536] {
        let payload = vec![b'x'; len];
        assert_eq!(binary(&payload).len(), len + header_len(len));
    }
}
