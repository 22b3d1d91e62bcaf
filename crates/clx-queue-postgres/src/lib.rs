//! The job queue on a PostgreSQL server, for producers and workers on many machines.
//!
//! It implements the same traits as the queue in a file, [`clx_queue::Queue`] and
//! [`clx_queue::QueueView`], with the same tables, and passes the same conformance suite. The server is
//! PostgreSQL 15 or newer; the tables lie in a schema of their own.
//!
//! Principal types: [`PostgresQueue`], [`PostgresOptions`], [`PasswordSources`].
//!
//! ```no_run
//! use clx_queue_postgres::{PasswordSources, PostgresOptions, PostgresQueue};
//! let passwords = PasswordSources::of_this_process();
//! let options = PostgresOptions::from_url("postgres://clx@db.example/jobs", &passwords)?;
//! let queue = PostgresQueue::open(options)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | part | does |
//! |---|---|
//! | `operation/` | one file per operation, SQL and row mapping |
//! | `migrations/` | the tables, and the functions that every job calls |
//! | `options`, `url`, `secret`, `tls` | where the server is, and how it is spoken to |
//! | `server`, `transaction`, `error` | the pool; how a call is made once, and again while that may help |
//! | `hub`, `notice`, `listener`, `upkeep` | wakes waiters of this handle, and of others |
//! | `lease` | keeps own sessions alive, ends those of hosts that are gone, and their workers |
//! | `results` | the results that hosts share, in the same database |
//!
//! # Calls
//!
//! A report with the next claim, a beat, and collecting are one call of a function on the server each:
//! one round trip, one transaction of one statement. What is rare is done statement by statement. A call
//! that the server undoes because of other callers, or whose connection is lost, is made again for
//! [`PostgresOptions::patience`]: a claim under its number, everything else under a token that its
//! transaction writes first, so that nothing happens twice even if only the answer to a COMMIT was lost.
//!
//! Calls block, also on the client library's own runtime: they must not be made on a thread that runs async
//! tasks.
//!
//! # Who waits for whom
//!
//! Claims skip rows that others have locked. Counters are kept in slots by connection and added up when
//! read. Only a limit of running jobs makes workers of a type wait for each other. Locks are taken in one
//! order: session, worker, jobs by id, type, counters; a deadlock that is left is undone by the server and
//! tried again.
//!
//! Positions of finished jobs are given when the owner of the session collects, by a transaction that waits
//! for the disk. So whatever an owner has seen stays so if the server's machine dies, also with
//! [`Durability::Normal`]; claims and reports of the last moments may be undone, and such jobs run again.
//! A worker whose claims were undone is refused with [`clx_queue::QueueError::ClaimOutOfOrder`], ends, and
//! is replaced like any that died.
//!
//! # Poolers
//!
//! No call leaves anything behind on its connection: statements are unnamed, settings are those of a
//! transaction. So a pooler in transaction mode may stand between, said by `pooler=transaction` in the
//! URL. Messages (LISTEN) do not pass it: `listen_url` names the server itself, and without it the safety
//! poll serves, by 1.5 s at most.

mod error;
mod hub;
mod lease;
mod listener;
mod migrate;
mod notice;
mod operation;
mod options;
mod queue;
mod results;
mod secret;
mod server;
mod tls;
mod token;
mod transaction;
mod upkeep;
mod url;
mod value;
mod view;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use clx_queue::QueueError;

use self::hub::{Hub, JobType};
use self::lease::Leases;
use self::listener::{Ear, Listener};
use self::options::Listening;
use self::server::Server;
use self::upkeep::Upkeep;

pub use self::options::{Durability, OptionsError, PostgresOptions};
pub use self::results::PostgresResults;
pub use self::secret::PasswordSources;

/// A queue on a PostgreSQL server; shared by reference or `Arc` between threads.
#[derive(Debug)]
pub struct PostgresQueue {
    /// Dropped first: it wakes nobody any more.
    _listener: Option<Listener>,
    /// None if the clock is not the server's: nobody else goes by it.
    leases: Option<Leases>,
    upkeep: Upkeep,
    server: Arc<Server>,
    hub: Arc<Hub>,
    types: Mutex<HashMap<String, JobType>>,
}

impl PostgresQueue {
    /// Connects, and makes or updates the tables if need be.
    ///
    /// # Errors
    /// [`QueueError::Server`]: the server cannot be reached, refuses the user, is too old, or holds tables
    /// that are newer than this program; and if certificates cannot be used.
    pub fn open(options: PostgresOptions) -> Result<Self, QueueError> {
        let tls = |address: &url::Address| {
            tls::connector(&address.trust).map_err(|source| unusable(address, source))
        };
        let own_tls = tls(&options.address)?;
        let mut client = Server::connect(&options, own_tls.clone())?;
        migrate::migrate(&mut client, &options)?;
        drop(client);
        let server = Arc::new(Server::new(&options, own_tls));
        let hub = Arc::new(Hub::default());
        let name = token::fresh_token()?;
        let upkeep =
            Upkeep::start(Arc::clone(&server), Arc::clone(&hub), name.clone(), options.safety_poll)
                .map_err(|source| unusable(&options.address, source))?;
        let listened = match &options.listening {
            Listening::Same => Some(&options.address),
            Listening::At(address) => Some(&**address),
            Listening::Never => None,
        };
        let listener = match listened {
            Some(address) => {
                let ear = Ear {
                    config: options.connection_to(address),
                    tls: tls(address)?,
                    channel: server.channel(),
                    own: name,
                    hub: Arc::clone(&hub),
                    upkeep: Arc::clone(upkeep.shared()),
                };
                Some(Listener::start(ear).map_err(|source| unusable(address, source))?)
            }
            None => None,
        };
        let leases = match &options.clock {
            Some(_) => None,
            None => {
                let (server, upkeep) = (Arc::clone(&server), Arc::clone(upkeep.shared()));
                let leases = Leases::start(server, upkeep, options.lease_look);
                Some(leases.map_err(|source| unusable(&options.address, source))?)
            }
        };
        Ok(Self { _listener: listener, leases, upkeep, server, hub, types: Mutex::default() })
    }
}

/// Makes the error of something on this side that a handle cannot do without.
fn unusable(
    address: &url::Address,
    source: impl std::error::Error + Send + Sync + 'static,
) -> QueueError {
    QueueError::Server {
        message: format!("the queue at {address} cannot be used"),
        is_transient: false,
        source: Some(Arc::new(source)),
    }
}
