//! The log of frames, as plain data: bounded, and written out as CSV and JSON.

use std::collections::VecDeque;

use super::stats::ms;

/// Frames kept; the oldest go first. What a person scrolls through, and small enough to draw at once.
pub(super) const MOST: usize = 500;

/// Which way a frame went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Way {
    Sent,
    Came,
    /// The connection itself: opened, closed.
    Link,
}

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Text,
    Binary,
    None,
}

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Frame {
    /// Counts all frames of the page; the row's key.
    pub(super) number: u32,
    /// Milliseconds since the Unix epoch.
    pub(super) at_ms: u64,
    pub(super) way: Way,
    pub(super) kind: Kind,
    pub(super) bytes: u32,
    /// How long it took to come back.
    pub(super) micros: Option<u32>,
    /// Its beginning, or what happened.
    pub(super) shows: String,
}

impl Frame {
    fn words(&self) -> (&'static str, &'static str) {
        let way = match self.way {
            Way::Sent => "sent",
            Way::Came => "received",
            Way::Link => "connection",
        };
        let kind = match self.kind {
            Kind::Text => "text",
            Kind::Binary => "binary",
            Kind::None => "",
        };
        (way, kind)
    }
}

/// The latest frames, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Frames {
    frames: VecDeque<Frame>,
    count: u32,
}

impl Frames {
    pub(super) fn add(&mut self, mut frame: Frame) {
        self.count += 1;
        frame.number = self.count;
        self.frames.truncate(MOST - 1);
        self.frames.push_front(frame);
    }

    pub(super) fn clear(&mut self) {
        self.frames.clear();
    }

    /// The newest first.
    pub(super) fn newest(&self) -> impl Iterator<Item = &Frame> {
        self.frames.iter()
    }

    /// For a spreadsheet: oldest first (RFC 4180).
    pub(super) fn csv(&self) -> String {
        let mut text = "number,unix_ms,direction,kind,bytes,round_trip_ms,content\r\n".to_owned();
        for frame in self.frames.iter().rev() {
            let (way, kind) = frame.words();
            let trip = frame.micros.map(ms).unwrap_or_default();
            let (number, at, bytes) = (
                frame.number.to_string(),
                frame.at_ms.to_string(),
                frame.bytes.to_string(),
            );
            let content = ["\"", &frame.shows.replace('"', "\"\""), "\""].concat();
            text.push_str(&[&number, &at, way, kind, &bytes, &*trip, &content].join(","));
            text.push_str("\r\n");
        }
        text
    }

    /// For a program: oldest first.
    pub(super) fn json(&self) -> String {
        let frames = self.frames.iter().rev().map(|frame| {
            let (way, kind) = frame.words();
            let trip = frame.micros.map_or("null".to_owned(), ms);
            let (number, at, bytes) = (
                frame.number.to_string(),
                frame.at_ms.to_string(),
                frame.bytes.to_string(),
            );
            [
                "{\"number\":",
                &number,
                ",\"unix_ms\":",
                &at,
                ",\"direction\":\"",
                way,
                "\",\"kind\":\"",
                kind,
                "\",\"bytes\":",
                &bytes,
                ",\"round_trip_ms\":",
                &trip,
                ",\"content\":",
                &quoted(&frame.shows),
                "}",
            ]
            .concat()
        });
        ["[", &frames.collect::<Vec<_>>().join(",\n"), "]\n"].concat()
    }
}

/// A text as JSON writes it (RFC 8259, section 7).
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c < ' ' => {
                out.push_str("\\u00");
                out.push_str(&super::hex::show(&[c as u8]));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(shows: &str) -> Frame {
        let (way, kind, micros) = (Way::Came, Kind::Text, Some(1_230));
        Frame {
            number: 0,
            at_ms: 5,
            way,
            kind,
            bytes: 3,
            micros,
            shows: shows.into(),
        }
    }

    fn of(shows: &[&str]) -> Frames {
        let mut frames = Frames::default();
        shows.iter().for_each(|shows| frames.add(frame(shows)));
        frames
    }

    #[test]
    fn the_newest_comes_first_and_the_oldest_goes() {
        let mut frames = Frames::default();
        (0..MOST + 2).for_each(|n| frames.add(frame(&n.to_string())));
        let all: Vec<&Frame> = frames.newest().collect();
        assert_eq!(
            (all.len(), &*all[0].shows, &*all[MOST - 1].shows),
            (MOST, "501", "2")
        );
        assert_eq!(all[0].number, 502);
    }

    #[test]
    fn a_spreadsheet_reads_it_oldest_first() {
        let csv = of(&["a", "say \"hi\", twice"]).csv();
        let lines: Vec<&str> = csv.split("\r\n").collect();
        assert_eq!(lines[1], "1,5,received,text,3,1.23,\"a\"");
        assert_eq!(lines[2], "2,5,received,text,3,1.23,\"say \"\"hi\"\", twice\"");
    }

    #[test]
    fn a_program_reads_it_whatever_was_said() {
        let json = of(&["a\"\\\n\u{1}é"]).json();
        let expected = r#"[{"number":1,"unix_ms":5,"direction":"received","kind":"text","bytes":3,"round_trip_ms":1.23,"content":"a\"\\\n\u0001é"}]"#;
        assert_eq!(json.trim(), expected);
    }

    #[test]
    fn an_empty_log_is_an_empty_list() {
        assert_eq!(of(&[]).json(), "[]\n");
    }
}
