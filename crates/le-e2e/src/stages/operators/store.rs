//! A store outside of the cluster, over HTTP, which may be slow for some.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::ledger::{Ledger, Write};

/// The store. Dropping it closes it.
#[derive(Debug)]
pub(super) struct Store {
    address: SocketAddr,
    inner: Arc<Inner>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Inner {
    ledger: Mutex<Ledger>,
    slow: Mutex<BTreeMap<String, Duration>>,
}

impl Store {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (address, inner) = (listener.local_addr()?, Arc::<Inner>::default());
        let task = tokio::spawn(serve(listener, Arc::clone(&inner)));
        Ok(Self { address, inner, task })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on what this worker sends lies on the way for so long; what lies there stays.
    pub(super) fn slow_down(&self, worker: &str, by: Duration) {
        lock(&self.inner.slow).insert(worker.to_owned(), by);
    }

    /// What is sent from now on arrives at once.
    pub(super) fn speed_up(&self) {
        lock(&self.inner.slow).clear();
    }

    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        lock(&self.inner.ledger)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: TcpListener, inner: Arc<Inner>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        let _ = stream.set_nodelay(true);
        let inner = Arc::clone(&inner);
        let service = service_fn(move |request| answer(request, Arc::clone(&inner)));
        // A worker that goes away is no news.
        tokio::spawn(async move {
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(request: Request<Incoming>, inner: Arc<Inner>) -> anyhow::Result<Response<Full<Bytes>>> {
    let body = request.into_body().collect().await?.to_bytes();
    let write: Write = serde_json::from_slice(&body)?;
    let slow = lock(&inner.slow).get(&write.by).copied();
    // On a task of its own: what has left arrives, even where whoever sent it is gone or has given up.
    let put = tokio::spawn(async move {
        if let Some(by) = slow {
            tokio::time::sleep(by).await;
        }
        let token = write.token;
        lock(&inner.ledger).put(write).map_err(|newest| (token, newest))
    });
    let (code, message) = match put.await? {
        Ok(()) => (200, "taken".to_owned()),
        Err((token, newest)) => (409, format!("fencing token {token} is older than {newest}")),
    };
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "code": code, "message": message,
        "status": if code == 200 { "Success" } else { "Failure" }, "reason": "Conflict",
    });
    let response = Response::builder().status(code).header("content-type", "application/json");
    Ok(response.body(Full::new(Bytes::from(status.to_string())))?)
}
