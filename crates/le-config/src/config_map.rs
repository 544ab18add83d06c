//! The configuration of a ConfigMap that is already at hand.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;

use crate::{Config, ConfigError, Parser};

impl Parser {
    /// Reads a ConfigMap. One that is absent, or has no data, gives the default; `binaryData` is ignored.
    ///
    /// # Errors
    ///
    /// Reports the first mistake, as [`parse`](Self::parse) does.
    pub fn config_map<'a>(
        &self,
        config_map: impl Into<Option<&'a ConfigMap>>,
    ) -> Result<Config, ConfigError> {
        let none = BTreeMap::new();
        self.parse(config_map.into().and_then(|config_map| config_map.data.as_ref()).unwrap_or(&none))
    }
}

impl Config {
    /// Reads a ConfigMap, which may ask for at most ten buckets. One that is absent, or has no data, gives the default.
    ///
    /// ```
    /// use k8s_openapi::api::core::v1::ConfigMap;
    /// use le_config::Config;
    ///
    /// assert_eq!(Config::from_config_map(&ConfigMap::default())?, Config::default());
    /// assert_eq!(Config::from_config_map(None)?, Config::default());
    /// # Ok::<(), le_config::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Reports the first mistake, as [`Parser::parse`] does.
    pub fn from_config_map<'a>(config_map: impl Into<Option<&'a ConfigMap>>) -> Result<Self, ConfigError> {
        Parser::default().config_map(config_map)
    }
}
