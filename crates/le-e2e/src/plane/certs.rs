//! The certificates of a control plane: an authority of its own, and what it vouches for.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, SanType};

/// What the API server shows and what its clients verify it by.
#[derive(Debug)]
pub(super) struct Certs {
    /// The authority's certificate, in PEM.
    pub(super) authority: String,
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
    /// What service account tokens are signed with.
    pub(super) accounts: PathBuf,
    /// What they are verified by.
    pub(super) accounts_public: PathBuf,
}

impl Certs {
    pub(super) fn make(folder: &Path) -> anyhow::Result<Self> {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.distinguished_name.push(DnType::CommonName, "e2e authority");
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;

        let mut server = CertificateParams::new(["localhost".to_owned()])?;
        server.subject_alt_names.push(SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        server.distinguished_name.push(DnType::CommonName, "kube-apiserver");
        let key = KeyPair::generate()?;
        let certificate = server.signed_by(&key, &authority)?;

        let accounts = KeyPair::generate()?;

        let keep = |name: &str, text: String| -> anyhow::Result<PathBuf> {
            let path = folder.join(name);
            fs::write(&path, text)?;
            Ok(path)
        };
        Ok(Self {
            authority: authority.pem(),
            certificate: keep("apiserver.crt", certificate.pem())?,
            key: keep("apiserver.key", key.serialize_pem())?,
            accounts: keep("accounts.key", accounts.serialize_pem())?,
            accounts_public: keep("accounts.pub", accounts.public_key_pem())?,
        })
    }
}
