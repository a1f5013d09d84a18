//! Languages: typed tables of words, numbers, and which language a request or a page speaks.
//!
//! A feature writes its words once, with [`strings!`](crate::strings); a missing language, or a placeholder missing in
//! one of them, fails the build. Keep what islands say in a table of its own: the WASM then holds only what it uses.
//!
//! Deliberately absent: a catalogue format and a plural engine. Two languages need one rule: English has two forms.

/// A language that Flotilla speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// 简体中文.
    Zh,
}

impl Locale {
    /// Every language, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// The tag of `<html lang>`, understood by browsers and screen readers.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }

    /// What the cookie `flotilla_lang` holds.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// Its own name for itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Zh => "简体中文",
        }
    }

    /// The language of a tag or a cookie: `zh`, `zh-CN`, `en-GB`.
    pub fn parse(tag: &str) -> Option<Self> {
        match tag.get(..2)?.to_ascii_lowercase().as_str() {
            "en" => Some(Self::En),
            "zh" => Some(Self::Zh),
            _ => None,
        }
    }

    /// The language an `Accept-Language` header likes best of those there are.
    pub fn preferred(header: &str) -> Self {
        let mut best = (0, Self::default());
        for wish in header.split(',') {
            let (tag, weight) = wish.split_once(";q=").unwrap_or((wish, "1"));
            let Some(locale) = Self::parse(tag.trim()) else {
                continue;
            };
            let weight = thousandths(weight.trim());
            if weight > best.0 {
                best = (weight, locale);
            }
        }
        best.1
    }
}

/// `0.8` as 800; what is not such a number weighs nothing.
fn thousandths(weight: &str) -> u32 {
    let (whole, part) = weight.split_once('.').unwrap_or((weight, ""));
    let part: String = part.chars().chain("000".chars()).take(3).collect();
    match (whole.parse::<u32>(), part.parse::<u32>()) {
        (Ok(whole @ 0..=1), Ok(part)) => whole * 1_000 + part,
        _ => 0,
    }
}

/// A table of words made by [`strings!`](crate::strings).
pub trait Words: Sized + 'static {
    /// The table in one language.
    fn of(locale: Locale) -> &'static Self;
}

/// The table in the language of this request (server) or this page (browser).
pub fn words<W: Words>() -> &'static W {
    W::of(locale())
}

/// The language of this request, or English where there is none (a test, a background task).
#[cfg(feature = "ssr")]
pub fn locale() -> Locale {
    crate::ssr::try_request()
        .map(|request| request.locale)
        .unwrap_or_default()
}

/// The language of this page.
#[cfg(not(feature = "ssr"))]
pub fn locale() -> Locale {
    let root = leptos::prelude::document().document_element();
    root.and_then(|html| html.get_attribute("lang"))
        .and_then(|tag| Locale::parse(&tag))
        .unwrap_or_default()
}

/// Puts arguments in the places of a template: `{name}`.
pub fn fill(template: &str, arguments: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        let Some(length) = rest[start..].find('}') else {
            break;
        };
        let place = &rest[start..=start + length];
        text.push_str(&rest[..start]);
        let value = arguments
            .iter()
            .find(|(name, _)| *name == place)
            .map_or(place, |(_, value)| value);
        text.push_str(value);
        rest = &rest[start + length + 1..];
    }
    text.push_str(rest);
    text
}

/// The form of `[one, many]` for `n`, with the number in its place `{n}`. A language without a plural gives one form twice.
pub fn plural(forms: [&str; 2], n: u64) -> String {
    let form = if n == 1 { forms[0] } else { forms[1] };
    fill(form, &[("{n}", &number(n))])
}

/// A whole number with its thousands set apart, as both languages write it: `12,345`.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Whether a template has a place, while compiling.
#[doc(hidden)]
pub const fn has(template: &str, place: &str) -> bool {
    let (text, place) = (template.as_bytes(), place.as_bytes());
    let mut start = 0;
    while start + place.len() <= text.len() {
        let mut same = 0;
        while same < place.len() && text[start + same] == place[same] {
            same += 1;
        }
        if same == place.len() {
            return true;
        }
        start += 1;
    }
    false
}

/// Declares a table of words in both languages, English first:
///
/// ```
/// app::strings! {
///     /// What the inbox says.
///     pub struct InboxWords {
///         title: "Inbox" / "收件箱",
///         from(name): "From {name}" / "来自{name}",
///         unread[n]: "{n} new message" | "{n} new messages" / "{n} 条新消息",
///     }
/// }
/// let words = <InboxWords as app::i18n::Words>::of(app::i18n::Locale::En);
/// assert_eq!(words.title, "Inbox");
/// assert_eq!(words.from("Ada"), "From Ada");
/// assert_eq!(words.unread(1), "1 new message");
/// ```
///
/// A word is a field; one with arguments is a method that takes `&str`s; one with a number takes a `u64` called `n`.
#[macro_export]
macro_rules! strings {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($body:tt)* }) => {
        $crate::strings!(@next [$(#[$meta])*] [$vis] $name [] [] [] [] $($body)*);
    };
    (@next $meta:tt $vis:tt $name:ident [$($field:tt)*] [$($en:tt)*] [$($zh:tt)*] [$($method:tt)*]
        $word:ident : $e:literal / $z:literal, $($rest:tt)*) => {
        $crate::strings!(@next $meta $vis $name
            [$($field)* #[doc = $e] pub $word: &'static str,] [$($en)* $word: $e,] [$($zh)* $word: $z,] [$($method)*]
            $($rest)*);
    };
    (@next $meta:tt $vis:tt $name:ident [$($field:tt)*] [$($en:tt)*] [$($zh:tt)*] [$($method:tt)*]
        $word:ident ( $($arg:ident),+ ) : $e:literal / $z:literal, $($rest:tt)*) => {
        $crate::strings!(@next $meta $vis $name
            [$($field)* $word: &'static str,] [$($en)* $word: $e,] [$($zh)* $word: $z,]
            [$($method)*
                #[doc = $e]
                pub fn $word(&self, $($arg: &str),+) -> String {
                    $(const _: () = assert!($crate::i18n::has($e, concat!("{", stringify!($arg), "}")));
                    const _: () = assert!($crate::i18n::has($z, concat!("{", stringify!($arg), "}")));)+
                    $crate::i18n::fill(self.$word, &[$((concat!("{", stringify!($arg), "}"), $arg)),+])
                }
            ]
            $($rest)*);
    };
    (@next $meta:tt $vis:tt $name:ident [$($field:tt)*] [$($en:tt)*] [$($zh:tt)*] [$($method:tt)*]
        $word:ident [ n ] : $one:literal | $many:literal / $z:literal, $($rest:tt)*) => {
        $crate::strings!(@next $meta $vis $name
            [$($field)* $word: [&'static str; 2],] [$($en)* $word: [$one, $many],] [$($zh)* $word: [$z, $z],]
            [$($method)*
                #[doc = $many]
                pub fn $word(&self, n: u64) -> String {
                    const _: () = assert!($crate::i18n::has($many, "{n}") && $crate::i18n::has($z, "{n}"));
                    $crate::i18n::plural(self.$word, n)
                }
            ]
            $($rest)*);
    };
    (@next [$($meta:tt)*] [$vis:vis] $name:ident [$($field:tt)*] [$($en:tt)*] [$($zh:tt)*] [$($method:tt)*]) => {
        $($meta)*
        #[derive(Debug)]
        $vis struct $name { $($field)* }

        impl $name {
            const EN: Self = Self { $($en)* };
            const ZH: Self = Self { $($zh)* };
            $($method)*
        }

        impl $crate::i18n::Words for $name {
            fn of(locale: $crate::i18n::Locale) -> &'static Self {
                match locale {
                    $crate::i18n::Locale::En => &Self::EN,
                    $crate::i18n::Locale::Zh => &Self::ZH,
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    strings! {
        /// A table with every kind of word.
        struct Sample {
            title: "Inbox" / "收件箱",
            from(name, room): "{name} in {room}" / "{room} 里的 {name}",
            unread[n]: "{n} new message" | "{n} new messages" / "{n} 条新消息",
        }
    }

    #[test]
    fn each_language_has_its_words() {
        assert_eq!(Sample::of(Locale::En).title, "Inbox");
        assert_eq!(Sample::of(Locale::Zh).title, "收件箱");
    }

    #[test]
    fn arguments_go_to_their_places_in_either_order() {
        assert_eq!(Sample::of(Locale::En).from("Ada", "general"), "Ada in general");
        assert_eq!(Sample::of(Locale::Zh).from("Ada", "general"), "general 里的 Ada");
    }

    #[test]
    fn an_argument_that_looks_like_a_place_is_left_alone() {
        assert_eq!(Sample::of(Locale::En).from("{room}", "x"), "{room} in x");
    }

    #[test]
    fn english_has_a_singular_and_chinese_has_none() {
        let (en, zh) = (Sample::of(Locale::En), Sample::of(Locale::Zh));
        assert_eq!(
            (en.unread(1), en.unread(0), en.unread(1_234)),
            words3("1 new message", "0 new messages", "1,234 new messages")
        );
        assert_eq!(
            (zh.unread(1), zh.unread(2)),
            ("1 条新消息".to_owned(), "2 条新消息".to_owned())
        );
    }

    fn words3(a: &str, b: &str, c: &str) -> (String, String, String) {
        (a.to_owned(), b.to_owned(), c.to_owned())
    }

    #[test]
    fn the_language_a_browser_likes_best_is_chosen() {
        let cases = [
            ("", Locale::En),
            ("zh-CN,zh;q=0.9,en;q=0.8", Locale::Zh),
            ("en-GB,en;q=0.9,zh;q=0.8", Locale::En),
            ("fr-FR,fr;q=0.9,zh;q=0.5", Locale::Zh),
            ("en;q=0.3, zh;q=0.31", Locale::Zh),
            ("de", Locale::En),
            ("zh;q=0", Locale::En),
            ("é;q=x,,;;", Locale::En),
        ];
        for (header, expected) in cases {
            assert_eq!(Locale::preferred(header), expected, "{header}");
        }
    }

    #[test]
    fn thousands_are_set_apart() {
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (12_345_678, "12,345,678"),
        ] {
            assert_eq!(number(n), text);
        }
    }
}
