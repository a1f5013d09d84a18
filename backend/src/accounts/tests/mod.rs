//! Each rule of the accounts.
