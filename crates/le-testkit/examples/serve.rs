//! The API server over HTTP on loopback, with a kubeconfig written for it, until Ctrl-C or SIGTERM.
//!
//! ```text
//! cargo run -p le-testkit --example serve -- --kubeconfig /tmp/kubeconfig
//! kubectl --kubeconfig /tmp/kubeconfig get leases --watch
//! ```

use std::fs::OpenOptions;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use le_testkit::ApiServer;
use tokio::signal::unix::{SignalKind, signal};

#[derive(Parser)]
#[command(about = "An API server for tests, over HTTP on loopback, until Ctrl-C")]
struct Arguments {
    /// The port to listen on; 0 takes any that is free.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Where to write the kubeconfig.
    #[arg(long, value_name = "FILE")]
    kubeconfig: PathBuf,
    /// The name by which clients with this kubeconfig are known.
    #[arg(long, default_value = "")]
    client: String,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stderr, reason = "a program says what went wrong")]
async fn main() -> ExitCode {
    match serve(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "a program says where it listens")]
async fn serve(arguments: Arguments) -> anyhow::Result<()> {
    // Before anything is printed, so that whoever reads the line may stop this at once.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let server = ApiServer::new();
    let listening = server.listen(SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port))).await?;
    write_private(&arguments.kubeconfig, &listening.kubeconfig(&arguments.client))
        .with_context(|| format!("cannot write the kubeconfig to {}", arguments.kubeconfig.display()))?;
    println!("listening on http://{}, kubeconfig in {}", listening.address(), arguments.kubeconfig.display());
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    listening.shutdown().await;
    Ok(())
}

/// Writes a file that only its owner may read.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    file.write_all(text.as_bytes())
}
