//! The choice between ordinals and a fallback.

use std::sync::Arc;

use le_core::{ElectorBuilder, Enqueue, LedBuckets, Unopposed};
use le_statefulset::dynamic;

use crate::{WHOLE, env};

/// The name of the bucket that an elector built so leads from the start.
fn bucket_of(builder: &dyn ElectorBuilder) -> String {
    let elector = builder.build("queue", Arc::new(LedBuckets::new()), Enqueue::nowhere()).unwrap();
    elector.initial_buckets()[0].name().to_string()
}

#[test]
fn without_any_stateful_variable_the_fallback_elects() {
    for variables in [&[][..], &WHOLE[4..], &[("STATEFUL_SET", "x"), ("POD_NAME", "as-1")]] {
        let builder = dynamic(env(variables), 3, Unopposed).unwrap();
        assert_eq!(bucket_of(&builder), "");
    }
}

#[test]
fn with_all_that_is_needed_the_ordinal_elects() {
    let builder = dynamic(env(&WHOLE), 3, Unopposed).unwrap();
    assert_eq!(bucket_of(&builder), "https://as-1.svc.ns.svc.example.test:8080");
}

#[test]
fn a_fallback_may_be_any_builder_even_one_behind_a_pointer() {
    let fallback: Arc<dyn ElectorBuilder> = Arc::new(Unopposed);
    assert_eq!(bucket_of(&dynamic(env(&[]), 3, fallback).unwrap()), "");
}

#[test]
fn one_variable_alone_never_falls_back() {
    for variable in &WHOLE[..4] {
        for value in [variable.1, "", " "] {
            let said = dynamic(env(&[(variable.0, value)]), 3, Unopposed).unwrap_err().to_string();
            assert!(said.contains("STATEFUL_"), "{said}");
        }
    }
}

#[test]
fn a_mistake_never_falls_back() {
    for (index, wrong) in [(0, "as"), (0, "as-3"), (1, ""), (2, "x"), (3, "?")] {
        let mut variables = WHOLE;
        variables[index].1 = wrong;
        let said = dynamic(env(&variables), 3, Unopposed).unwrap_err().to_string();
        assert!(said.contains(variables[index].0), "{said}");
    }
}
