//! The live socket, `/connection/websocket`, in its two encodings.
//!
//! - [`compact`]: what Flotilla's own pages speak, postcard in binary frames, chosen by the subprotocol
//!   [`compact::SUBPROTOCOL`]. JSON would cost the browser 27 kB of WASM.
//! - [`json`]: the Centrifuge client protocol, for every other program.

pub mod compact;
pub mod json;
