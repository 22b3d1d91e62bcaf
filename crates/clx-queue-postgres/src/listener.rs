//! The connection by which a handle hears of others. Principal type: [`Listener`].
//!
//! It is the only connection with a state of its own (LISTEN), so it goes past poolers. It is opened again
//! with growing pauses when it is lost, and whatever was missed meanwhile is looked for then.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_postgres::AsyncMessage;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::hub::Hub;
use crate::notice;
use crate::token::spread;
use crate::upkeep;

/// The first pause after a lost connection, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(10));

/// The thread that listens; ends when dropped.
#[derive(Debug)]
pub(crate) struct Listener {
    stop: Arc<Notify>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread works with.
pub(crate) struct Ear {
    pub(crate) config: tokio_postgres::Config,
    pub(crate) tls: MakeRustlsConnect,
    pub(crate) channel: String,
    /// How messages of this handle begin.
    pub(crate) own: String,
    pub(crate) hub: Arc<Hub>,
    pub(crate) upkeep: Arc<upkeep::Shared>,
}

impl Listener {
    pub(crate) fn start(ear: Ear) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let stop = Arc::new(Notify::new());
        let thread = std::thread::Builder::new().name("clx-queue-listener".to_owned()).spawn({
            let stop = Arc::clone(&stop);
            move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = stop.notified() => {}
                        () = ear.listen_for_ever() => {}
                    }
                });
            }
        })?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.notify_one();
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

impl Ear {
    async fn listen_for_ever(&self) {
        let mut pause = PAUSES.0;
        loop {
            // Why it ended is of no use to anybody: the safety poll serves meanwhile.
            if self.listen(&mut pause).await.is_err() {
                tokio::time::sleep(spread(pause)).await;
                pause = (pause * 2).min(PAUSES.1);
            }
        }
    }

    /// Listens until the connection is lost.
    async fn listen(&self, pause: &mut Duration) -> Result<(), tokio_postgres::Error> {
        let (client, mut connection) = self.config.connect(self.tls.clone()).await?;
        let mut next = std::pin::pin!(std::future::poll_fn(move |cx| connection.poll_message(cx)));
        {
            let sql = format!("LISTEN \"{}\"", self.channel);
            let listening = client.batch_execute(&sql);
            let mut listening = std::pin::pin!(listening);
            // The connection works only while it is asked for messages.
            loop {
                tokio::select! {
                    done = &mut listening => break done?,
                    message = &mut next => {
                        if !self.hear(message)? {
                            return Ok(());
                        }
                    }
                }
            }
        }
        *pause = PAUSES.0;
        self.upkeep.look_now();
        while self.hear((&mut next).await)? {}
        Ok(())
    }

    /// Wakes waiters by a message; false when the connection ended.
    fn hear(
        &self,
        message: Option<Result<AsyncMessage, tokio_postgres::Error>>,
    ) -> Result<bool, tokio_postgres::Error> {
        let Some(message) = message else { return Ok(false) };
        if let AsyncMessage::Notification(notification) = message? {
            for (topic, n) in notice::read(notification.payload(), &self.own) {
                self.hub.ring(topic, n);
            }
        }
        Ok(true)
    }
}
