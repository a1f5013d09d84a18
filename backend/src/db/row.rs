//! Rows out of statements: tuples, single columns, and structs written with [`row!`](crate::row).

use super::{
    error::Error,
    postgres, sqlite,
    value::{self, FromValue, Value},
};

/// One row, read column by column from the left.
pub struct Row<'r> {
    source: Source<'r>,
    next: usize,
}

#[derive(Clone, Copy)]
pub(super) enum Source<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

/// What a row can be read as.
pub trait FromRow: Sized {
    /// How many columns it takes; a statement that gives another number is a mistake.
    const COLUMNS: usize;

    /// Reads the columns in order.
    ///
    /// # Errors
    /// [`Error::Job`] when a column holds another type.
    fn from_row(row: &mut Row<'_>) -> Result<Self, Error>;
}

/// A struct that a statement's row is read into: its fields are the columns, in order.
///
/// ```ignore
/// row! {
///     #[derive(Debug)]
///     pub(super) struct Message { pub(super) id: i64, pub(super) text: String }
/// }
/// let messages = conn.query::<Message>("SELECT id, text FROM messages WHERE room_id = $1", params![room])?;
/// ```
#[macro_export]
macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$field_meta:meta])* $field_vis:vis $field:ident : $kind:ty),* $(,)?
    }) => {
        $(#[$meta])*
        $vis struct $name { $($(#[$field_meta])* $field_vis $field: $kind),* }

        impl $crate::db::FromRow for $name {
            const COLUMNS: usize = [$(stringify!($field)),*].len();

            fn from_row(row: &mut $crate::db::Row<'_>) -> Result<Self, $crate::db::Error> {
                Ok(Self { $($field: row.column()?),* })
            }
        }
    };
}

impl<'r> Row<'r> {
    pub(super) fn read<T: FromRow>(source: Source<'r>) -> Result<T, Error> {
        T::from_row(&mut Self { source, next: 0 })
    }

    /// The next column.
    ///
    /// # Errors
    /// [`Error::Job`] when it holds another type.
    pub fn column<T: FromValue>(&mut self) -> Result<T, Error> {
        let column = self.next;
        self.next += 1;
        value::read(self.value(column)?, column)
    }

    fn value(&self, column: usize) -> Result<Value<'r>, Error> {
        match self.source {
            Source::Sqlite(row) => sqlite::statement::column(row, column),
            Source::Postgres(row) => postgres::statement::column(row, column),
        }
    }
}

/// Checks what a statement gives against what is asked for.
pub(super) fn check_columns<T: FromRow>(found: usize) -> Result<(), Error> {
    if found == T::COLUMNS {
        return Ok(());
    }
    let wanted = T::COLUMNS;
    Err(Error::Job(format!(
        "{found} columns, but {wanted} wanted for {}",
        std::any::type_name::<T>()
    )))
}

impl<T: FromValue> FromRow for T {
    const COLUMNS: usize = 1;

    fn from_row(row: &mut Row<'_>) -> Result<Self, Error> {
        row.column()
    }
}

macro_rules! tuples {
    ($(($count:literal: $($kind:ident),+))*) => {$(
        impl<$($kind: FromValue),+> FromRow for ($($kind,)+) {
            const COLUMNS: usize = $count;

            fn from_row(row: &mut Row<'_>) -> Result<Self, Error> {
                Ok(($(row.column::<$kind>()?,)+))
            }
        }
    )*};
}

tuples! {
    (1: A)
    (2: A, B)
    (3: A, B, C)
    (4: A, B, C, D)
    (5: A, B, C, D, E)
    (6: A, B, C, D, E, F)
    (7: A, B, C, D, E, F, G)
    (8: A, B, C, D, E, F, G, H)
}
