//! The connections to the server, and how a call is made: once, and again while that may help.
//! Principal type: [`Server`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use clx_core::Clock;
use clx_queue::QueueError;
use postgres::Client;
use r2d2_postgres::PostgresConnectionManager;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Failure, Fault};
use crate::options::{Durability, PostgresOptions};
use crate::token::{fresh_token, spread};
use crate::transaction::{Effects, Tx};
use crate::url::Address;
use crate::value::millis;

type Manager = PostgresConnectionManager<MakeRustlsConnect>;

/// How long a connection is waited for before the server counts as unreachable for now.
const CONNECT: Duration = Duration::from_secs(10);

/// The shortest time that a connection is waited for, whatever the patience.
const SHORTEST: Duration = Duration::from_millis(100);

/// How long a connection is waited for if the call can as well be left out.
const ONCE: Duration = Duration::from_secs(2);

/// The longest pause between two tries.
const PAUSE: Duration = Duration::from_secs(1);

/// The server, as one handle uses it.
pub(crate) struct Server {
    /// Always there until this is dropped.
    pool: Option<r2d2::Pool<Manager>>,
    pub(crate) address: Address,
    schema: String,
    durability: Durability,
    pooler: bool,
    statement_ms: i64,
    lock_ms: String,
    patience: Duration,
    pub(crate) session_lease: Duration,
    clock: Option<Arc<dyn Clock>>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Server").field(&self.address).field(&self.schema).finish()
    }
}

/// What a transaction is for.
enum Purpose<'t> {
    Read,
    /// To write, with the token of a call that must not happen twice.
    Write(&'t str),
    /// To call a function that sets by itself what its COMMIT waits for.
    Call,
}

impl Server {
    pub(crate) fn new(options: &PostgresOptions, tls: MakeRustlsConnect) -> Self {
        let manager = Manager::new(options.connection().into(), tls);
        let pool = r2d2::Pool::builder()
            .max_size(options.connections.max(1))
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_timeout(CONNECT)
            // What fails is told to whoever waits for the connection.
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .build_unchecked(manager);
        Self {
            pool: Some(pool),
            address: options.address.clone(),
            schema: options.schema.clone(),
            durability: options.durability,
            pooler: options.pooler,
            statement_ms: millis(options.statement_timeout),
            lock_ms: millis(options.lock_timeout).to_string(),
            patience: options.patience,
            session_lease: options.session_lease,
            clock: options.clock.clone(),
        }
    }

    fn pool(&self) -> &r2d2::Pool<Manager> {
        self.pool.as_ref().expect("it is taken by the destructor only")
    }

    /// Returns the moment of an injected clock; without one, the server's is asked in each call.
    pub(crate) fn clock(&self) -> Option<i64> {
        self.clock.as_ref().map(|clock| clock.now().as_us())
    }

    /// Returns what COMMIT waits for after a worker's call, and how long it waits for locks, as
    /// functions take them.
    pub(crate) fn workers_limits(&self) -> (&'static str, &str) {
        let commit = match self.durability {
            Durability::Normal => "off",
            Durability::Full => "on",
        };
        (commit, &self.lock_ms)
    }

    /// The same for calls of producers and owners.
    pub(crate) fn owners_limits(&self) -> (&'static str, &str) {
        ("on", &self.lock_ms)
    }

    /// Returns the channel of messages between handles.
    pub(crate) fn channel(&self) -> String {
        format!("clx_queue_{}", self.schema)
    }

    /// Returns the name of a table or function with its schema.
    pub(crate) fn qualified(&self, name: &str) -> String {
        format!("{}.{name}", self.schema)
    }

    /// Runs an operation in a transaction of its own, exactly once also if the answer to its COMMIT was
    /// lost.
    pub(crate) fn write<T>(
        &self,
        mut operation: impl FnMut(&mut Tx<'_>) -> Result<T, Failure>,
    ) -> Result<(T, Effects), QueueError> {
        let token = fresh_token()?;
        let opening = self.opening(&Purpose::Write(&token));
        // The answer of the last try that came as far as its COMMIT. If that one took place, the next
        // try meets its token; if it is still under way, the next try waits for its end.
        let mut uncertain = None;
        self.repeat(|client| {
            let mut tx = match Tx::begin(client, &opening) {
                Ok(tx) => tx,
                Err(error) => match (Fault::of(&error), uncertain.take()) {
                    (Fault::Repeated, Some(answer)) => return Ok(answer),
                    (_, kept) => {
                        uncertain = kept;
                        return Err(error.into());
                    }
                },
            };
            let answer = operation(&mut tx)?;
            let effects = tx.sums()?;
            match tx.commit() {
                Ok(()) => Ok((answer, effects)),
                Err(error) => {
                    uncertain = Some((answer, effects));
                    Err(error.into())
                }
            }
        })
    }

    /// Runs queries in a transaction that sees one moment.
    pub(crate) fn read<T>(
        &self,
        mut query: impl FnMut(&mut Tx<'_>) -> Result<T, Failure>,
    ) -> Result<T, QueueError> {
        let opening = self.opening(&Purpose::Read);
        self.repeat(|client| {
            let mut tx = Tx::begin(client, &opening)?;
            let answer = query(&mut tx)?;
            tx.commit()?;
            Ok(answer)
        })
    }

    /// Calls a function that may be called again: one statement, one round trip. Behind a pooler,
    /// which allows no limits for a whole connection, it gets them by a transaction around it.
    pub(crate) fn call<T>(
        &self,
        mut call: impl FnMut(&mut Client) -> Result<T, postgres::Error>,
    ) -> Result<T, Failure> {
        let opening = self.opening(&Purpose::Call);
        self.try_again(|client| {
            if !self.pooler {
                return Ok(call(client)?);
            }
            let mut tx = Tx::begin(client, &opening)?;
            let answer = call(tx.client())?;
            tx.commit()?;
            Ok(answer)
        })
    }

    /// Makes a call that is not worth another try.
    pub(crate) fn once<T>(
        &self,
        call: impl FnOnce(&mut Client) -> Result<T, postgres::Error>,
    ) -> Result<T, Failure> {
        let mut client = self.pool().get_timeout(ONCE).map_err(Failure::Pool)?;
        if !self.pooler {
            return Ok(call(&mut client)?);
        }
        let mut tx = Tx::begin(&mut client, &self.opening(&Purpose::Call))?;
        let answer = call(tx.client())?;
        tx.commit()?;
        Ok(answer)
    }

    /// The statements that open a transaction, in one round trip. All that is set ends with it.
    fn opening(&self, purpose: &Purpose<'_>) -> String {
        let Self { schema, statement_ms, lock_ms, .. } = self;
        let begin = match purpose {
            Purpose::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Purpose::Write(_) | Purpose::Call => "BEGIN ISOLATION LEVEL READ COMMITTED",
        };
        let now = self.clock().map_or_else(
            || "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint".to_owned(),
            |us| us.to_string(),
        );
        let token = match purpose {
            // Tokens are digits, so no quote can be in one.
            Purpose::Write(token) => {
                format!("INSERT INTO {schema}.calls(token, at_us) VALUES ('{token}', {now});")
            }
            Purpose::Read | Purpose::Call => String::new(),
        };
        format!(
            "{begin};
             SET LOCAL search_path = {schema};
             SET LOCAL synchronous_commit = on;
             SET LOCAL statement_timeout = {statement_ms};
             SET LOCAL lock_timeout = {lock_ms};
             SET LOCAL idle_in_transaction_session_timeout = {statement_ms};
             {token}
             SELECT {now} AS now"
        )
    }

    fn repeat<T>(
        &self,
        attempt: impl FnMut(&mut Client) -> Result<T, Failure>,
    ) -> Result<T, QueueError> {
        self.try_again(attempt).map_err(|failure| failure.at(&self.address))
    }

    /// Makes an attempt, and others while the server is away or undoes it because of other callers.
    fn try_again<T>(
        &self,
        mut attempt: impl FnMut(&mut Client) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let deadline = Instant::now() + self.patience;
        let mut n = 0;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let failure = match self.pool().get_timeout(left.clamp(SHORTEST, CONNECT)) {
                Ok(mut client) => match attempt(&mut client) {
                    Ok(answer) => return Ok(answer),
                    Err(failure) => failure,
                },
                Err(error) => Failure::Pool(error),
            };
            if !may_help(&failure) || Instant::now() >= deadline {
                return Err(failure);
            }
            pause(n);
            n += 1;
        }
    }

    /// Opens a connection that is not of the pool, to learn at once why there is none.
    pub(crate) fn connect(
        options: &PostgresOptions,
        tls: MakeRustlsConnect,
    ) -> Result<Client, QueueError> {
        postgres::Config::from(options.connection())
            .connect(tls)
            .map_err(|error| Failure::Postgres(error).at(&options.address))
    }
}

impl Drop for Server {
    /// Closing a connection blocks, which the client library does not allow on a thread that runs async
    /// tasks; and whoever shares the queue with one does not know who will be the last to let it go.
    fn drop(&mut self) {
        let pool = self.pool.take();
        if tokio::runtime::Handle::try_current().is_ok() {
            std::thread::spawn(move || drop(pool));
        }
    }
}

fn may_help(failure: &Failure) -> bool {
    match failure {
        Failure::Refused(_) => false,
        Failure::Pool(_) => true,
        Failure::Postgres(error) => {
            matches!(Fault::of(error), Fault::Lost | Fault::Unavailable | Fault::Conflict)
        }
    }
}

/// Waits 5 ms, doubled with each try up to a second, varied so that callers spread.
fn pause(n: u32) {
    std::thread::park_timeout(spread(Duration::from_millis(5 << n.min(8)).min(PAUSE)));
}
