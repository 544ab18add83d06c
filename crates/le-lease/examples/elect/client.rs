//! A client whose connection is there when a Lease becomes free.
//!
//! kube's own client speaks HTTP/1.1: while the watch has one connection, whatever is asked beside it needs another. A replica that
//! waits asks for nothing, so the write that takes over has to open one first, and since `TCP_NODELAY` is off that write waits up
//! to 40 ms more, until the server acknowledges the end of the TLS handshake. This one speaks HTTP/2, as client-go does, and the
//! write goes over the connection of the watch.

use std::time::Duration;

use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use kube::client::ConfigExt as _;
use kube::{Client, Config};
use tower::{BoxError, ServiceBuilder};

/// How long a connection is kept that nobody needs. Over HTTP/1.1 each request of a burst has one of its own, and hyper closes
/// them only where it is given a timer for that.
const IDLE: Duration = Duration::from_secs(20);

/// Connects to the API server of the kubeconfig or of the pod, and asks the connection every `ping` whether it is alive.
///
/// With HTTP/2 everything goes over one connection. One that is half open must be found out well before the renew deadline, or all
/// attempts until then go into it: choose the retry period.
pub(crate) async fn connect(ping: Duration) -> anyhow::Result<Client> {
    let config = Config::infer().await?;
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(config.connect_timeout);
    let https = HttpsConnectorBuilder::new()
        .with_tls_config(config.rustls_client_config()?)
        .https_or_http()
        .enable_all_versions()
        .wrap_connector(http);
    let client = HttpClient::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .http2_keep_alive_interval(ping)
        .http2_keep_alive_timeout(ping)
        .build(https);
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(BoxError::from)
        .service(client);
    Ok(Client::new(service, config.default_namespace))
}
