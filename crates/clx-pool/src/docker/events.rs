//! The engine's events, passed on to those who watch the containers. Principal types:
//! [`Listeners`], [`Listening`].

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bollard::Docker as Api;
use bollard::models::EventMessage;
use bollard::query_parameters::EventsOptionsBuilder;
use futures_util::StreamExt;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::label;

/// Pause before a subscription that broke is made again.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// What happened to a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// It ended, with this status if the engine told it.
    Died(Option<i64>),
    /// A process in it was killed because the container exceeded its memory limit.
    OutOfMemory,
}

type Sender = mpsc::UnboundedSender<Sign>;

/// Who listens to which container. There is one subscription for all, made with the first of them;
/// it ends with the last handle of the engine.
#[derive(Default)]
pub(super) struct Listeners {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    by_container: HashMap<String, Sender>,
    subscription: Option<AbortHandle>,
}

impl Drop for State {
    fn drop(&mut self) {
        if let Some(subscription) = &self.subscription {
            subscription.abort();
        }
    }
}

impl Listeners {
    pub(super) fn listen(
        listeners: &Arc<Self>,
        container_id: &str,
        api: &Api,
        runtime: &Handle,
    ) -> Listening {
        let (sender, signs) = mpsc::unbounded_channel();
        let mut state = listeners.lock();
        state.by_container.insert(container_id.to_owned(), sender);
        state.subscription.get_or_insert_with(|| {
            runtime.spawn(subscribe(api.clone(), Arc::downgrade(listeners))).abort_handle()
        });
        drop(state);
        let (listeners, container_id) = (Arc::clone(listeners), container_id.to_owned());
        Listening { container_id, signs, listeners }
    }

    fn pass_on(&self, event: &EventMessage) {
        let Some((container, sign)) = sign_of(event) else { return };
        if let Some(sender) = self.lock().by_container.get(container) {
            // Who stopped listening does not want it.
            let _gone = sender.send(sign);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The events of one container; ends when dropped.
pub(super) struct Listening {
    container_id: String,
    signs: mpsc::UnboundedReceiver<Sign>,
    listeners: Arc<Listeners>,
}

impl Listening {
    /// Waits for the next sign.
    pub(super) async fn next(&mut self) -> Sign {
        match self.signs.recv().await {
            Some(sign) => sign,
            // The sender is in the table until this is dropped.
            None => std::future::pending().await,
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.listeners.lock().by_container.remove(&self.container_id);
    }
}

/// Passes events on. What is missed while a subscription is broken is told by the second source,
/// the `wait` of each container.
async fn subscribe(api: Api, listeners: Weak<Listeners>) {
    let only = HashMap::from([
        ("type", vec!["container"]),
        ("event", vec!["die", "oom"]),
        ("label", vec![label::SESSION]),
    ]);
    let options = EventsOptionsBuilder::new().filters(&only).build();
    loop {
        let mut events = pin!(api.events(Some(options.clone())));
        while let Some(Ok(event)) = events.next().await {
            let Some(listeners) = listeners.upgrade() else { return };
            listeners.pass_on(&event);
        }
        tokio::time::sleep(RETRY_PAUSE).await;
    }
}

fn sign_of(event: &EventMessage) -> Option<(&str, Sign)> {
    let actor = event.actor.as_ref()?;
    let sign = match event.action.as_deref()? {
        "oom" => Sign::OutOfMemory,
        "die" => {
            let attributes = actor.attributes.as_ref();
            let code = attributes.and_then(|attributes| attributes.get("exitCode"));
            Sign::Died(code.and_then(|code| code.parse().ok()))
        }
        _ => return None,
    };
    Some((actor.id.as_deref()?, sign))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bollard::models::EventActor;

    fn event(action: &str, attributes: &[(&str, &str)]) -> EventMessage {
        let attributes =
            attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        EventMessage {
            action: Some(action.to_owned()),
            actor: Some(EventActor {
                id: Some("c1".to_owned()),
                attributes: Some(attributes.collect()),
            }),
            ..EventMessage::default()
        }
    }

    #[test]
    fn deaths_and_lack_of_memory_are_signs() {
        let check = |event: EventMessage, sign: Option<Sign>| {
            assert_eq!(sign_of(&event), sign.map(|sign| ("c1", sign)));
        };
        check(event("die", &[("exitCode", "137")]), Some(Sign::Died(Some(137))));
        check(event("die", &[]), Some(Sign::Died(None)));
        check(event("oom", &[]), Some(Sign::OutOfMemory));
        check(event("start", &[]), None);
    }
}
