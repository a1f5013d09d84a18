//! What holds on both engines, and what is one engine's own.

mod jobs;
