//! What holds for any input. The fuzzer asks the same of inputs that it makes up.

mod domain;
mod pod;

use proptest::collection::vec;
use proptest::prelude::*;

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "(search|nameserver|options)([ \t](a\\.)?(svc\\.)?[a-c.]{0,4}){0,3}\r?",
        1 => any::<String>(),
    ]
}

proptest! {
    #[test]
    fn any_resolv_conf_has_a_domain_or_none(lines in vec(line(), 0..6)) {
        domain::any_text_has_the_domain_of_services_or_none(&lines.join("\n"));
    }

    #[test]
    fn any_environment_gives_a_place_or_a_reason(
        pod in prop_oneof!["[a-z-]{1,4}-[+]?[0-9]{1,2}", "[a-z-]{0,3}[+-]{0,2}[0-9]{0,20}", any::<String>()],
        rest in vec(prop_oneof!["[a-z]{1,3}", "[0-9]{1,5}", any::<String>()], 0..6),
    ) {
        pod::any_environment_gives_a_place_or_a_reason(&[vec![pod], rest].concat().join("\n"));
    }
}
