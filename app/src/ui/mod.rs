//! The shared pieces. Each takes data, fetches nothing, and is named for what it shows.
//!
//! They serve pages (server) and islands (both sides) alike; what an island does not use is not in the WASM.
//! Styles: style/ui.css. Icons: [`icon`]. Messages that come and go: [`toast`].

mod card;
mod enhance;
mod field;
pub mod icon;
mod person;
mod states;
pub mod toast;

pub use card::{Card, Chip, Tone};
pub use enhance::Enhance;
pub use field::{Field, FormError, Submit};
pub use icon::Icon;
pub use person::{Avatar, PersonName};
pub use states::{Banner, Empty, Skeleton};
