//! What holds for any input. The fuzzer asks the same of inputs that it makes up.

mod machine;
mod script;

use proptest::collection::vec;
use proptest::prelude::*;

proptest! {
    #[test]
    fn any_script_keeps_the_rules(bytes in vec(any::<u8>(), 0..1500)) {
        machine::any_script_keeps_the_rules(&bytes);
    }
}
