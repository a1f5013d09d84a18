//! The frame of every page: rail, top bar, `main`, and what lies over it.
//!
//! [`document`] puts it together, [`rail`] holds the places (one line each), [`bar`] the top bar and its person menu, [`words`] what they say,
//! [`overlay`] the keyboard map, the palette and the toasts. boot.js swaps `main`, `.here`, the title and the marks of
//! the rail when a link is followed; all else stays, and with it the live socket.

#[cfg(feature = "ssr")]
mod bar;
#[cfg(feature = "ssr")]
mod document;
#[cfg(feature = "ssr")]
mod overlay;
pub mod palette;
#[cfg(feature = "ssr")]
mod rail;
#[cfg(feature = "ssr")]
mod words;

#[cfg(feature = "ssr")]
pub(crate) use document::document;
