//! Values on a PostgreSQL connection, and what its errors mean.

use std::error::Error as StdError;

use bytes::BytesMut;
use tokio_postgres::{
    error::{Severity, SqlState},
    types::{FromSql, IsNull, ToSql, Type, to_sql_checked},
};

use crate::db::{error::Error, value::Value};

type Wrong = Box<dyn StdError + Sync + Send>;

/// A parameter. The server has told the placeholder's type; a value of another kind is a mistake in the program.
#[derive(Debug)]
pub(super) struct Bound<'a>(pub(super) Value<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Wrong> {
        match (self.0, kind) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Int(integer), &Type::INT8) => integer.to_sql(kind, out),
            (Value::Int(integer), &Type::INT4) => i32::try_from(integer)?.to_sql(kind, out),
            (Value::Int(integer), &Type::INT2) => i16::try_from(integer)?.to_sql(kind, out),
            (Value::Int(integer), &Type::BOOL) => (integer != 0).to_sql(kind, out),
            (Value::Real(real), &Type::FLOAT8) => real.to_sql(kind, out),
            (Value::Text(text), &Type::TEXT | &Type::VARCHAR) => text.to_sql(kind, out),
            (Value::Blob(bytes), &Type::BYTEA) => bytes.to_sql(kind, out),
            (value, _) => Err(format!("{} for a {kind}", value.kind()).into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

struct Column<'a>(Value<'a>);

impl<'a> FromSql<'a> for Column<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Wrong> {
        Ok(Self(match *kind {
            Type::INT8 => Value::Int(i64::from_sql(kind, raw)?),
            Type::INT4 => Value::Int(i32::from_sql(kind, raw)?.into()),
            Type::INT2 => Value::Int(i16::from_sql(kind, raw)?.into()),
            // `EXISTS (…)` is an integer on SQLite.
            Type::BOOL => Value::Int(bool::from_sql(kind, raw)?.into()),
            Type::FLOAT8 => Value::Real(f64::from_sql(kind, raw)?),
            Type::TEXT | Type::VARCHAR => Value::Text(<&str>::from_sql(kind, raw)?),
            Type::BYTEA => Value::Blob(raw),
            _ => return Err(format!("a column of type {kind}: CAST it").into()),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Wrong> {
        Ok(Self(Value::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

pub(in crate::db) fn column(row: &tokio_postgres::Row, column: usize) -> Result<Value<'_>, Error> {
    row.try_get::<_, Column<'_>>(column)
        .map(|column| column.0)
        .map_err(|error| Error::Job(text(&error)))
}

/// What a failed statement means.
pub(super) fn error(error: tokio_postgres::Error) -> Error {
    let Some(refusal) = error.as_db_error() else {
        return if error.is_closed() || is_io(&error) {
            lost(error)
        } else {
            Error::Job(text(&error))
        };
    };
    if matches!(refusal.parsed_severity(), Some(Severity::Fatal | Severity::Panic)) {
        return lost(error);
    }
    match *refusal.code() {
        SqlState::UNIQUE_VIOLATION => Error::Unique(refusal.constraint().unwrap_or_default().to_owned()),
        SqlState::FOREIGN_KEY_VIOLATION => Error::ForeignKey,
        SqlState::CHECK_VIOLATION | SqlState::NOT_NULL_VIOLATION => Error::Check(text(&error)),
        SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::LOCK_NOT_AVAILABLE
        | SqlState::QUERY_CANCELED => Error::Retry,
        SqlState::DISK_FULL => Error::Full,
        _ => Error::Sql(text(&error)),
    }
}

/// The connection cannot be made or has broken.
pub(super) fn lost(error: tokio_postgres::Error) -> Error {
    Error::Lost(text(&error))
}

/// The error and why, in one line: tokio-postgres's own text leaves the reason out.
pub(super) fn text(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(refusal), _) => refusal.message().to_owned(),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    error.source().is_some_and(|source| source.is::<std::io::Error>())
}
