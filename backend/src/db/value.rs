//! Values in and out of statements. Integers, booleans and times are all BIGINT, on both engines.

use wire::time::Time;

use super::error::Error;

/// One value of a row or a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// SQL's NULL.
    Null,
    /// BIGINT; also booleans (0 and 1) and times (microseconds since the Unix epoch).
    Int(i64),
    /// DOUBLE PRECISION.
    Real(f64),
    /// TEXT.
    Text(&'a str),
    /// BYTEA or BLOB.
    Blob(&'a [u8]),
}

impl Value<'_> {
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Int(_) => "an integer",
            Self::Real(_) => "a real number",
            Self::Text(_) => "text",
            Self::Blob(_) => "bytes",
        }
    }
}

/// What may stand in [`params!`](crate::params).
pub trait ToValue {
    /// As the database takes it.
    fn value(&self) -> Value<'_>;
}

/// What one column can be read as.
pub trait FromValue: Sized {
    /// `None` when the value is of another kind or out of range.
    fn from_value(value: Value<'_>) -> Option<Self>;
}

/// The parameters of a statement: `params![room, "text", None::<i64>]`, for `$1`, `$2`, `$3`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::db::ToValue::value(&$value)),*] };
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, ToValue::value)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

macro_rules! integers {
    ($($kind:ty),*) => {$(
        impl ToValue for $kind {
            fn value(&self) -> Value<'_> {
                // Only a u64 can be too large: SQL has no unsigned integers, and no count of ours comes near.
                Value::Int(i64::try_from(*self).unwrap_or(i64::MAX))
            }
        }

        impl FromValue for $kind {
            fn from_value(value: Value<'_>) -> Option<Self> {
                let Value::Int(integer) = value else { return None };
                integer.try_into().ok()
            }
        }
    )*};
}

integers!(i16, i32, i64, u8, u16, u32, u64, usize);

impl ToValue for bool {
    fn value(&self) -> Value<'_> {
        Value::Int(i64::from(*self))
    }
}

impl FromValue for bool {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Int(0) => Some(false),
            Value::Int(1) => Some(true),
            _ => None,
        }
    }
}

impl ToValue for Time {
    fn value(&self) -> Value<'_> {
        Value::Int(self.0)
    }
}

impl FromValue for Time {
    fn from_value(value: Value<'_>) -> Option<Self> {
        i64::from_value(value).map(Self)
    }
}

impl ToValue for f64 {
    fn value(&self) -> Value<'_> {
        Value::Real(*self)
    }
}

impl FromValue for f64 {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Real(real) => Some(real),
            _ => None,
        }
    }
}

impl ToValue for str {
    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl ToValue for String {
    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl FromValue for String {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }
}

impl ToValue for [u8] {
    fn value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}

impl<const N: usize> ToValue for [u8; N] {
    fn value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Blob(bytes) => bytes.try_into().ok(),
            _ => None,
        }
    }
}

impl ToValue for Vec<u8> {
    fn value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Blob(bytes) => Some(bytes.to_vec()),
            _ => None,
        }
    }
}

/// Refuses what only one of the engines would take.
pub(super) fn check(params: &[Value<'_>]) -> Result<(), Error> {
    for (number, param) in (1..).zip(params) {
        match param {
            // PostgreSQL's text cannot hold it.
            Value::Text(text) if text.contains('\0') => {
                return Err(Error::Job(format!("${number} holds a NUL")));
            }
            // SQLite would store NULL.
            Value::Real(real) if real.is_nan() => {
                return Err(Error::Job(format!("${number} is not a number")));
            }
            _ => {}
        }
    }
    Ok(())
}

pub(super) fn read<T: FromValue>(value: Value<'_>, column: usize) -> Result<T, Error> {
    T::from_value(value).ok_or_else(|| {
        Error::Job(format!(
            "column {} holds {}, not a {}",
            column + 1,
            value.kind(),
            std::any::type_name::<T>()
        ))
    })
}
