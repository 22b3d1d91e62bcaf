//! Values on their way to the server and back. Principal items: [`p`], [`Columns`].

use std::time::Duration;

use clx_core::Timestamp;
use clx_queue::{ErrorClass, JobId, JobState, SessionId, WorkerId};
use postgres::Row;
use postgres::types::{FromSql, ToSql, Type};

use crate::hub::JobType;

/// A parameter with its type, so that the server need not be asked for it.
pub(crate) type Param<'v> = (&'v (dyn ToSql + Sync), Type);

/// A Rust type that is always the same type on the server.
pub(crate) trait Typed: ToSql + Sync {
    const TYPE: Type;
}

macro_rules! typed {
    ($($rust:ty => $sql:ident, $array:ident;)+) => {
        $(
            impl Typed for $rust {
                const TYPE: Type = Type::$sql;
            }
            impl Typed for Option<$rust> {
                const TYPE: Type = Type::$sql;
            }
            impl Typed for Vec<$rust> {
                const TYPE: Type = Type::$array;
            }
            impl Typed for Vec<Option<$rust>> {
                const TYPE: Type = Type::$array;
            }
        )+
    };
}

typed! {
    i64 => INT8, INT8_ARRAY;
    bool => BOOL, BOOL_ARRAY;
    &str => TEXT, TEXT_ARRAY;
    String => TEXT, TEXT_ARRAY;
    &[u8] => BYTEA, BYTEA_ARRAY;
}

/// Makes a parameter.
pub(crate) fn p<T: Typed>(value: &T) -> Param<'_> {
    (value, T::TYPE)
}

/// A number of any width.
struct Int(i64);

impl<'v> FromSql<'v> for Int {
    fn from_sql(
        sql: &Type,
        raw: &'v [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        match *sql {
            Type::INT2 => i16::from_sql(sql, raw).map(|n| Self(n.into())),
            Type::INT4 => i32::from_sql(sql, raw).map(|n| Self(n.into())),
            _ => i64::from_sql(sql, raw).map(Self),
        }
    }

    fn accepts(sql: &Type) -> bool {
        matches!(*sql, Type::INT2 | Type::INT4 | Type::INT8)
    }
}

/// Reads columns by name, as the queue's types.
pub(crate) trait Columns {
    fn opt_int(&self, name: &str) -> Result<Option<i64>, postgres::Error>;
    fn opt_text(&self, name: &str) -> Result<Option<String>, postgres::Error>;
    fn opt_bytes(&self, name: &str) -> Result<Option<Vec<u8>>, postgres::Error>;

    /// 0 stands for a value that lacks, which only a foreign hand can have written.
    fn int(&self, name: &str) -> Result<i64, postgres::Error> {
        self.opt_int(name).map(Option::unwrap_or_default)
    }

    fn text(&self, name: &str) -> Result<String, postgres::Error> {
        self.opt_text(name).map(Option::unwrap_or_default)
    }

    fn small(&self, name: &str) -> Result<u32, postgres::Error> {
        self.int(name).map(|n| u32::try_from(n).unwrap_or(u32::MAX))
    }

    fn count(&self, name: &str) -> Result<u64, postgres::Error> {
        self.int(name).map(|n| u64::try_from(n).unwrap_or_default())
    }

    fn flag(&self, name: &str) -> Result<bool, postgres::Error> {
        self.int(name).map(|n| n != 0)
    }

    fn job(&self, name: &str) -> Result<JobId, postgres::Error> {
        self.int(name).map(JobId)
    }

    fn session(&self, name: &str) -> Result<SessionId, postgres::Error> {
        self.int(name).map(SessionId)
    }

    fn worker(&self, name: &str) -> Result<WorkerId, postgres::Error> {
        self.int(name).map(WorkerId)
    }

    fn job_type(&self, name: &str) -> Result<JobType, postgres::Error> {
        self.int(name).map(JobType)
    }

    /// The table's check lets no other number in than those of states.
    fn state(&self, name: &str) -> Result<JobState, postgres::Error> {
        self.int(name).map(|code| JobState::from_code(code).unwrap_or(JobState::Dead))
    }

    fn error_class(&self, name: &str) -> Result<Option<ErrorClass>, postgres::Error> {
        self.opt_int(name).map(|code| code.and_then(ErrorClass::from_code))
    }

    fn moment(&self, name: &str) -> Result<Timestamp, postgres::Error> {
        self.int(name).map(Timestamp::from_us)
    }

    fn opt_moment(&self, name: &str) -> Result<Option<Timestamp>, postgres::Error> {
        self.opt_int(name).map(|us| us.map(Timestamp::from_us))
    }

    fn opt_millis(&self, name: &str) -> Result<Option<Duration>, postgres::Error> {
        let ms = self.opt_int(name)?;
        Ok(ms.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or_default())))
    }
}

impl Columns for Row {
    fn opt_int(&self, name: &str) -> Result<Option<i64>, postgres::Error> {
        self.try_get::<_, Option<Int>>(name).map(|n| n.map(|n| n.0))
    }

    fn opt_text(&self, name: &str) -> Result<Option<String>, postgres::Error> {
        self.try_get(name)
    }

    fn opt_bytes(&self, name: &str) -> Result<Option<Vec<u8>>, postgres::Error> {
        self.try_get(name)
    }
}

/// Milliseconds as the server reads them, at most what it can hold.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
