//! The icons: one set, drawn on 24 × 24 with a round pen, as the `d` of one path each. An island holds only its own.

use leptos::prelude::*;

/// A picture beside words, or inside a button that has a name: screen readers skip it.
#[component]
pub fn Icon(
    /// One of this module's constants.
    of: &'static str,
) -> impl IntoView {
    view! {
        <svg class="i" viewBox="0 0 24 24" aria-hidden="true">
            <path d=of></path>
        </svg>
    }
}

macro_rules! icons {
    ($($name:ident = $d:literal;)*) => {
        $(#[allow(missing_docs)] pub const $name: &str = $d;)*
    };
}

icons! {
    ANCHOR = "M12 8v13M5 12H3a9 9 0 0018 0h-2M12 8a2.5 2.5 0 110-5 2.5 2.5 0 010 5z";
    BOAT = "M11 3.5V14H4.5C6 9.5 8 6 11 3.5zM14 6.5c2.3 1.9 3.7 4.4 4.3 7.5H14zM3 17h18l-1.7 3H4.7z";
    HOME = "M4 11l8-7 8 7v9a1 1 0 01-1 1h-5v-6h-4v6H5a1 1 0 01-1-1z";
    CHAT = "M4 5h16v11H9l-5 4z";
    TODO = "M4 6l1.5 1.5L8 5M4 13l1.5 1.5L8 12M4 20l1.5 1.5L8 19M11 6.5h9M11 13.5h9M11 20.5h9";
    ECHO = "M4 12a8 8 0 018-8M4 12a8 8 0 008 8M8 12a4 4 0 014-4M8 12a4 4 0 004 4M14.5 12a1.5 1.5 0 11-3 0 1.5 1.5 0 013 0z";
    HASH = "M9 4L7 20M17 4l-2 16M4 9h16M4 15h16";
    LOCK = "M6 11h12v9H6zM8 11V8a4 4 0 018 0v3";
    SEARCH = "M17 11a6 6 0 11-12 0 6 6 0 0112 0zM16 16l4 4";
    SEND = "M4 12l16-7-6 16-3-7z";
    PLUS = "M12 5v14M5 12h14";
    CROSS = "M6 6l12 12M18 6L6 18";
    CHECK = "M5 12.5l4.5 4.5L19 7.5";
    MORE = "M5 12h.01M12 12h.01M19 12h.01";
    SMILE = "M20 12a8 8 0 11-16 0 8 8 0 0116 0zM9 14a4 4 0 006 0M9 10h.01M15 10h.01";
    MOON = "M19 14a8 8 0 11-9-9 6 6 0 009 9z";
    SUN = "M16 12a4 4 0 11-8 0 4 4 0 018 0zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M5.6 18.4L7 17M17 7l1.4-1.4";
    SCREEN = "M3 5h18v12H3zM8 21h8M12 17v4";
    GLOBE = "M21 12a9 9 0 11-18 0 9 9 0 0118 0zM3.5 9h17M3.5 15h17M12 3c5 5.5 5 12.5 0 18M12 3c-5 5.5-5 12.5 0 18";
    PERSON = "M16 8a4 4 0 11-8 0 4 4 0 018 0zM4.5 20.5a7.5 7.5 0 0115 0";
    PEOPLE = "M12.5 8a3.5 3.5 0 11-7 0 3.5 3.5 0 017 0zM2.5 19.5a6.5 6.5 0 0113 0M16 4.7a3.5 3.5 0 010 6.6M18.5 14.3a6.5 6.5 0 013 5.2";
    SETTINGS = "M4 7h9M17 7h3M4 17h3M11 17h9M17 7a2 2 0 11-4 0 2 2 0 014 0zM11 17a2 2 0 11-4 0 2 2 0 014 0z";
    SHIELD = "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z";
    LEAVE = "M14 4H6v16h8M10 12h10M17 9l3 3-3 3";
    ENTER = "M10 4h8v16h-8M4 12h10M11 9l3 3-3 3";
    KEYBOARD = "M3 6h18v12H3zM7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M7 14h.01M17 14h.01M10 14h4";
    KEY = "M12 9a4 4 0 11-8 0 4 4 0 018 0zM11 12l8 8M16 17l2.5-2.5M19 20l2-2";
    REFRESH = "M20 11a8 8 0 00-14-4.5L4 8.5M4 4v4.5h4.5M4 13a8 8 0 0014 4.5l2-2M20 20v-4.5h-4.5";
    CLOCK = "M20 12a8 8 0 11-16 0 8 8 0 0116 0zM12 7.5V12l3 2";
    WARN = "M12 4l9 16H3zM12 10v4M12 17h.01";
    INFO = "M21 12a9 9 0 11-18 0 9 9 0 0118 0zM12 11v5M12 8h.01";
    ARROW = "M5 12h14M13 6l6 6-6 6";
    BACK = "M19 12H5M11 6l-6 6 6 6";
    DOWN = "M12 5v14M6 13l6 6 6-6";
    COPY = "M9 9h11v11H9zM5 15H4V4h11v1";
    DOWNLOAD = "M12 4v11M7 11l5 5 5-5M4 20h16";
    FILE = "M6 3h8l5 5v13H6zM14 3v5h5";
    TRASH = "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5";
    PLAY = "M7 4.5l12 7.5-12 7.5z";
    STOP = "M6 6h12v12H6z";
    PLUG = "M9 3v5M15 3v5M6 8h12v3a6 6 0 01-12 0zM12 17v4";
    PHONE = "M7 3h10v18H7zM11 18h2";
    LAPTOP = "M5 5h14v10H5zM2 19h20";
}
