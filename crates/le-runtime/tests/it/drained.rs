//! Which keys a drain had to wait for.

use kube::runtime::controller::Action;
use le_testkit::{ApiServer, ByHand};
use tokio::time::sleep;

use crate::support::{Journal, Operator, bucket_of, create, names_in, secs};

#[tokio::test(start_paused = true)]
async fn the_keys_that_were_in_hand_when_the_drain_began_are_noted_in_the_order_of_their_ends() {
    let (server, hand, bucket) = (ApiServer::new(), ByHand::new(), bucket_of("one"));
    let own = names_in(&bucket, 3);
    create(&server, own.iter()).await;
    let (journal, takes) = (Journal::new(), own.clone());
    let _a = Operator::new(&server, "a", &journal)
        .habit(move |object, _| {
            let place = takes.iter().position(|name| Some(name) == object.metadata.name.as_ref()).unwrap();
            async move {
                sleep(secs(2 * (place as u64 + 1))).await;
                Ok(Action::await_change())
            }
        })
        .start(&hand);
    hand.promote(bucket.clone()).await.unwrap();
    let leadership = hand.until_led(bucket.name().as_str()).await;
    sleep(secs(3)).await;
    assert_eq!(leadership.last_drained(), [], "one has ended, and nothing drains yet");
    hand.demote(bucket.name().as_str()).await;
    let last: Vec<_> = leadership.last_drained().iter().map(|key| key.name().to_owned()).collect();
    assert_eq!(last, own[1..]);
}
