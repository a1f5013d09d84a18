//! The log's promises, on both engines.
