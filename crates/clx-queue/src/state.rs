//! States and classes as stored. Principal types: [`JobState`], [`ErrorClass`].

use std::fmt;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};

/// Defines an enum that is stored as a number and shown as a word.
macro_rules! stored {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$variant_doc])* $variant = $code,)*
        }

        impl $name {
            /// All variants in the order of their codes.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the word that people see.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// Returns the number that is stored.
            #[must_use]
            pub const fn code(self) -> i64 {
                self as i64
            }

            /// Returns the variant with this number, if there is one.
            #[must_use]
            pub const fn from_code(code: i64) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(*self as i64))
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let code = i64::column_result(value)?;
                Self::from_code(code).ok_or(FromSqlError::OutOfRange(code))
            }
        }
    };
}

stored! {
    /// The state of a job. Only `clx-queue` writes it.
    JobState {
        /// Waits for other jobs.
        Blocked = 0 "blocked",
        /// Waits for a time: a delay or the back-off before a retry.
        Scheduled = 1 "scheduled",
        /// Waits for a worker.
        Ready = 2 "ready",
        /// A worker has it.
        Running = 3 "running",
        /// Done, with a result. Final.
        Completed = 4 "completed",
        /// Failed for good: the error is deterministic or the retries are used up. Final.
        Failed = 5 "failed",
        /// Cancelled, superseded, or a needed job did not complete. Final.
        Cancelled = 6 "cancelled",
        /// Lost too many workers. Final.
        Dead = 7 "dead",
    }
}

impl JobState {
    /// Tells whether the state never changes again.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled | Self::Dead)
    }
}

stored! {
    /// Why an attempt failed; decides on the retry.
    ErrorClass {
        /// The input is wrong (a failing cell, a syntax error). Never retried.
        User = 1 "user",
        /// A tool, kernel or template is missing. Never retried.
        Configuration = 2 "configuration",
        /// A tool died or the disk was busy. Retried with back-off up to `max_failures`.
        Transient = 3 "transient",
        /// The deadline of the job passed. Retried once.
        Timeout = 4 "timeout",
        /// The worker vanished. Retried up to `max_losses`.
        WorkerLost = 5 "worker-lost",
        /// A needed job did not complete. Never retried.
        Dependency = 6 "dependency",
        /// Somebody cancelled the job. Never retried.
        Cancelled = 7 "cancelled",
        /// A fault of clx itself, such as a panic of a handler. Never retried.
        Internal = 8 "internal",
    }
}

stored! {
    /// How a worker runs.
    WorkerMode {
        /// A thread of the session's owner.
        InProcess = 1 "in-process",
        /// A child process.
        Process = 2 "process",
        /// A container.
        Container = 3 "container",
    }
}

stored! {
    /// Where a worker is in its life; idle or busy is derived from its jobs.
    WorkerState {
        /// Registered by whoever starts it, not yet live.
        Created = 0 "created",
        /// Claims jobs.
        Live = 1 "live",
        /// Finishes what it has, claims nothing more.
        Stopping = 2 "stopping",
    }
}
