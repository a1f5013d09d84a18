//! A message's text: what is taken, and the HTML that shows it.
//!
//! Invariant: text is text. Every character that means something to HTML is escaped; the only markup made is
//! `<br>` and `<a>` around a bare http(s) address.
//!
//! Deliberately absent: Markdown, and any change to what was typed but the line ends (a form posts CRLF).

use wire::chat::MAX_MESSAGE_CHARS;

use crate::{Error, Problem};

/// A message's text that was found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text(String);

impl Text {
    /// 1 to [`MAX_MESSAGE_CHARS`] characters, of which one at least can be seen; no control characters but line
    /// breaks and tabs. Spaces at the end that would be too many are cut off.
    pub(super) fn parse(typed: &str) -> Result<Self, Error> {
        let mut text = typed.replace("\r\n", "\n");
        if text.chars().all(is_blank) {
            return Err(Error::invalid("text", Problem::Empty));
        }
        if text.chars().any(is_refused) {
            return Err(Error::invalid("text", Problem::Invisible));
        }
        if text.chars().count() > MAX_MESSAGE_CHARS {
            text.truncate(text.trim_end().len());
        }
        if text.chars().count() > MAX_MESSAGE_CHARS {
            return Err(Error::invalid("text", Problem::TooLong(MAX_MESSAGE_CHARS)));
        }
        Ok(Self(text))
    }

    /// As it is stored.
    pub(super) fn into_string(self) -> String {
        self.0
    }
}

/// Control characters could drive a reader's terminal (`flotilla chat tail`).
fn is_refused(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
}

/// Takes no ink: spaces, and the characters that Unicode calls default-ignorable.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// The HTML that shows `text`: safe to put into a page as it is.
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut rest = text.trim_end();
    while let Some((at, len)) = next_link(rest) {
        plain(&rest[..at], &mut out);
        link(&rest[at..at + len], &mut out);
        rest = &rest[at + len..];
    }
    plain(rest, &mut out);
    out
}

/// Text without links: short-codes become emoji, line breaks `<br>`, the rest is escaped.
fn plain(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(colon) = rest.find(':') {
        escape(&rest[..colon], out);
        rest = &rest[colon..];
        let used = short_code(rest).map_or(1, |(emoji, used)| {
            out.push_str(emoji);
            used
        });
        if used == 1 {
            out.push(':');
        }
        rest = &rest[used..];
    }
    escape(rest, out);
}

/// The emoji of a short-code that stands at the start of `text`, and how many bytes it takes there.
fn short_code(text: &str) -> Option<(&'static str, usize)> {
    let name = text.strip_prefix(':')?;
    let end = name.bytes().take(MAX_SHORT_CODE_BYTES).position(|b| b == b':')?;
    let emoji = emojis::get_by_shortcode(name.get(..end)?)?;
    Some((emoji.as_str(), end + 2))
}

/// Longer than any short-code there is; it keeps a message of nothing but colons linear.
const MAX_SHORT_CODE_BYTES: usize = 64;

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("<br>"),
            c => out.push(c),
        }
    }
}

fn link(address: &str, out: &mut String) {
    out.push_str("<a href=\"");
    escape(address, out);
    out.push_str("\" rel=\"noopener nofollow ugc\" target=\"_blank\">");
    escape(address, out);
    out.push_str("</a>");
}

/// The first bare http(s) address in `text`: where, and how long.
fn next_link(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(found) = text[from..].find("http") {
        let at = from + found;
        let starts_word = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        if let Some(len) = link_len(&text[at..]).filter(|_| starts_word) {
            return Some((at, len));
        }
        from = at + "http".len();
    }
    None
}

/// How many bytes the address at the start of `text` takes, if one stands there. Punctuation that ends a sentence is
/// not of it, nor is a bracket that it did not open.
fn link_len(text: &str) -> Option<usize> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| text.starts_with(scheme))?
        .len();
    let end = text.find(|c: char| ends_link(c)).unwrap_or(text.len());
    let mut address = &text[..end];
    while let Some(last) = address.chars().next_back() {
        let unopened = last == ')' && address.matches('(').count() < address.matches(')').count();
        if !unopened && !matches!(last, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~') {
            break;
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    let host = address.get(scheme..)?;
    host.starts_with(|c: char| c.is_alphanumeric() || c == '[')
        .then_some(address.len())
}

fn ends_link(c: char) -> bool {
    is_blank(c)
        || matches!(c, '<' | '>' | '"' | '`' | '{' | '}' | '|' | '\\' | '^')
        || matches!(c, '\u{2018}'..='\u{201f}' | '\u{3001}'..='\u{3020}' | '\u{ff01}' | '\u{ff08}' | '\u{ff09}')
        || matches!(c, '\u{ff0c}' | '\u{ff1a}' | '\u{ff1b}' | '\u{ff1f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shows(text: &str, as_html: &str) {
        assert_eq!(html(text), as_html, "{text:?}");
    }

    fn a(address: &str) -> String {
        format!("<a href=\"{address}\" rel=\"noopener nofollow ugc\" target=\"_blank\">{address}</a>")
    }

    #[test]
    fn markup_is_shown_and_never_obeyed() {
        shows("<b>&\"'</b>", "&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;");
        shows("javascript:alert(1)", "javascript:alert(1)");
        shows(
            "http://x\"onclick=alert(1)",
            &format!("{}&quot;onclick=alert(1)", a("http://x")),
        );
        shows("http://x/?a=1&b='2'x", &a("http://x/?a=1&amp;b=&#39;2&#39;x"));
    }

    #[test]
    fn short_codes_become_emoji_and_what_is_none_stays() {
        shows(":robot:", "🤖");
        shows("a :robot::rocket: b", "a 🤖🚀 b");
        shows(":no such: :robot", ":no such: :robot");
        shows("10:30:45", "10:30:45");
        shows("::robot::", ":🤖:");
        shows("<:robot:>", "&lt;🤖&gt;");
        shows(":é:", ":é:");
    }

    #[test]
    fn line_breaks_are_kept() {
        shows("one\ntwo\n\nthree", "one<br>two<br><br>three");
    }

    #[test]
    fn a_bare_address_becomes_a_link_without_the_sentence_around_it() {
        shows(
            "see https://a.example/x.",
            &format!("see {}.", a("https://a.example/x")),
        );
        shows("(http://a.example)", &format!("({})", a("http://a.example")));
        shows("http://a.example/w_(x)", &a("http://a.example/w_(x)"));
        shows(
            "看https://a.example。好",
            &format!("看{}。好", a("https://a.example")),
        );
        shows(
            "看 https://a.example。好",
            &format!("看 {}。好", a("https://a.example")),
        );
        shows(
            "http://a.example:80/:robot:",
            &format!("{}:", a("http://a.example:80/:robot")),
        );
        shows(
            "xhttp://a.example http:// https://.",
            "xhttp://a.example http:// https://.",
        );
    }

    #[test]
    fn blank_messages_are_empty_and_limits_are_inclusive() {
        let empty = |text: &str| matches!(Text::parse(text), Err(Error::Invalid(p)) if p == [("text", Problem::Empty)]);
        for text in ["", " ", "\n\t ", "\u{200b}\u{feff}", "\u{2800}\u{3164}\u{202e}"] {
            assert!(empty(text), "{text:?}");
        }
        assert!(Text::parse(&"é".repeat(MAX_MESSAGE_CHARS)).is_ok());
        assert!(Text::parse(&format!("{}   ", "é".repeat(MAX_MESSAGE_CHARS))).is_ok());
        assert!(Text::parse(&"é".repeat(MAX_MESSAGE_CHARS + 1)).is_err());
    }

    #[test]
    fn control_characters_are_refused_and_line_ends_made_one() {
        for text in ["a\0", "\u{1b}[31mred", "a\rb", "\u{7f}x", "\u{85}x"] {
            assert!(Text::parse(text).is_err(), "{text:?}");
        }
        assert_eq!(Text::parse(" a\r\n\tb \r\n").unwrap().into_string(), " a\n\tb \n");
    }

    proptest! {
        #[test]
        fn html_holds_no_markup_of_the_sender(text in "[<>&\"':/a-z\n .http]{0,80}") {
            let html = html(&text);
            let ours = html
                .replace("<br>", "")
                .replace("<a href=\"http", "")
                .replace("\" rel=\"noopener nofollow ugc\" target=\"_blank\">", "")
                .replace("</a>", "");
            prop_assert!(!ours.contains(['<', '>', '"', '\'']), "{html}");
        }
    }
}
