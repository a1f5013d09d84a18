//! What holds on both engines, and what is one engine's own.

mod full;
mod jobs;
mod open;
mod postgres;
mod sqlite;
mod statements;
