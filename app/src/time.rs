//! How times read: one way on the server, in islands and in boot.js (which does it for what the server rendered alone).
//!
//! The server knows the browser's offset from UTC only by a cookie that boot.js sets, so the first page of all reads in
//! UTC until boot.js has run.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use wire::time::Time;

use crate::i18n::Locale;

/// Minutes to add to UTC for a reader's own clock; `None` while unknown. It travels in slots: an island starts with what
/// the server drew, then moves to the browser's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offset(Option<i32>);

/// The widest offset that exists is UTC+14; a cookie that says more is not ours.
const MAX_OFFSET_MINUTES: i32 = 14 * 60;

impl Offset {
    /// The offset of the cookie `flotilla_offset`: whole minutes, `-480`.
    pub fn parse(minutes: &str) -> Option<Self> {
        let minutes: i32 = minutes.parse().ok()?;
        (minutes.abs() <= MAX_OFFSET_MINUTES).then_some(Self(Some(minutes)))
    }

    /// The hour of the day (0 to 23) at `time` where the reader is, if that is known.
    pub fn hour(self, time: Time) -> Option<u32> {
        self.0.map(|minutes| Parts::of(time, minutes).hour)
    }

    /// The offset of whoever reads this at the moment `time`.
    #[cfg(feature = "ssr")]
    pub fn at(_time: Time) -> Self {
        crate::ssr::try_request()
            .map(|request| request.offset)
            .unwrap_or_default()
    }

    /// The offset of whoever reads this at the moment `time` (daylight saving changes it).
    #[cfg(not(feature = "ssr"))]
    pub fn at(time: Time) -> Self {
        let date = js_sys::Date::new(&(time.millis() as f64).into());
        Self(Some(-(date.get_timezone_offset() as i32)))
    }
}

/// How much of a time is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// `16:02`
    Clock,
    /// `Nov 20, 2026` · `2026年11月20日`
    Day,
    /// `Friday, Nov 20, 2026` · `2026年11月20日 星期五`
    Weekday,
    /// `Nov 20, 2026, 16:02` · `2026年11月20日 16:02`
    Both,
}

impl Show {
    const fn code(self) -> &'static str {
        match self {
            Self::Clock => "clock",
            Self::Day => "day",
            Self::Weekday => "weekday",
            Self::Both => "both",
        }
    }
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// From Thursday on, which the first of January 1970 was.
const WEEKDAYS: [[&str; 7]; 2] = [
    [
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
    ],
    [
        "星期四",
        "星期五",
        "星期六",
        "星期日",
        "星期一",
        "星期二",
        "星期三",
    ],
];

/// A moment taken apart, in the proleptic Gregorian calendar.
struct Parts {
    weekday: usize,
    year: i64,
    month: usize,
    day: i64,
    hour: u32,
    minute: u32,
    second: u32,
}

impl Parts {
    /// Howard Hinnant's `civil_from_days` (http://howardhinnant.github.io/date_algorithms.html), with March first.
    fn of(time: Time, offset_minutes: i32) -> Self {
        let seconds = time.seconds() + i64::from(offset_minutes) * 60;
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400) as u32);
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let month = if from_march < 10 {
            from_march + 3
        } else {
            from_march - 9
        };
        Self {
            weekday: days.rem_euclid(7) as usize,
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month: month as usize,
            day: day_of_year - (153 * from_march + 2) / 5 + 1,
            hour: rest / 3_600,
            minute: rest / 60 % 60,
            second: rest % 60,
        }
    }
}

/// `7` as `07`, without the formatting machinery.
fn two(n: i64) -> String {
    let digits = n.to_string();
    if n < 10 { ["0", &digits].concat() } else { digits }
}

/// A time as a person reads it.
pub fn text(time: Time, show: Show, offset: Offset, locale: Locale) -> String {
    let at = Parts::of(time, offset.0.unwrap_or(0));
    let clock = [&two(at.hour.into()), ":", &two(at.minute.into())].concat();
    let (year, day) = (at.year.to_string(), at.day.to_string());
    let date = match locale {
        Locale::En => [MONTHS[at.month - 1], " ", &day, ", ", &year].concat(),
        Locale::Zh => [&year, "年", &at.month.to_string(), "月", &day, "日"].concat(),
    };
    match (show, locale) {
        (Show::Clock, _) => clock,
        (Show::Day, _) => date,
        (Show::Weekday, Locale::En) => [WEEKDAYS[0][at.weekday], ", ", &date].concat(),
        (Show::Weekday, Locale::Zh) => [&date, " ", WEEKDAYS[1][at.weekday]].concat(),
        (Show::Both, Locale::En) => [&date, ", ", &clock].concat(),
        (Show::Both, Locale::Zh) => [&date, " ", &clock].concat(),
    }
}

/// A time as programs read it: `2026-11-20T16:02:00Z`.
pub fn rfc3339(time: Time) -> String {
    let at = Parts::of(time, 0);
    let date = [
        &at.year.to_string(),
        "-",
        &two(at.month as i64),
        "-",
        &two(at.day),
    ]
    .concat();
    [
        &date,
        "T",
        &two(at.hour.into()),
        ":",
        &two(at.minute.into()),
        ":",
        &two(at.second.into()),
        "Z",
    ]
    .concat()
}

/// A moment, in the reader's own time. `class` is added to its own.
#[component]
pub fn When(
    /// The moment.
    at: Time,
    /// How much of it is shown.
    #[prop(default = Show::Both)]
    show: Show,
    /// Classes of the element.
    #[prop(default = "num")]
    class: &'static str,
) -> impl IntoView {
    let words = text(at, show, Offset::at(at), crate::i18n::locale());
    view! { <time class=class datetime=rfc3339(at) data-show=show.code()>{words}</time> }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-20T16:02:05Z
    const AT: Time = Time(1_795_190_525_000_000);

    #[test]
    fn a_time_reads_in_each_language() {
        let cases = [
            (Show::Clock, Locale::En, "16:02"),
            (Show::Day, Locale::En, "Nov 20, 2026"),
            (Show::Both, Locale::En, "Nov 20, 2026, 16:02"),
            (Show::Day, Locale::Zh, "2026年11月20日"),
            (Show::Weekday, Locale::En, "Friday, Nov 20, 2026"),
            (Show::Weekday, Locale::Zh, "2026年11月20日 星期五"),
            (Show::Both, Locale::Zh, "2026年11月20日 16:02"),
        ];
        for (show, locale, expected) in cases {
            assert_eq!(text(AT, show, Offset::default(), locale), expected);
        }
        assert_eq!(rfc3339(AT), "2026-11-20T16:02:05Z");
    }

    #[test]
    fn a_readers_own_clock_may_be_in_another_day() {
        let shanghai = Offset::parse("480").expect("an offset");
        assert_eq!(text(AT, Show::Both, shanghai, Locale::Zh), "2026年11月21日 00:02");
        assert_eq!(shanghai.hour(AT), Some(0));
        assert_eq!(Offset::default().hour(AT), None);
    }

    #[test]
    fn the_calendar_holds_at_its_edges() {
        let cases = [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(rfc3339(Time(seconds * 1_000_000)), expected);
        }
    }

    #[test]
    fn an_offset_that_no_place_has_is_refused() {
        for bad in ["", "x", "900", "-841", "1e3"] {
            assert_eq!(Offset::parse(bad), None, "{bad}");
        }
    }
}
