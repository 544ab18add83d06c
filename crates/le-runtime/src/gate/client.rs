//! A `kube::Client` behind the gate.

use std::fmt;
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::future::BoxFuture;
use http::{Request, Response};
use http_body_util::BodyExt;
use http_body_util::combinators::MapErr;
use kube::Client;
use kube::client::Body;
use le_core::Leadership;
use tower::{BoxError, Layer, Service};

use super::GateLayer;
use super::stamp::Stamp;

/// Clients for the writes of a leader.
pub trait LeadershipExt: sealed::Sealed {
    /// Makes a client whose writes fail at once when the leadership is not valid, before anything is sent. Reads pass. See
    /// [`Gate`](crate::Gate) for what is a write, and what happens to writes under way.
    ///
    /// The connections, the namespace and everything else are those of `client`. Errors of the server and of the network look
    /// as they do with `client`; errors of the gate are [`GateError`](crate::GateError)s inside of [`kube::Error::Service`].
    ///
    /// A client is a small task of kube's and a channel to it, and goes when its clones are gone: make one for each reconcile
    /// or one for each term, but not one for each request.
    ///
    /// ```
    /// use k8s_openapi::api::core::v1::ConfigMap;
    /// use kube::api::{Api, Patch, PatchParams};
    /// use le_core::Leadership;
    /// use le_runtime::{GateError, LeadershipExt};
    ///
    /// async fn count(client: &kube::Client, leadership: &Leadership) -> kube::Result<()> {
    ///     let maps: Api<ConfigMap> = Api::default_namespaced(leadership.client(client));
    ///     let patch = Patch::Merge(serde_json::json!({ "data": { "count": "7" } }));
    ///     match maps.patch("counter", &PatchParams::default(), &patch).await {
    ///         // Another replica leads now, and does it again.
    ///         Err(error) if GateError::of(&error).is_some() => Ok(()),
    ///         result => result.map(drop),
    ///     }
    /// }
    /// ```
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, as [`Client::new`] does.
    fn client(&self, client: &Client) -> Client;

    /// As [`client`](Self::client), and puts the fencing token on every object that is written.
    ///
    /// ```
    /// use le_core::Leadership;
    /// use le_runtime::{LeadershipExt, Stamp};
    ///
    /// fn fenced(client: &kube::Client, leadership: &Leadership) -> kube::Client {
    ///     leadership.client_with(client, Stamp::new())
    /// }
    /// ```
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, as [`Client::new`] does.
    fn client_with(&self, client: &Client, stamp: Stamp) -> Client;
}

impl LeadershipExt for Leadership {
    fn client(&self, client: &Client) -> Client {
        gated(self, client, None)
    }

    fn client_with(&self, client: &Client, stamp: Stamp) -> Client {
        gated(self, client, Some((stamp, self.clone())))
    }
}

mod sealed {
    /// Only a leadership has clients to give.
    #[expect(unnameable_types, reason = "nobody else can implement what they cannot name")]
    pub trait Sealed {}

    impl Sealed for le_core::Leadership {}
}

fn gated(leadership: &Leadership, client: &Client, stamp: Option<(Stamp, Leadership)>) -> Client {
    let service = GateLayer::new(leadership.clone()).layer(Sender { client: client.clone(), stamp });
    Client::new(service, client.default_namespace()).with_valid_until(*client.valid_until())
}

/// The service below the gate: the user's client.
#[derive(Clone)]
struct Sender {
    client: Client,
    stamp: Option<(Stamp, Leadership)>,
}

/// The body of an answer.
type Answer = MapErr<Body, fn(kube::Error) -> BoxError>;

/// Takes an error out of what kube puts around it, for the client above puts it around once more.
fn unwrapped(error: kube::Error) -> BoxError {
    match error {
        kube::Error::Service(inner) => inner,
        other => other.into(),
    }
}

impl Service<Request<Body>> for Sender {
    type Response = Response<Answer>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Response<Answer>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let Self { client, stamp } = self.clone();
        // Nothing happens before this is polled, which the gate does only while the right holds.
        async move {
            let request = match stamp {
                None => request,
                Some((stamp, leadership)) => stamp.put(&leadership, request).await?,
            };
            Ok(client.send(request).await?.map(|body| body.map_err(unwrapped as fn(kube::Error) -> BoxError)))
        }
        .boxed()
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("stamp", &self.stamp).finish_non_exhaustive()
    }
}
