//! What people may type about themselves.

use crate::{
    Problem,
    accounts::fields::{Email, MAX_EMAIL_CHARS, MAX_NAME_CHARS, Name, Password, fold},
};

#[test]
fn a_name_is_trimmed_and_seen_as_a_whole() {
    let long = "x".repeat(10_000);
    let cases = [
        ("Ada", Ok("Ada")),
        ("  Ada   Lovelace ", Ok("Ada Lovelace")),
        ("李明", Ok("李明")),
        ("e\u{301}", Ok("é")),
        ("Ада", Ok("Ада")),
        ("Renée O'Neill-3", Ok("Renée O'Neill-3")),
        ("🤖", Ok("🤖")),
        ("", Err(Problem::Empty)),
        ("   ", Err(Problem::Empty)),
        ("\u{3000}\u{a0}", Err(Problem::Empty)),
        (long.as_str(), Err(Problem::TooLong(MAX_NAME_CHARS))),
        ("a\u{202e}b", Err(Problem::Invisible)),
        ("\u{200f}Ada", Err(Problem::Invisible)),
        ("A\u{200b}da", Err(Problem::Invisible)),
        ("A\u{200d}da", Err(Problem::Invisible)),
        ("A\u{ad}da", Err(Problem::Invisible)),
        ("\u{3164}", Err(Problem::Invisible)),
        ("\u{2800}", Err(Problem::Invisible)),
        ("\u{feff}Ada", Err(Problem::Invisible)),
        ("A\u{e0041}", Err(Problem::Invisible)),
        ("Ada\nLovelace", Err(Problem::Invisible)),
        ("Ada\0", Err(Problem::Invisible)),
        ("Ada\u{2028}", Err(Problem::Invisible)),
    ];
    for (typed, expected) in cases {
        let name = Name::parse(typed);
        assert_eq!(
            name.as_ref().map(|name| name.shown.as_str()).map_err(|e| *e),
            expected,
            "{typed:?}"
        );
    }
}

#[test]
fn the_longest_name_is_forty_characters_of_any_script() {
    for letter in ["a", "李", "é"] {
        assert!(Name::parse(&letter.repeat(MAX_NAME_CHARS)).is_ok());
        assert!(Name::parse(&letter.repeat(MAX_NAME_CHARS + 1)).is_err());
    }
}

#[test]
fn names_that_read_alike_are_one_name() {
    let cases = [
        ("Ada", "ada"),
        ("ADA", "ada"),
        ("Ａｄａ", "ada"),
        ("ﬁn", "fin"),
        ("Ⅳ", "iv"),
        ("É", "e\u{301}"),
        ("a  b", "A B"),
        ("a\u{3000}b", "a b"),
    ];
    for (one, other) in cases {
        assert_eq!(fold(one), fold(other), "{one:?} {other:?}");
    }
    assert_ne!(fold("ada"), fold("adda"));
}

#[test]
fn an_email_address_has_one_at_sign_and_text_on_both_sides() {
    let long = format!("a@{}", "b".repeat(MAX_EMAIL_CHARS));
    let cases = [
        (" Ada@Example.ORG ", Ok("ada@example.org")),
        ("a@b", Ok("a@b")),
        ("用户@例子.中国", Ok("用户@例子.中国")),
        ("", Err(Problem::Empty)),
        ("  ", Err(Problem::Empty)),
        ("ada", Err(Problem::Malformed)),
        ("@example.org", Err(Problem::Malformed)),
        ("ada@", Err(Problem::Malformed)),
        ("a@b@c", Err(Problem::Malformed)),
        ("a b@c", Err(Problem::Malformed)),
        ("a\u{202e}@c", Err(Problem::Invisible)),
        ("a\r\n@c", Err(Problem::Invisible)),
        (long.as_str(), Err(Problem::TooLong(MAX_EMAIL_CHARS))),
    ];
    for (typed, expected) in cases {
        let email = Email::parse(typed);
        assert_eq!(
            email.as_ref().map(|email| email.key.as_str()).map_err(|e| *e),
            expected,
            "{typed:?}"
        );
    }
}

#[test]
fn a_password_is_neither_short_nor_endless() {
    let (long, endless) = ("x".repeat(256), "x".repeat(257));
    let cases = [
        ("", Some(Problem::Empty)),
        ("seven 7", Some(Problem::TooShort(8))),
        ("eight 88", None),
        ("密码密码密码密码", None),
        (long.as_str(), None),
        (endless.as_str(), Some(Problem::TooLong(256))),
    ];
    for (typed, expected) in cases {
        assert_eq!(
            Password::choose(typed).err(),
            expected,
            "{} characters",
            typed.chars().count()
        );
    }
}

#[test]
fn a_password_is_the_same_on_a_keyboard_that_composes_otherwise() {
    assert_eq!(
        Password::typed("cafe\u{301}").bytes(),
        Password::typed("caf\u{e9}").bytes()
    );
}
