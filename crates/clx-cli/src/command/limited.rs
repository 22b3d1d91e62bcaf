//! Handlers that share a limit of jobs. Principal type: [`Limited`].

use std::sync::Arc;

use clx_worker::{HandlerFuture, Job, JobContext, JobHandler};
use tokio::sync::Semaphore;

/// Works on a job only when one of the permits that several handlers share is free.
pub(super) struct Limited {
    pub(super) handler: Arc<dyn JobHandler>,
    pub(super) permits: Arc<Semaphore>,
}

impl JobHandler for Limited {
    fn handle<'a>(&'a self, job: Job<'a>, context: &'a JobContext) -> HandlerFuture<'a> {
        Box::pin(async move {
            if self.permits.available_permits() == 0 {
                context.progress(0, 0, "waits for other jobs");
            }
            let _permit = self.permits.acquire().await.expect("nobody closes the semaphore");
            self.handler.handle(job, context).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use clx_queue::JobId;
    use tokio::sync::oneshot;

    /// Works until it is told to end.
    struct Waiting(tokio::sync::Mutex<Option<oneshot::Receiver<()>>>);

    impl JobHandler for Waiting {
        fn handle<'a>(&'a self, _: Job<'a>, _: &'a JobContext) -> HandlerFuture<'a> {
            Box::pin(async move {
                let end = self.0.lock().await.take();
                end.expect("one job").await.expect("told to end");
                Ok(Vec::new().into())
            })
        }
    }

    fn waiting(permits: &Arc<Semaphore>) -> (Limited, oneshot::Sender<()>) {
        let (end, told) = oneshot::channel();
        let handler = Arc::new(Waiting(tokio::sync::Mutex::new(Some(told))));
        (Limited { handler, permits: Arc::clone(permits) }, end)
    }

    #[test]
    fn second_job_begins_when_the_first_has_ended() {
        let permits = Arc::new(Semaphore::new(1));
        let ((first, end_first), (second, end_second)) = (waiting(&permits), waiting(&permits));
        let context = JobContext::new(JobId(1), 1);
        let job = Job { label: "a", payload: &[] };
        let mut task = Context::from_waker(Waker::noop());
        let mut first = pin!(first.handle(job, &context));
        let mut second = pin!(second.handle(job, &context));
        assert!(first.as_mut().poll(&mut task).is_pending());
        end_second.send(()).unwrap();
        assert!(second.as_mut().poll(&mut task).is_pending());
        end_first.send(()).unwrap();
        assert!(matches!(first.as_mut().poll(&mut task), Poll::Ready(Ok(_))));
        assert!(matches!(second.as_mut().poll(&mut task), Poll::Ready(Ok(_))));
    }

    #[test]
    fn job_that_is_given_up_leaves_its_permit() {
        let permits = Arc::new(Semaphore::new(1));
        let (limited, _end) = waiting(&permits);
        let context = JobContext::new(JobId(1), 1);
        let mut running = limited.handle(Job { label: "a", payload: &[] }, &context);
        let mut task = Context::from_waker(Waker::noop());
        assert!(running.as_mut().poll(&mut task).is_pending());
        assert_eq!(permits.available_permits(), 0);
        drop(running);
        assert_eq!(permits.available_permits(), 1);
    }
}
