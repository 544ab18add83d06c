//! A stretch of network between one replica and the API server, on which things go wrong.

mod forward;
mod weather;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use kube::Client;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

pub use weather::{Weather, Which};

use crate::plane::{Plane, kubeconfig_text};

/// A proxy for one user, whose token it adds. Dropping it closes it.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    weather: watch::Sender<Weather>,
    cuts: watch::Sender<u64>,
    task: JoinHandle<()>,
}

/// What every connection is handed.
#[derive(Clone)]
struct Route {
    client: Client,
    weather: watch::Receiver<Weather>,
    cuts: watch::Receiver<u64>,
}

impl Proxy {
    /// Listens, and passes everything on.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn start(plane: &Plane, user: &str) -> anyhow::Result<Self> {
        let mut config = plane.config(user).await?;
        // A replica that gives up first is what is tried; this must not.
        config.write_timeout = None;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (weather, seen) = watch::channel(Weather::Clear);
        let (cuts, cut) = watch::channel(0);
        let route = Route { client: Client::try_from(config)?, weather: seen, cuts: cut };
        let task = tokio::spawn(serve(listener, address, route));
        Ok(Self { address, weather, cuts, task })
    }

    /// Writes a kubeconfig whose way leads through here.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn kubeconfig(&self, plane: &Plane) -> anyhow::Result<PathBuf> {
        let path = plane.folder().join(format!("proxy-{}.kubeconfig", self.address.port()));
        let text = kubeconfig_text(
            &format!("http://{}", self.address),
            "disable-compression: true",
            "username: e2e",
        );
        std::fs::write(&path, text).context("cannot write a kubeconfig")?;
        Ok(path)
    }

    /// Changes what goes wrong, for what comes and for what is under way.
    pub fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// Ends the watches that stand.
    pub fn cut_watches(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Accepts connections; while they are to be refused nobody listens.
async fn serve(first: TcpListener, address: SocketAddr, route: Route) {
    let mut weather = route.weather.clone();
    let mut listener = Some(first);
    let mut connections = JoinSet::new();
    loop {
        if *weather.borrow_and_update() == Weather::Refuse {
            listener = None;
            connections.shutdown().await;
            if weather.changed().await.is_err() {
                return;
            }
            continue;
        }
        let Some(open) = &listener else {
            listener = TcpListener::bind(address).await.ok();
            if listener.is_none() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            continue;
        };
        tokio::select! {
            accepted = open.accept() => if let Ok((stream, _)) = accepted {
                connections.spawn(connection(stream, route.clone()));
            },
            Some(_) = connections.join_next() => {}
            changed = weather.changed() => if changed.is_err() {
                return;
            },
        }
    }
}

async fn connection(stream: TcpStream, route: Route) {
    // It must be no slower than what it stands for.
    let _ = stream.set_nodelay(true);
    let service =
        service_fn(move |request: http::Request<Incoming>| forward::forward(request, route.clone()));
    // A replica that goes away is no news.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
