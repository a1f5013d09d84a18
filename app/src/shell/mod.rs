//! The frame of every page: rail, top bar, `main`, and what lies over it.
//!
//! `document` puts it together. boot.js swaps `main`, `.here`, the title and the marks of
//! the rail when a link is followed; all else stays, and with it the live socket.

mod bar;
mod document;
mod overlay;
mod palette;
mod rail;
mod words;

pub(crate) use document::document;
